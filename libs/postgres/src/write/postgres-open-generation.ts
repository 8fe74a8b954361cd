import type { QueryRunner } from 'typeorm';
import type pg from 'pg';
import {
  type Effects,
  Failure,
  type Instant,
  type ParkedEvent,
  type Position,
  type RecordKey,
  type SeenMessage,
  type Touched,
} from '#domain';
import type { Generation, OpenGeneration, Progress, StoredState } from '#usecases';
import { asFailure } from '../postgres-failure.js';
import { binaryArrays } from '../rows/binary-arrays.js';
import type { GenerationRow } from '../rows/generation-row.js';
import type { TokensOf } from '../rows/rows-of-effects.js';
import { advanceGeneration, selectGeneration } from '../sql/generations.sql.js';
import { batchStatements } from './batch-statements.js';
import { contentBytesByKey, contentsByKey, headsByKey, type Lookup, messagesSince, subjectsByKey } from './lookups.js';
import { type Statement, statementOf } from './statement.js';
import { takenOver } from './taken-over.js';

/** A crash rewinds rows and position together and costs a repetition, nothing else: no batch waits for the disk (performance facts, 2.2). */
const beginBatch = 'begin; set local synchronous_commit = off';

/** Hands out a connection that keeps plans; its runner gives it back. */
export type Connect = () => Promise<{ readonly runner: QueryRunner; readonly client: pg.ClientBase }>;

/** A connection for as long as something is being written on it: what is sent later is done later. */
interface Writing {
  readonly connected: ReturnType<Connect>;
  writes: number;
}

const isDivisionByZero = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '22012';

/**
 * A batch is two round trips, however large it is: one that loads, on a connection of its own, while the batch before is being
 * written; and one that writes, from `begin` to `commit`. Statements are prepared once a connection and take a whole batch each.
 */
export class PostgresOpenGeneration implements OpenGeneration {
  private writing: Writing | undefined;
  /** Up to here all is committed, or asked to be written. */
  private readonly position: { committed: Position; asked: Position };

  constructor(
    readonly generation: Generation,
    readonly parked: readonly ParkedEvent[],
    private readonly epoch: number,
    private readonly connect: Connect,
    private readonly tokensOf: TokensOf,
  ) {
    const { position } = generation.progress;
    this.position = { committed: position, asked: position };
  }

  load(touched: Touched, clock: Instant): Promise<StoredState> {
    return this.onConnection((client) => this.loadOn(client, touched, clock));
  }

  async contentBytes(records: ReadonlySet<RecordKey>): Promise<ReadonlyMap<RecordKey, number>> {
    return new Map(await this.onConnection((client) => this.find(client, contentBytesByKey, records)));
  }

  private async onConnection<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    try {
      const { runner, client } = await this.connect();
      try {
        return await work(client);
      } finally {
        await runner.release();
      }
    } catch (error) {
      throw asFailure(error);
    }
  }

  async write(effects: readonly Effects[], progress: Progress): Promise<void> {
    const { generation, tokensOf } = this;
    const before = this.position.asked;
    const statements = [this.advance(before, progress), ...batchStatements(generation, before, effects, tokensOf)];
    this.position.asked = progress.position;
    const writing = (this.writing ??= { connected: this.connect(), writes: 0 });
    writing.writes += 1;
    try {
      const { client } = await writing.connected;
      await this.send(client, statements);
      this.position.committed = progress.position;
    } catch (error) {
      throw asFailure(error);
    } finally {
      writing.writes -= 1;
      if (writing.writes === 0) await this.release(writing);
    }
  }

  private async loadOn(client: pg.ClientBase, touched: Touched, clock: Instant): Promise<StoredState> {
    const [heads, contents, subjects, found] = await Promise.all([
      this.find(client, headsByKey, touched.heads),
      this.find(client, contentsByKey, touched.contents),
      this.find(client, subjectsByKey, touched.subjects),
      this.find(client, messagesSince(clock), touched.messageKeys),
    ]);
    const messages = new Map<string, SeenMessage[]>();
    for (const [key, seen] of found) {
      const earlier = messages.get(key);
      if (earlier) earlier.push(seen);
      else messages.set(key, [seen]);
    }
    return { heads: new Map(heads), contents: new Map(contents), subjects: new Map(subjects), messages };
  }

  private async find<Key, Row, Found>(
    client: pg.ClientBase,
    { name, sql, columns, found }: Lookup<Key, Row, Found>,
    keys: ReadonlySet<Key>,
  ): Promise<Found[]> {
    if (keys.size === 0) return [];
    const values = binaryArrays(columns, [...keys]);
    const { rows } = await client.query<never>(
      statementOf(name, sql, this.generation.generation, this.position.committed, values),
    );
    return (rows as Row[]).map(found);
  }

  /** All at once: what a statement that fails leaves behind is an aborted transaction, which `commit` rolls back. */
  private async send(client: pg.ClientBase, statements: readonly Statement[]): Promise<void> {
    const sent = [
      client.query(beginBatch),
      ...statements.map((statement) => client.query(statement)),
      client.query('commit'),
    ];
    const failed = (await Promise.allSettled(sent)).find(({ status }) => status === 'rejected');
    if (failed?.status !== 'rejected') return;
    throw isDivisionByZero(failed.reason) ? await this.whoMovedIt(client) : failed.reason;
  }

  private advance(before: Position, { logId, position, chainHash, clock }: Progress): Statement {
    const { generation, timeline } = this.generation;
    const values = [generation, before, this.epoch, JSON.stringify(timeline), logId, position, chainHash, clock];
    return { name: 'advance-generation', text: advanceGeneration, values, rowMode: 'array' };
  }

  private async whoMovedIt(client: pg.ClientBase): Promise<Failure> {
    const { generation } = this.generation;
    const { rows } = await client.query<GenerationRow>(selectGeneration, [generation]);
    return rows[0]?.ownerEpoch === this.epoch
      ? new Failure(
          'replica.unreachable',
          `generation ${generation}: it does not stand where the last batch left it`,
          'a batch before it failed, or was committed on a connection that broke; it is tried again from where the tables stand',
        )
      : takenOver(generation);
  }

  private async release(writing: Writing): Promise<void> {
    if (this.writing === writing) this.writing = undefined;
    await writing.connected.then(
      ({ runner }) => runner.release(),
      () => undefined,
    );
  }
}
