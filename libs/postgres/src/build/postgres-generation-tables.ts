import type pg from 'pg';
import type { DataSource } from 'typeorm';
import type { Effects, Head, ParkedEvent, RecordKey, Subject } from '#domain';
import { RecordKey as Key } from '#domain';
import type { Generation, GenerationTables, Progress } from '#usecases';
import { withClient } from '../data-source.js';
import { inTransaction } from '../in-transaction.js';
import { binaryArrays } from '../rows/binary-arrays.js';
import type { Column } from '../rows/column.js';
import { messageColumns, messageRows, type TokensOf, versionColumns, versionRows } from '../rows/rows-of-effects.js';
import { settleMessages } from '../sql/append-messages.sql.js';
import { advanceBuild } from '../sql/generations.sql.js';
import { takenOver } from '../write/taken-over.js';
import { readContents } from './read-contents.sql.js';
import { copyRows, finishTables, lockTables } from './make-tables.js';

/** Progress and rows are lost together or not at all: no chunk waits for the disk. */
const beginChunk = 'begin; set local synchronous_commit = off';

const exactVersion: readonly Column<readonly [RecordKey, Head]>[] = [
  { name: 'type', type: 'text', of: ([key]) => Key.type(key) },
  { name: 'id', type: 'text', of: ([key]) => Key.id(key) },
  { name: 'position', type: 'int8', of: ([, { position }]) => position },
];

/**
 * Filled by the owner. One chunk is in flight while the next one is folded: `write` returns when the chunk before it is
 * committed and its own has begun; everything else waits for all of them. A chunk that fails is told by the next call.
 */
export class PostgresGenerationTables implements GenerationTables {
  private position: number;
  private inFlight: Promise<void> = Promise.resolve();

  constructor(
    readonly generation: Generation,
    private readonly owner: DataSource,
    private readonly tokensOf: TokensOf,
  ) {
    this.position = generation.progress.position;
  }

  async write(effects: readonly Effects[], progress: Progress): Promise<void> {
    await this.inFlight;
    const begun = Promise.withResolvers<void>();
    this.inFlight = withClient(this.owner, (client) =>
      inTransaction(client, beginChunk, async () => {
        // Whoever opens this generation anew waits for the chunk, and then reads its position.
        await lockTables(client, this.generation.generation);
        begun.resolve();
        await this.writeChunk(client, effects, progress);
      }),
    );
    this.inFlight.catch(begun.reject);
    await begun.promise;
  }

  async contents(heads: ReadonlyMap<RecordKey, Head>): Promise<ReadonlyMap<RecordKey, Uint8Array>> {
    await this.inFlight;
    const { generation } = this.generation;
    const query = {
      text: readContents(generation),
      values: binaryArrays(exactVersion, [...heads]),
      rowMode: 'array' as const,
    };
    const { rows } = await withClient(this.owner, async (client) => {
      await client.query(
        `create index if not exists versions_g${generation}_being_built on versions_g${generation} (position)`,
      );
      return client.query<[RecordKey, Uint8Array]>(query);
    });
    return new Map(rows);
  }

  async finish(subjects: ReadonlyMap<RecordKey, Subject>, parked: readonly ParkedEvent[]): Promise<void> {
    await this.inFlight;
    await finishTables(this.owner, this.generation, subjects, parked);
  }

  private async writeChunk(client: pg.ClientBase, effects: readonly Effects[], progress: Progress): Promise<void> {
    const { generation } = this.generation;
    await copyRows(client, this.generation, 'versions', versionColumns, versionRows(effects, this.tokensOf));
    await copyRows(client, this.generation, 'messages', messageColumns, messageRows(effects));
    const settled = effects.flatMap((effect) => effect.settled);
    // A drain is an operator's word and rare: it may look through all messages.
    if (settled.length > 0) {
      const [positions, outcomes] = [settled.map(({ position }) => position), settled.map(({ outcome }) => outcome)];
      await client.query(settleMessages(generation), [positions, outcomes]);
    }
    const { logId, position, chainHash, clock } = progress;
    const { rowCount } = await client.query(advanceBuild, [
      generation,
      this.position,
      logId,
      position,
      chainHash,
      clock,
    ]);
    if (rowCount !== 1) throw takenOver(generation);
    this.position = position;
  }
}
