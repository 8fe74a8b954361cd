import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gathered } from './gathered.js';

interface Question {
  readonly kind: string;
  readonly number: number;
}

describe('questions that are gathered', () => {
  const turns = fc.array(
    fc.array(fc.record({ kind: fc.constantFrom('a', 'b', 'c'), number: fc.nat() }), { maxLength: 12 }),
    { minLength: 1, maxLength: 4 },
  );

  it('get each its own answer, asked together by turn and kind, some at a time', async () => {
    await fc.assert(
      fc.asyncProperty(turns, fc.integer({ min: 1, max: 5 }), async (asked, most) => {
        const together: (readonly Question[])[] = [];
        const ask = gathered<Question, string>(
          most,
          ({ kind }) => kind,
          async (questions) => {
            together.push(questions);
            await new Promise((resolve) => setTimeout(resolve, 1));
            return questions.map(({ kind, number }) => `${kind}${number}`);
          },
        );
        const answers: Promise<string>[] = [];
        for (const turn of asked) {
          answers.push(...turn.map((question) => ask(question)));
          // Nobody is waited for: the next turn finds all of this one under way.
          await new Promise((resolve) => setImmediate(resolve));
          expect(together.flat()).toHaveLength(answers.length);
        }
        expect(await Promise.all(answers)).toEqual(asked.flat().map(({ kind, number }) => `${kind}${number}`));
        const expected = asked.flatMap((turn) =>
          ['a', 'b', 'c'].map((kind) => Math.ceil(turn.filter((one) => one.kind === kind).length / most)),
        );
        expect(together).toHaveLength(expected.reduce((sum, one) => sum + one, 0));
        for (const questions of together) {
          expect(questions.length).toBeLessThanOrEqual(most);
          expect(new Set(questions.map(({ kind }) => kind)).size).toBe(1);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('share what goes wrong with those that were asked together, and with no other', async () => {
    const ask = gathered<string, string>(
      10,
      (question) => question.slice(0, 1),
      async (questions) => {
        if (questions.includes('a2')) throw new Error('no');
        return questions;
      },
    );
    const answers = await Promise.allSettled(['a1', 'a2', 'b1'].map((question) => ask(question)));
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(await ask('a1')).toBe('a1');
  });
});
