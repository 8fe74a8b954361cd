import { setImmediate } from 'node:timers/promises';
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import type { Effects, Head, ParkedEvent, RecordKey, Subject } from '#domain';
import { RecordKey as Key } from '#domain';
import type { Generation, GenerationTables, Progress } from '#usecases';
import { withClient } from '../data-source.js';
import { binaryArrays } from '../rows/binary-arrays.js';
import { BinaryCopy } from '../rows/binary-copy.js';
import type { Column } from '../rows/column.js';
import {
  leavesMessage,
  messageColumns,
  type TokensOf,
  versionColumns,
  type VersionRow,
  versionRow,
} from '../rows/rows-of-effects.js';
import { settleMessages } from '../sql/append-messages.sql.js';
import { advanceBuild } from '../sql/generations.sql.js';
import { takenOver } from '../write/taken-over.js';
import { readContents } from './read-contents.sql.js';
import { copyIn } from './copy-in.js';
import { indexWhileFilled } from './tables-of-generation.sql.js';
import { callBuild, finishTables, lockTables, prepareHistory, type TableCopy, tableCopy } from './make-tables.js';

/** Rows of about two thousand events in each of two chunks. Measured: 8 MB are no faster. */
export const usualChunkBytes = 4 << 20;

const exactVersion: readonly Column<readonly [RecordKey, Head]>[] = [
  { name: 'type', type: 'text', of: ([key]) => Key.type(key) },
  { name: 'id', type: 'text', of: ([key]) => Key.id(key) },
  { name: 'position', type: 'int8', of: ([, { position }]) => position },
];

/** Rows that are committed together, with the progress behind them. Its buffers serve again and again. */
class Chunk {
  readonly versions: BinaryCopy<VersionRow>;
  readonly messages: BinaryCopy<Effects>;
  settled: Effects['settled'] = [];
  progress: Progress | undefined;

  constructor(
    private readonly copies: { readonly versions: TableCopy<VersionRow>; readonly messages: TableCopy<Effects> },
    bytes: number,
  ) {
    this.versions = new BinaryCopy(copies.versions.columns, bytes + (bytes >> 2));
    this.messages = new BinaryCopy(copies.messages.columns, bytes >> 1);
  }

  get byteLength(): number {
    return this.versions.byteLength + this.messages.byteLength;
  }

  /** A batch is encoded at once: what the fold made of it is garbage before it grows old. */
  add(effects: readonly Effects[], progress: Progress, tokensOf: TokensOf): void {
    for (const effect of effects) {
      for (const version of effect.versions) this.versions.add(versionRow(version, tokensOf));
      if (leavesMessage(effect)) this.messages.add(effect);
      if (effect.settled.length > 0) this.settled = [...this.settled, ...effect.settled];
    }
    this.progress = progress;
  }

  /** In one message to the server. Progress and rows are lost together or not at all: no chunk waits for the disk. */
  async send(client: pg.ClientBase, generation: number, begun: () => void): Promise<void> {
    const text = [
      'begin',
      'set local synchronous_commit = off',
      // Whoever opens this generation anew waits for the chunk, and then reads its position.
      lockTables(generation),
      this.copies.versions.statement,
      this.copies.messages.statement,
    ].join('; ');
    await copyIn(client, text, [this.versions.end(), this.messages.end()], begun);
  }

  clear(): void {
    this.versions.clear();
    this.messages.clear();
    this.settled = [];
    this.progress = undefined;
  }
}

/**
 * One chunk is on its way while the next one is filled; everything else waits for all of them. A chunk that
 * fails is told by the next call.
 */
export class PostgresGenerationTables implements GenerationTables {
  private position: number;
  private filling: Chunk;
  private spare: Chunk;
  private inFlight: Promise<void> = Promise.resolve();

  constructor(
    readonly generation: Generation,
    readonly finished: boolean,
    private readonly connections: DataSource,
    private readonly tokensOf: TokensOf,
    private readonly chunkBytes: number,
  ) {
    this.position = generation.progress.position;
    const copies = {
      versions: tableCopy(generation, 'versions', versionColumns),
      messages: tableCopy(generation, 'messages', messageColumns),
    };
    this.filling = new Chunk(copies, chunkBytes);
    this.spare = new Chunk(copies, chunkBytes);
  }

  async write(effects: readonly Effects[], progress: Progress): Promise<void> {
    this.filling.add(effects, progress, this.tokensOf);
    if (this.filling.byteLength >= this.chunkBytes) await this.ship();
    // The connection writes between two batches, and never while one is encoded.
    await setImmediate();
  }

  async contents(heads: ReadonlyMap<RecordKey, Head>): Promise<ReadonlyMap<RecordKey, Uint8Array>> {
    await this.committed();
    const { generation } = this.generation;
    const query = {
      text: readContents(generation),
      values: binaryArrays(exactVersion, [...heads]),
      rowMode: 'array' as const,
    };
    const { rows } = await withClient(this.connections, async (client) => {
      await callBuild(client, indexWhileFilled, generation);
      return client.query<[RecordKey, Uint8Array]>(query);
    });
    return new Map(rows);
  }

  async finish(subjects: ReadonlyMap<RecordKey, Subject>, parked: readonly ParkedEvent[]): Promise<void> {
    await this.committed();
    const prepared = prepareHistory(this.connections, this.generation.generation);
    const finished = finishTables(this.connections, this.generation, subjects, parked, prepared);
    // Neither is left at work when the other fails.
    const [, outcome] = await Promise.allSettled([prepared, finished]);
    if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** Waits for the chunk before, and until this one holds the lock. */
  private async ship(): Promise<void> {
    await this.inFlight;
    const chunk = this.filling;
    this.filling = this.spare;
    this.spare = chunk;
    const begun = Promise.withResolvers<void>();
    this.inFlight = withClient(this.connections, (client) => this.commit(client, chunk, begun.resolve));
    this.inFlight.catch(begun.reject);
    await begun.promise;
  }

  private async committed(): Promise<void> {
    if (this.filling.progress) await this.ship();
    await this.inFlight;
  }

  private async commit(client: pg.ClientBase, chunk: Chunk, begun: () => void): Promise<void> {
    const { generation } = this.generation;
    const { settled, progress } = chunk;
    if (!progress) throw new Error('a chunk without progress');
    try {
      await chunk.send(client, generation, begun);
      // A drain is an operator's word and rare: it may look through all messages.
      if (settled.length > 0) {
        const [positions, outcomes] = [settled.map(({ position }) => position), settled.map(({ outcome }) => outcome)];
        await client.query(settleMessages(generation), [positions, outcomes]);
      }
      const { logId, position, chainHash, clock } = progress;
      const moved = [generation, this.position, logId, position, chainHash, clock];
      const { rowCount } = await client.query(advanceBuild, moved);
      if (rowCount !== 1) throw takenOver(generation);
      await client.query('commit');
      this.position = position;
      chunk.clear();
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw error;
    }
  }
}
