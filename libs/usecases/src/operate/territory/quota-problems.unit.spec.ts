import { describe, expect, it } from 'vitest';
import { Failure } from '#domain';
import { Directory } from '../../directory/directory.js';
import type { HeldBack, SenderQuotas } from '../../ports/sender-quotas.js';
import { heldBackNamedMax, QuotaProblems } from './quota-problems.js';

const look = (gateways: Readonly<Record<string, () => Promise<readonly HeldBack[]>>>) =>
  new QuotaProblems(Object.entries(gateways).map(([gateway, heldBack]): SenderQuotas => ({ gateway, heldBack }))).look(
    new Directory(),
  );

describe('senders that are held back', () => {
  it('are none where gateways say so', async () => {
    expect(await look({ one: async () => [], two: async () => [] })).toEqual([]);
  });

  it('are named once, whichever gateways say so, who waits longest first, with what to run and what to do', async () => {
    const problems = await look({
      one: async () => [
        { sender: 'his', roomInSeconds: 60 },
        { sender: 'lab', roomInSeconds: 90 },
      ],
      two: async () => [{ sender: 'his', roomInSeconds: 600 }],
    });
    expect(problems).toMatchObject([
      {
        code: 'sender.over-quota',
        state: 'warning',
        sender: 'his',
        text: expect.stringMatching(/^sender his is held back .* room again in 600 s$/),
        command: "reprise messages --sender his --since '1h ago' --summary",
        remedy: expect.stringContaining('REPRISE_SENDER_MEGABYTES_AN_HOUR'),
      },
      { sender: 'lab', text: expect.stringContaining('90 s') },
    ]);
  });

  it('are not all named, but counted', async () => {
    const many = Array.from({ length: heldBackNamedMax + 3 }, (_, n) => ({ sender: `s${n}`, roomInSeconds: n }));
    const problems = await look({ one: async () => many });
    expect(problems).toHaveLength(heldBackNamedMax + 1);
    expect([problems[0]?.sender, problems.at(-1)?.text]).toEqual(['s22', expect.stringMatching(/besides these: 3$/)]);
  });

  it('are not known where a gateway does not say, and those of the others are', async () => {
    const problems = await look({
      away: () => Promise.reject(new Failure('log.unreachable', 'away')),
      hanging: () => new Promise(() => undefined),
      there: async () => [{ sender: 'his', roomInSeconds: 60 }],
    });
    expect(problems.map(({ code, state, text }) => [code, state, text.split(' ', 2).join(' ')])).toEqual([
      ['gateway.unanswered', 'warning', 'gateway away'],
      ['gateway.unanswered', 'warning', 'gateway hanging'],
      ['sender.over-quota', 'warning', 'sender his'],
    ]);
  });
});
