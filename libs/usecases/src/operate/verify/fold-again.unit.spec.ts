import { describe, expect, it } from 'vitest';
import { encodeEvent, Finess, Instant, originalTimeline, type ParkedEvent, Position } from '#domain';
import { anEvent, patientKey, put } from '../../../../testing/src/builders/feed.js';
import { MemoryEstablishmentLog } from '../../../../testing/src/memory-establishment-log.js';
import { foldAgain } from './fold-again.js';

const finess = Finess.parse('750712184');
const text = 'x'.repeat(200_000);
const patchOf = (name: number) =>
  anEvent([{ kind: 'merge-patch', record: patientKey(name), content: Buffer.from('{"gender":"male"}') }]);

/** As an adapter that unpacks: all entries are slices of one buffer. */
const unpackedAtOnce = (log: MemoryEstablishmentLog): MemoryEstablishmentLog =>
  Object.assign(Object.create(log) as MemoryEstablishmentLog, {
    async *read(...args: Parameters<MemoryEstablishmentLog['read']>) {
      for await (const entries of log.read(...args)) {
        const all = Buffer.concat(entries.map(({ value }) => value));
        let at = 0;
        yield entries.map((entry) => ({ ...entry, value: all.subarray(at, (at += entry.value.byteLength)) }));
      }
    },
  });

/** Bytes that a slice keeps in memory. */
const heldBy = ({ recorded }: ParkedEvent): number => recorded.event.received.buffer.byteLength;

describe('a log that is folded again', () => {
  it('leaves in memory the contents of what is patched, and nothing that they were read with', async () => {
    const log = new MemoryEstablishmentLog(() => Instant.of(1_790_000_000_000));
    const events = [
      ...[1, 2, 3].map((n) => anEvent([put(patientKey(n), { text })])),
      // The record is not there: it waits, with all that came with it.
      { ...patchOf(9), received: Buffer.alloc(50) },
      patchOf(2),
    ];
    for (const event of events) await log.append(finess, encodeEvent(event), {});
    const { state, ...folded } = await foldAgain(
      unpackedAtOnce(log),
      { establishment: finess, definition: originalTimeline },
      Position.of(4),
    );
    expect(folded.events).toBe(5);
    expect([...state.heads.keys()]).toEqual([1, 2, 3].map(patientKey));
    expect([1, 2, 3].map((n) => state.head(patientKey(n))?.content !== undefined)).toEqual([false, true, false]);
    const patched = state.head(patientKey(2))?.content;
    expect(JSON.parse(Buffer.from(patched ?? []).toString())).toMatchObject({ gender: 'male', text });
    expect(patched?.buffer.byteLength).toBeLessThan(2 * (patched?.byteLength ?? 0));
    expect(state.parked.map(heldBy)[0]).toBeLessThan(text.length);
    expect(state.parked.length).toBe(1);
  });
});
