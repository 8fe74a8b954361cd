import type { Position } from '#domain';
import type { LogEntry } from '#usecases';
import { type Fetched, gap, isOutOfRange, type LogFetch, truncated } from './log-fetch.js';

/** Compressed; measured: 4 MB read no faster than 1 MB and held 300 MB more. */
const limits = { bytesMax: 1024 * 1024, waitMs: 0 };
/** What is handed over at a time; one entry always. */
const handedMax = { entries: 1000, bytes: 4 * 1024 * 1024 };

const outOfRange = async (fetch: LogFetch, topic: string, from: number): Promise<Error> => {
  const { first, end } = await fetch.bounds(topic);
  return from < first
    ? gap(topic, `it starts at ${first}, and ${from} is asked for`)
    : truncated(topic, `it ends at ${end - 1}, and ${from} is asked for`);
};

const fetchChecked = async (fetch: LogFetch, topic: string, from: number, to: number): Promise<Fetched> => {
  const fetched = await fetch.fetch(topic, from, { ...limits, to }).catch(async (error: unknown) => {
    throw isOutOfRange(error) ? await outOfRange(fetch, topic, from) : error;
  });
  if (to >= fetched.end) throw truncated(topic, `it ends at ${fetched.end - 1}, and ${to} is asked for`);
  for (const [index, { position }] of fetched.entries.entries())
    if (position !== from + index) throw gap(topic, `${position} stands where ${from + index} belongs`);
  if (fetched.entries.length === 0) throw gap(topic, `nothing stands at ${from}, and it ends at ${fetched.end - 1}`);
  return fetched;
};

function* inPieces(entries: readonly LogEntry[]): Generator<readonly LogEntry[]> {
  for (let at = 0, bytes = 0, to = 0; at < entries.length; at = to, bytes = 0) {
    for (; to < entries.length && to - at < handedMax.entries; to += 1) {
      bytes += entries[to]?.value.byteLength ?? 0;
      if (to > at && bytes > handedMax.bytes) break;
    }
    yield entries.slice(at, to);
  }
}

/** `from`..`to` in order and without a hole. One answer is read ahead while the one before is worked on, never
 * more: what is held are two answers, of 24 MB and a batch each (`answerUnpackedBytesMax`). */
export async function* readLog(
  fetch: LogFetch,
  topic: string,
  from: Position,
  to: Position,
): AsyncGenerator<readonly LogEntry[]> {
  if (from > to) return;
  let ahead = fetchChecked(fetch, topic, from, to);
  for (let next = from as number; next <= to; ) {
    const { entries } = await ahead;
    next += entries.length;
    if (next <= to) {
      ahead = fetchChecked(fetch, topic, next, to);
      // Whoever stops reading early never asks for it.
      ahead.catch(() => {});
    }
    const wanted = next > to ? entries.slice(0, entries.length - (next - to - 1)) : entries;
    yield* inPieces(wanted);
  }
}
