import { beforeEach, describe, expect, it } from 'vitest';
import { encodeEvent, Failure, Finess, Instant } from '#domain';
import { anEvent } from '../../../../testing/src/builders/feed.js';
import { targetTo } from '../../../../testing/src/builders/restores.js';
import { MemoryEstablishmentLog } from '../../../../testing/src/memory-establishment-log.js';
import { Directory } from '../../directory/directory.js';
import type { MessageCount, MessageCounting, ReplicaStatus, SenderMinute } from '../../ports/replica-status.js';
import type { RestorePlan } from './restore-plan.js';
import { type PlanWarning, WarnOfRun } from './warn-of-run.js';

const finess = Finess.parse('750712184');
const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const start = Date.parse('2026-11-20T14:00:00Z');

/** What a message did, at so many seconds after the start. */
interface Did {
  readonly at: number;
  readonly sender: string;
  readonly kind: 'removed' | 'written';
}
const did = (kind: Did['kind'], from: number, count: number, { every = 1, sender = 'dpi' } = {}): readonly Did[] =>
  Array.from({ length: count }, (_, n) => ({ at: from + n * every, sender, kind }));

describe('a plan whose cut lies within a run', () => {
  let all: readonly Did[];
  let first: number;
  let isAway: boolean;
  beforeEach(() => {
    first = start - 100 * hourMs;
    isAway = false;
  });

  const within = ({ at }: Did, since: number, until: number): boolean =>
    start + at * secondMs >= since && start + at * secondMs < until;
  const countOf = (kind: Did['kind'], sender: string, since: number, until: number): number =>
    all.filter((one) => one.kind === kind && one.sender === sender && within(one, since, until)).length;
  const minuteOf = ({ at }: Did): number => Math.floor((start + at * secondMs) / minuteMs) * minuteMs;
  const replica = {
    reach: async () => {
      if (isAway) throw new Failure('replica.unreachable', 'away');
      return { generation: 1, first: Instant.of(first), clock: Instant.of(start + 9 * hourMs) };
    },
    activity: async (_generation: number, since: Instant, until: Instant): Promise<readonly SenderMinute[]> => {
      const inside = all.filter((one) => within(one, since, until)).toSorted((a, b) => a.at - b.at);
      return [...Map.groupBy(inside, (one) => `${minuteOf(one)} ${one.sender}`)].map(([key, own]) => ({
        from: Instant.of(Number(key.split(' ')[0])),
        sender: key.split(' ')[1] ?? '',
        removed: own.filter(({ kind }) => kind === 'removed').length,
        written: own.filter(({ kind }) => kind === 'written').length,
      }));
    },
    countMessages: async (_: Finess, { sender = '', since, until }: MessageCounting) => [
      { sender, removed: countOf('removed', sender, since, until) } as MessageCount,
    ],
    rewritten: async (_: number, sender: string, { since, until }: { since: Instant; until: Instant }) =>
      countOf('written', sender, since, until),
  } as unknown as ReplicaStatus;

  /** The cut lies behind everything that came before this second. */
  const warnings = async (cutAt: number, ...excluded: readonly string[]): Promise<readonly PlanWarning[]> => {
    const sorted = all.toSorted((a, b) => a.at - b.at);
    let now = 0;
    const log = new MemoryEstablishmentLog(() => Instant.of(now));
    for (const one of sorted) {
      now = start + one.at * secondMs;
      await log.append(finess, encodeEvent(anEvent([], { sender: one.sender })), {});
    }
    const cut = sorted.filter(({ at }) => at < cutAt).length - 1;
    const plan = { targets: [targetTo(finess, cut)], request: { exclusions: { senders: excluded } } };
    return new WarnOfRun([replica], log).look(
      plan as unknown as RestorePlan,
      new Directory(),
      Instant.of(start + 9 * hourMs),
    );
  };

  it('is warned of by the name of who removes, by number, and by the command that shows where it began', async () => {
    all = [...did('written', -600, 100, { every: 12, sender: 'labo' }), ...did('removed', 0, 100)];
    expect(await warnings(40)).toEqual([
      {
        code: 'cut.within-removals',
        establishment: finess,
        sender: 'dpi',
        text: `the cut of ${finess} lies within a run of dpi, which removed 40 records up to it and 60 behind it, from 2026-11-20T14:00:00.000Z to 2026-11-20T14:02:00.000Z; usual were at most 0 in ten minutes`,
        command: `reprise messages --summary --establishment ${finess} --since 2026-11-20T13:50:00.000Z --until 2026-11-20T14:12:00.000Z`,
      },
    ]);
    expect(await warnings(40, 'dpi')).toEqual([]);
  });

  it('is another one just before it, just behind it, in its first minute too, and long after', async () => {
    // A feed that has just begun is not judged by what it writes.
    first = start - hourMs;
    all = [...did('written', -30, 400, { every: 1, sender: 'labo' }), ...did('removed', 20, 60)];
    for (const cutAt of [10, 20, 80, 200]) expect(await warnings(cutAt)).toEqual([]);
    expect(await warnings(21)).toMatchObject([{ sender: 'dpi' }]);
    expect(await warnings(79)).toMatchObject([{ sender: 'dpi' }]);
  });

  it('is not what a sender always does, nor a few, nor two runs with a quarter of an hour between them', async () => {
    all = did('removed', -80_000, 8_100, { every: 10 });
    expect(await warnings(5)).toEqual([]);
    all = did('removed', 0, 9);
    expect(await warnings(5)).toEqual([]);
    all = [...did('removed', 0, 60), ...did('written', 400, 1), ...did('removed', 960, 60)];
    expect(await warnings(500)).toEqual([]);
  });

  it('is warned of where records were rewritten, once the log has a past', async () => {
    all = did('written', 0, 240);
    expect(await warnings(100)).toMatchObject([
      {
        code: 'cut.within-rewrites',
        text: expect.stringContaining('rewrote 100 records up to it and 140 behind it') as string,
      },
    ]);
    first = start - hourMs;
    expect(await warnings(100)).toEqual([]);
  });

  it('is not known where no replica answers; at the ends of the log there is none', async () => {
    all = did('removed', 0, 100);
    for (const cutAt of [0, 100]) expect(await warnings(cutAt)).toEqual([]);
    isAway = true;
    expect(await warnings(40)).toMatchObject([{ code: 'cut.unread', sender: null }]);
  });
});
