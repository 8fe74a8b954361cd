import { describe, expect, it } from 'vitest';
import {
  emptyChain,
  encodeEvent,
  Finess,
  FoldMemory,
  Instant,
  type LogEvent,
  originalTimeline,
  Position,
} from '#domain';
import { anEvent, asRecorded, patientKey, put } from '../../../testing/src/builders/feed.js';
import { MemoryEstablishmentLog } from '../../../testing/src/memory-establishment-log.js';
import { MemoryReplicaStore } from '../../../testing/src/memory-replica-store.js';
import type { Progress } from '../ports/replica-store.js';
import { type Batch, foldBatch, foldedBytesMax, inLookups, patchedBytesMax } from './fold-batch.js';
import { ReplicateLog } from './replicate-log.js';

const text = 'x'.repeat(3 * 1024 * 1024);
const patch = (patient: number, n: number): LogEvent =>
  anEvent([{ kind: 'merge-patch', record: patientKey(patient), content: Buffer.from(`{"n":${n}}`) }]);

/** Records of 3 MB, and patches of some bytes, each of which makes another 3 MB. */
const amplified: readonly LogEvent[] = [
  anEvent([put(patientKey(1), { text })]),
  anEvent([put(patientKey(2), { text })]),
  ...Array.from({ length: 30 }, (_, n) => patch(1 + (n % 2), n)),
];

const batchOf = (feed: readonly LogEvent[]): Batch => {
  const events = asRecorded(feed);
  return {
    events,
    entries: events.map(({ position, appendedAt, event }) => ({ position, appendedAt, value: encodeEvent(event) })),
  };
};

const start = { logId: 'log', position: Position.none, chainHash: emptyChain, clock: Instant.of(0) };
const bytesMade = (effects: readonly { versions: readonly { content: Uint8Array }[] }[]): number =>
  effects.flatMap(({ versions }) => versions).reduce((sum, { content }) => sum + content.byteLength, 0);

describe('a batch of small events that make much', () => {
  it('is folded piece by piece, to the same end', () => {
    const batch = batchOf(amplified);
    const pieces = [...foldBatch(new FoldMemory(Instant.of(0)), batch, originalTimeline, start)];
    expect(pieces.flatMap(({ effects }) => effects.map(({ recorded }) => recorded.position))).toEqual(
      batch.events.map(({ position }) => position),
    );
    for (const { effects, progress } of pieces) {
      expect(bytesMade(effects)).toBeLessThan(foldedBytesMax + 4 * 1024 * 1024);
      expect(progress.position).toBe(effects.at(-1)?.recorded.position);
    }
    const state = new FoldMemory(Instant.of(0));
    let one: Progress = start;
    for (const [index, event] of batch.events.entries())
      for (const folded of foldBatch(
        state,
        { entries: [batch.entries[index]!], events: [event] },
        originalTimeline,
        one,
      ))
        one = folded.progress;
    expect(pieces.at(-1)?.progress).toEqual(one);
  });

  it('looks up contents of so many bytes at a time, each record once, and of all else as many as come', () => {
    const sizes = (feed: readonly LogEvent[], bytes: number): number[] =>
      [...inLookups(batchOf(feed), { neededBy: ({ contents }) => contents, bytesOf: () => bytes })].map(
        ({ events }) => events.length,
      );
    const plain = anEvent([put(patientKey(1))]);
    const large = patchedBytesMax / 4;
    expect(sizes([], large)).toEqual([]);
    expect(
      sizes(
        Array.from({ length: 1000 }, () => plain),
        large,
      ),
    ).toEqual([1000]);
    const patches = Array.from({ length: 10 }, (_, n) => patch(n + 1, n));
    expect(sizes([plain, ...patches, plain], large)).toEqual([5, 4, 3]);
    expect(sizes([plain, ...patches, plain], 1000)).toEqual([12]);
    expect(
      sizes(
        Array.from({ length: 50 }, (_, n) => patch(1, n)),
        large,
      ),
    ).toEqual([50]);
    // Of one event always.
    expect(sizes(patches.slice(0, 3), 2 * patchedBytesMax)).toEqual([1, 1, 1]);
  });

  it('is written by a follower in pieces, one after the other', async () => {
    const finess = Finess.parse('750712184');
    const log = new MemoryEstablishmentLog(() => Instant.of(1_790_000_000_000));
    for (const event of amplified) await log.append(finess, encodeEvent(event), {});
    const store = new MemoryReplicaStore();
    const written: number[] = [];
    store.beforeCommit = async (_, effects) => void written.push(bytesMade(effects));
    const replicate = new ReplicateLog(store, log);
    await replicate.start(finess);
    const { logId, last } = await log.range(finess);
    for await (const entries of log.read(finess, Position.of(0), last))
      await replicate.apply({ establishment: finess, logId, entries });
    expect(Math.max(...written)).toBeLessThan(foldedBytesMax + 4 * 1024 * 1024);
    const [live] = await store.generations(finess);
    expect(live?.progress.position).toBe(last);
  });
});
