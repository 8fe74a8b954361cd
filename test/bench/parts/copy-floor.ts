import { FoldMemory, Instant, encodeEvent, originalTimeline, Position, RecordKey } from '#domain';
import { searchTokens } from '#fhir';
import { foldBatch, type LogEntry, readEntries } from '#usecases';
import { copyRows } from '../../../libs/postgres/src/build/make-tables.js';
import { openOwner, withClient } from '../../../libs/postgres/src/data-source.js';
import { versionColumns, versionRows } from '../../../libs/postgres/src/rows/rows-of-effects.js';
import { emptyChain } from '#domain';
import { establishment, observationEvent } from '../observations.js';
import { runPart } from './run-part.js';

export interface CopyFloor {
  readonly ownerUrl: string;
  readonly events: number;
}

const chunkEvents = 4000;
/** No generation has it: the table of the floor stands for itself. */
const generation = 999_999;

/** Version rows as the fold makes them, without the log: only writing them is timed. */
function* chunks(events: number) {
  const state = new FoldMemory(Instant.of(0));
  state.keepContentsOf = new Set();
  let progress = { logId: '', position: Position.none, chainHash: emptyChain, clock: Instant.of(0) };
  for (let from = 0; from < events; from += chunkEvents) {
    const entries: LogEntry[] = [];
    for (let index = from; index < Math.min(events, from + chunkEvents); index += 1)
      entries.push({
        position: Position.of(index),
        appendedAt: Instant.of(1_790_000_000_000 + index),
        value: encodeEvent(observationEvent(index, events)),
      });
    for (const folded of foldBatch(state, { entries, events: readEntries(entries) }, originalTimeline, progress)) {
      progress = folded.progress;
      yield versionRows(folded.effects, (key, content) => searchTokens(RecordKey.type(key), content));
    }
  }
}

/** Binary COPY of the same version rows into a bare table, in chunks of the same size: nothing is read, folded or indexed. */
await runPart(async ({ ownerUrl, events }: CopyFloor) => {
  const owner = await openOwner(ownerUrl);
  let seconds = 0;
  await withClient(owner, async (client) => {
    await client.query(`create table versions_g${generation} (like versions)`);
    const target = { generation, establishment } as Parameters<typeof copyRows>[1];
    for (const rows of chunks(events)) {
      const startedAt = performance.now();
      await client.query('begin; set local synchronous_commit = off');
      await copyRows(client, target, 'versions', versionColumns, rows);
      await client.query('commit');
      seconds += (performance.now() - startedAt) / 1000;
    }
    await client.query(`drop table versions_g${generation}`);
  });
  await owner.destroy();
  return { rate: events / seconds };
});
