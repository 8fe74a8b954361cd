import { canaries, planted, type Position, verdicts } from '../../../libs/hl7v2/src/fixtures/canaries.js';
import { nameOf } from '../../../libs/hl7v2/src/message/lines.js';
import { er7Seeds, er7Words } from '../er7-seeds.js';
import type { Target } from '../target.js';

const standardHead = 'MSH|^~\\&|';
/** Of long messages, the first: each place costs a reading of the whole message. */
const placesMax = 150;

/** Every value of a message, by its place. */
const positionsIn = (lines: readonly string[]): readonly Position[] =>
  lines.flatMap((line, at) => {
    const name = nameOf(line, '|');
    if (name === '' || name === 'MSH' || !line.startsWith(`${name}|`)) return [];
    return line.split('|').flatMap((field, i) =>
      i === 0
        ? []
        : field.split('~').flatMap((repetition, r) =>
            repetition.split('^').flatMap((component, c) =>
              component.split('&').flatMap((text, s) =>
                text.trim() === ''
                  ? []
                  : [
                      {
                        line: at + 1,
                        name,
                        field: i,
                        repetition: r + 1,
                        component: c + 1,
                        subcomponent: s + 1,
                      },
                    ],
              ),
            ),
          ),
    );
  });

/** Each value of a message in turn is a canary: a record shows it, a warning names it, or the published list does. */
export const representedTarget = (): Target => ({
  format: { delimiters: '|^~\\&\r', separators: '\r', words: er7Words },
  seeds: er7Seeds,
  code: /\/dist\/libs\/hl7v2\//,
  run: async (input) => {
    const text = input.toString('utf8');
    // Delimiters, line ends and escapes of other forms have specs and targets of their own.
    if (!text.startsWith(standardHead) || text.includes('\n') || text.includes('\\', standardHead.length)) return;
    const lines = text.split('\r').filter((line) => line !== '');
    positionsIn(lines)
      .slice(0, placesMax)
      .forEach((position, i) => {
        const canary = canaries(i % 10)[i % 3];
        if (canary) verdicts(planted(lines, position, canary.value), [{ position, canary }]);
      });
    await Promise.resolve();
  },
});
