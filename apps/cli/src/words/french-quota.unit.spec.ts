import { expect, it } from 'vitest';
import { Failure } from '#domain';
import { Directory, type HeldBack, QuotaProblems, type SenderQuotas } from '#usecases';
import { inFrench } from './french-failures.js';

it('tells in French who is held back, what to do, and where it is not known', async () => {
  const many = Array.from({ length: 21 }, (_, n): HeldBack => ({ sender: `s${n}`, roomInSeconds: n }));
  const quotas: readonly SenderQuotas[] = [
    { gateway: 'one', heldBack: async () => many },
    { gateway: 'two', heldBack: () => Promise.reject(new Failure('log.unreachable', 'away')) },
  ];
  const problems = await new QuotaProblems(quotas).look(new Directory());
  expect(problems).toHaveLength(22);
  for (const { text, remedy } of problems)
    for (const sentence of [text, remedy ?? ''])
      expect([sentence, inFrench(sentence)]).not.toEqual([sentence, sentence]);
});
