import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Instant } from '#domain';
import { readMoment } from '#usecases';
import { readCall } from './read-call.js';
import type { Flags } from './session/flags.js';
import { verbs } from './verbs.js';
import { speak } from './words/words.js';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** In backquotes or code blocks: what begins with `reprise`, or is a verb with more behind it; a verb alone is its name. */
const commandsIn = (markdown: string): readonly string[] => {
  const blocks = [...markdown.matchAll(/^```\w*\n([^]*?)^```/gm)].flatMap(([, block = '']) => block.split('\n'));
  const spans = [...markdown.replaceAll(/^```[^]*?^```/gm, '').matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
  const isSynopsis = (text: string): boolean => /[[|]/.test(text);
  const isCall = (text: string): boolean => verbs.some(({ path }) => text.startsWith(`${path} `));
  return [...blocks.filter((line) => line.startsWith('npx reprise ')), ...spans]
    .map((text) => text.replace(/^npx /, '').replace(/\s+#.*$/, ''))
    .filter((text) => (text.startsWith('reprise ') || isCall(text)) && !isSynopsis(text))
    .map((text) => text.replace(/^reprise /, ''));
};

const wordsOf = (command: string): readonly string[] =>
  [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

const day = { now: Instant.parse('2027-01-01T00:00:00Z'), timeZone: 'Europe/Paris' };

/** Times that are written out; a letter stands for one. */
const timesIn = (flags: Flags): readonly string[] =>
  [flags.one('to'), flags.one('since')].filter((time) => time !== undefined).filter((time) => !/^[A-Z]$/.test(time));

describe('what the guides tell to type', () => {
  it.each([
    ['docs/operating.md', 20],
    ['docs/senders.md', 5],
    ['README.md', 5],
  ])('%s: is understood', async (guide, least) => {
    const say = await speak('en');
    const commands = commandsIn(read(guide));
    expect(commands.length).toBeGreaterThanOrEqual(least);
    for (const command of commands) {
      const [typed = '', file] = command.split(/\s+>\s+/);
      expect(() => readCall(wordsOf(typed), say), command).not.toThrow();
      const call = readCall(wordsOf(typed), say);
      if (call.kind === 'verb')
        for (const time of timesIn(call.flags)) expect(() => readMoment(time, day), command).not.toThrow();
      // What another verb reads back is JSON: a table is for eyes.
      if (file !== undefined && call.kind === 'verb') expect(call.flags.one('output'), command).toBe('json');
    }
  });
});
