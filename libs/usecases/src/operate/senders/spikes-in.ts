import { Instant } from '#domain';
import type { SenderMinute } from '../../ports/replica-status.js';

const minuteMs = 60_000;

/** A spike is looked for in every ten minutes, ms; one that is spread thinner is not seen. */
export const spikeWindowMs = 10 * minuteMs;
/**
 * Records removed in ten minutes: fewer are never a spike.
 * @limit Control | records removed in ten minutes that are never a spike | beyond, they are held against the sender's past
 */
export const removedFloor = 30;
/**
 * Records rewritten in ten minutes: fewer are never a spike.
 * @limit Control | records rewritten in ten minutes that are never a spike | the same
 */
export const rewrittenFloor = 100;
/** A spike is more than so many times the most of ten minutes in the past. */
export const spikeFactor = 3;

export type SpikeKind = 'removed' | 'written';

/** Of one sender: what came in the judged day, and the most that came in ten minutes before it. */
export interface SenderPast {
  readonly removed: number;
  readonly written: number;
}

export interface Spike {
  readonly sender: string;
  readonly kind: SpikeKind;
  readonly since: Instant;
  /** Exclusive. */
  readonly until: Instant;
  readonly count: number;
  /** The most in ten minutes before. */
  readonly before: number;
}

const floors = { removed: removedFloor, written: rewrittenFloor } as const satisfies Record<SpikeKind, number>;

/** The most of each sender in ten minutes by the clock. */
export const mostIn = (minutes: readonly SenderMinute[]): ReadonlyMap<string, SenderPast> => {
  const pieces = new Map<string, Map<number, SenderPast>>();
  for (const { from, sender, removed, written } of minutes) {
    const own = pieces.get(sender) ?? new Map<number, SenderPast>();
    const piece = Math.floor(from / spikeWindowMs);
    const known = own.get(piece) ?? { removed: 0, written: 0 };
    pieces.set(sender, own.set(piece, { removed: known.removed + removed, written: known.written + written }));
  }
  return new Map(
    Array.from(pieces, ([sender, own]) => {
      const each = [...own.values()];
      const most = (kind: SpikeKind): number => each.reduce((max, piece) => Math.max(max, piece[kind]), 0);
      return [sender, { removed: most('removed'), written: most('written') }] as const;
    }),
  );
};

/** The minutes of one sender that lie in ten minutes of too much. */
const minutesOfSpike = (
  own: readonly SenderMinute[],
  { kind, before, floor }: { readonly kind: SpikeKind; readonly before: number; readonly floor: number },
): readonly SenderMinute[] => {
  const found = new Set<SenderMinute>();
  let [first, sum] = [0, 0];
  for (const [last, minute] of own.entries()) {
    sum += minute[kind];
    for (let oldest = own[first]; oldest && minute.from - oldest.from >= spikeWindowMs; oldest = own[++first])
      sum -= oldest[kind];
    if (sum < floor || sum <= spikeFactor * before) continue;
    for (const one of own.slice(first, last + 1)) if (one[kind] > 0) found.add(one);
  }
  return [...found];
};

/** One spike a sender and kind, from its first minute to its last. `minutes` in the order of time. */
export const spikesIn = (
  minutes: readonly SenderMinute[],
  past: ReadonlyMap<string, SenderPast>,
  kind: SpikeKind,
  floor: number = floors[kind],
): readonly Spike[] => {
  const bySender = new Map<string, SenderMinute[]>();
  for (const minute of minutes) {
    const own = bySender.get(minute.sender);
    if (own) own.push(minute);
    else bySender.set(minute.sender, [minute]);
  }
  return [...bySender].flatMap(([sender, own]): Spike[] => {
    const before = past.get(sender)?.[kind] ?? 0;
    const found = minutesOfSpike(own, { kind, before, floor });
    const [first, last] = [found[0], found.at(-1)];
    if (!first || !last) return [];
    const count = found.reduce((sum, minute) => sum + minute[kind], 0);
    return [{ sender, kind, since: first.from, until: Instant.of(last.from + minuteMs), count, before }];
  });
};
