import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { Failure, type Finess, type Instant, originalTimeline, type Timeline } from '#domain';
import { type BatchTransaction, type Generation, ReplicaStore } from '#usecases';
import { finishTables, makeTables } from '../build/make-tables.js';
import { withClient } from '../data-source.js';
import { inTransaction } from '../in-transaction.js';
import { asFailure } from '../postgres-failure.js';
import { generationOf, type GenerationRow } from '../rows/generation-row.js';
import type { TokensOf } from '../rows/rows-of-effects.js';
import {
  lockEstablishment,
  lockGeneration,
  raiseEpoch,
  resumeGeneration,
  selectGenerations,
  showGeneration,
} from '../sql/generations.sql.js';
import { openGeneration } from './open-generation.js';
import { PostgresBatch } from './postgres-batch.js';
import { takenOver } from './taken-over.js';

/**
 * A crash rewinds rows and position together and costs a repetition, nothing else: so a batch does not wait for the disk
 * (performance facts, 2.2). A plan is kept for as long as `PostgresBatch` says.
 */
const beginBatch = 'begin; set local synchronous_commit = off; set local plan_cache_mode = force_generic_plan';

/** Writes as `reprise_replicator`; only the first tables of an establishment need the owner. */
export class PostgresReplicaStore extends ReplicaStore {
  constructor(
    private readonly replica: DataSource,
    private readonly owner: DataSource,
    private readonly tokensOf: TokensOf,
  ) {
    super();
  }

  async ensureEstablishment(establishment: Finess): Promise<void> {
    const { rowCount } = await this.query('select from establishments where establishment = $1', [establishment]);
    if (rowCount !== 0) return;
    const generation = await openGeneration(this.replica, establishment, originalTimeline, null);
    await makeTables(this.owner, generation.generation);
    await finishTables(this.owner, generation, [], []);
    const values = [generation.generation];
    await this.query(`update generations set state = 'following', phase = 'done' where generation = $1`, values);
    await this.query(
      'insert into establishments (establishment, live_generation, level_at) values ($1, $2, 0) on conflict do nothing',
      [establishment, generation.generation],
    );
  }

  takeOver(establishment: Finess): Promise<number> {
    return withClient(this.replica, (client) =>
      inTransaction(client, 'begin', async () => {
        await client.query(lockEstablishment, [establishment]);
        const { rows } = await client.query<{ epoch: number }>(raiseEpoch, [establishment]);
        const [row] = rows;
        if (!row) throw notThere(`${establishment} has no tables`);
        return row.epoch;
      }),
    );
  }

  async generations(establishment: Finess): Promise<readonly Generation[]> {
    const { rows } = await withClient(this.replica, (client) =>
      client.query<GenerationRow>({ name: 'generations', text: selectGenerations, values: [establishment] }),
    );
    return rows.map(generationOf);
  }

  async begin(generation: number, epoch: number): Promise<BatchTransaction> {
    const runner = this.replica.createQueryRunner();
    try {
      const client = (await runner.connect()) as pg.ClientBase;
      const lock = { name: 'lock-generation', text: lockGeneration, values: [generation] };
      const [, { rows }] = await Promise.all([client.query(beginBatch), client.query<GenerationRow>(lock)]);
      const [row] = rows;
      const batch = row && new PostgresBatch(generationOf(row), epoch, runner, client, this.tokensOf);
      if (batch && row.ownerEpoch === epoch) return batch;
      await client.query('rollback');
      throw batch ? takenOver(generation) : notThere(`no generation ${generation}`);
    } catch (error) {
      await runner.release();
      throw asFailure(error);
    }
  }

  async level(establishment: Finess, at: Instant): Promise<void> {
    await this.query('update establishments set level_at = $2 where establishment = $1', [establishment, at]);
  }

  async resume(generation: number, epoch: number, timeline: Timeline): Promise<void> {
    const { rowCount } = await this.query(resumeGeneration, [generation, epoch, JSON.stringify(timeline)]);
    if (rowCount !== 1) throw takenOver(generation);
  }

  async makeLive(establishment: Finess, generation: number, epoch: number): Promise<void> {
    const { rowCount } = await this.query(showGeneration, [establishment, generation, epoch]);
    if (rowCount !== 1) throw takenOver(generation);
  }

  private query(text: string, values: unknown[]): Promise<pg.QueryResult> {
    return withClient(this.replica, (client) => client.query(text, values));
  }
}

const notThere = (message: string): Failure =>
  new Failure('not-found', message, 'the replicator makes the tables of an establishment when it starts to follow it');
