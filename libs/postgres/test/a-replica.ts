import type { DataSource } from 'typeorm';
import { encodeEvent, Finess, Instant, type LogEvent, type RecordKey } from '#domain';
import { freshDatabase, type FreshDatabase } from '#testing';
import { ReplicateLog } from '#usecases';
import { MemoryEstablishmentLog } from '../../testing/src/memory-establishment-log.js';
import { openForCopy, openReplica } from '../src/data-source.js';
import { migrate } from '../src/migrate.js';
import type { SearchRule } from '../src/rows/search-rule.js';
import { PostgresReplicaStore } from '../src/write/postgres-replica-store.js';

/** Words of the content: enough to see tokens come and go; one of them has everything that quoting can get wrong. */
export const wordsOf = (key: RecordKey, content: Uint8Array): readonly string[] => {
  const words =
    Buffer.from(content)
      .toString('utf8')
      .match(/[A-Za-z0-9-]{2,}/g) ?? [];
  return [`key|${key}`, ...words, 'a "quoted" \\ {comma,}\u001f né 𝄞', ''];
};

/** A rule that never changes. */
export const byWords: SearchRule = { version: 1, changedSince: () => [], tokensOf: wordsOf };

/** A migrated database and its adapters. Close it in `afterAll`. */
export class AReplica {
  private constructor(
    readonly database: FreshDatabase,
    readonly replica: DataSource,
    readonly copies: DataSource,
    readonly store: PostgresReplicaStore,
  ) {}

  static async open(): Promise<AReplica> {
    const database = await freshDatabase();
    await migrate(database.urls.owner);
    const replica = await openReplica(database.urls.replicator);
    const copies = await openForCopy(database.urls.replicator);
    return new AReplica(database, replica, copies, new PostgresReplicaStore(replica, copies, byWords));
  }

  async close(): Promise<void> {
    await this.replica.destroy();
    await this.copies.destroy();
    await this.database.drop();
  }
}

let establishments = 0;
/** A number of one's own. */
export const anEstablishment = (): Finess => Finess.parse(String(990_000_000 + establishments++));

/** A log whose stamps are one second apart. */
export const aLog = (): MemoryEstablishmentLog => {
  let ms = 1_790_000_000_000;
  return new MemoryEstablishmentLog(() => Instant.of((ms += 1000)));
};

/** Appends, and follows in batches of these sizes (the last one again and again). */
export const follow = async (
  store: PostgresReplicaStore,
  log: MemoryEstablishmentLog,
  establishment: Finess,
  events: readonly LogEvent[],
  batches: readonly number[] = [7],
): Promise<void> => {
  const replicate = new ReplicateLog(store, log);
  let at = (await replicate.start(establishment)) + 1;
  for (const event of events) await log.append(establishment, encodeEvent(event), {});
  const { logId, last } = await log.range(establishment);
  for (let batch = 0; at <= last; batch++) {
    const size = batches[Math.min(batch, batches.length - 1)] ?? 1;
    const to = Math.min(at + size - 1, last);
    for await (const entries of log.read(establishment, at as never, to as never))
      await replicate.apply({ establishment, logId, entries });
    at = to + 1;
  }
};
