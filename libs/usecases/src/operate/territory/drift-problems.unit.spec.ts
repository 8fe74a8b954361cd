import { describe, expect, it } from 'vitest';
import { Failure, Instant } from '#domain';
import { Directory } from '../../directory/directory.js';
import type { ReplicaStatus } from '../../ports/replica-status.js';
import { DriftProblems, driftKeptMs } from './drift-problems.js';

const now = Instant.of(1_790_000_000_000);
const later = (ms: number): Instant => Instant.of(now + ms);
const off = 'row-level security of versions is switched off';

/** What two replicas tell, by name; `asked` counts. */
const twoReplicas = (answers: Record<'a' | 'b', readonly string[] | Error>) => {
  const asked = { a: 0, b: 0 };
  const isAway = new Set<string>();
  const replicas = (['a', 'b'] as const).map((name) => ({
    name,
    probe: async () => {
      if (isAway.has(name)) throw new Failure('replica.unreachable', 'away');
      return { version: '18', now };
    },
    drift: async () => {
      asked[name] += 1;
      const answer = answers[name];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  }));
  const source = new DriftProblems(replicas as unknown as readonly ReplicaStatus[]);
  return { asked, answers, isAway, look: (at = now) => source.look(new Directory(), at) };
};

describe('what somebody changed of a database', () => {
  it('is no problem where it is as it was made', async () => {
    expect(await twoReplicas({ a: [], b: [] }).look()).toEqual([]);
  });

  it('is wrong, by its replica and the first of what differs', async () => {
    const problem = { code: 'postgres.drift', state: 'wrong', replica: 'b', command: 'reprise doctor' };
    expect(await twoReplicas({ a: [], b: [off] }).look()).toEqual([{ ...problem, text: `replica b: ${off}` }]);
    expect(await twoReplicas({ a: [], b: [off, 'x', 'y'] }).look()).toEqual([
      { ...problem, text: `replica b: ${off} (and 2 more)` },
    ]);
  });

  it('is asked for anew after some seconds', async () => {
    const { asked, answers, look } = twoReplicas({ a: [], b: [] });
    await look();
    answers.b = [off];
    expect(await look(later(driftKeptMs - 1))).toEqual([]);
    expect(asked).toEqual({ a: 1, b: 1 });
    expect(await look(later(driftKeptMs))).toHaveLength(1);
    expect(asked).toEqual({ a: 2, b: 2 });
  });

  it('says nothing of a replica that is away, and asks it again at once', async () => {
    const { answers, isAway, look } = twoReplicas({ a: new Failure('replica.unreachable', 'away'), b: [off] });
    isAway.add('a');
    expect(await look()).toMatchObject([{ replica: 'b' }]);
    answers.a = [off];
    expect(await look()).toHaveLength(2);
  });

  it.each([
    ['somebody holds a lock', new Failure('replica.unreachable', 'late')],
    ['a right was taken', new Error('permission denied')],
  ])('tells of one that answers, and not this: %s', async (_, why) => {
    expect(await twoReplicas({ a: why, b: [off] }).look()).toMatchObject([
      {
        code: 'postgres.drift-unknown',
        state: 'wrong',
        replica: 'a',
        text: 'replica a: whether somebody changed its schema is not known: its catalogs cannot be read',
      },
      { code: 'postgres.drift', replica: 'b' },
    ]);
  });
});
