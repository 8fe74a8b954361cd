import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { Failure, type Finess, type Instant, originalTimeline, type Timeline } from '#domain';
import { type Generation, heartbeatEveryMs, type OpenGeneration, ReplicaStore, type ReplicatorAlive } from '#usecases';
import { finishTables, makeTables } from '../build/make-tables.js';
import { withClient } from '../data-source.js';
import { inTransaction } from '../in-transaction.js';
import { generationOf, type GenerationRow } from '../rows/generation-row.js';
import type { SearchRule } from '../rows/search-rule.js';
import {
  lockEstablishment,
  lockGeneration,
  lowerSearchVersion,
  raiseEpoch,
  resumeGeneration,
  selectGenerations,
  showGeneration,
} from '../sql/generations.sql.js';
import { makeEstablishment, removeSelf, replaceOne, sayAlive, saySelf } from '../sql/replicators.sql.js';
import { loadParked } from '../sql/load-fold-state.sql.js';
import { openGeneration } from './open-generation.js';
import { type ParkedRow, parkedOf } from './lookups.js';
import { type Connect, PostgresOpenGeneration } from './postgres-open-generation.js';
import { takenOver } from './taken-over.js';

/** More than two heartbeats, and less than what `status` calls silent: one that was started anew in time was never missed. */
const deadAfterMs = 2.5 * heartbeatEveryMs;
/** One that died and was never started again was taken out for good. */
const missedMs = 86_400_000;

/** Writes as `reprise_replicator`. `copies`: `openForCopy`, for the first tables of an establishment. */
export class PostgresReplicaStore extends ReplicaStore {
  private readonly keepsPlans = new WeakSet<pg.ClientBase>();

  constructor(
    private readonly replica: DataSource,
    private readonly copies: DataSource,
    private readonly rule: SearchRule,
  ) {
    super();
  }

  async ensureEstablishment(establishment: Finess): Promise<void> {
    const { rowCount } = await this.query('select from establishments where establishment = $1', [establishment]);
    if (rowCount !== 0) return;
    const generation = await openGeneration(this.replica, establishment, originalTimeline, null, this.rule.version);
    if (generation.state === 'building') {
      await makeTables(this.copies, generation.generation);
      await finishTables(this.copies, generation, [], []);
    }
    const values = [generation.generation];
    await this.query(`update generations set state = 'following', phase = 'done' where generation = $1`, values);
    await this.query(makeEstablishment, [establishment, generation.generation]);
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

  async open(generation: number, epoch: number): Promise<OpenGeneration> {
    return withClient(this.replica, (client) =>
      inTransaction(client, 'begin', async () => {
        // Whoever is still writing is waited for.
        const { rows } = await client.query<GenerationRow>(lockGeneration, [generation]);
        const [row] = rows;
        if (!row) throw notThere(`no generation ${generation}`);
        if (row.ownerEpoch !== epoch) throw takenOver(generation);
        await client.query(lowerSearchVersion, [generation, this.rule.version]);
        const parked = await client.query<never>({ text: loadParked(generation), rowMode: 'array' });
        return new PostgresOpenGeneration(
          generationOf(row),
          (parked.rows as ParkedRow[]).map(parkedOf),
          epoch,
          () => this.connect(),
          this.rule.tokensOf,
        );
      }),
    );
  }

  async level(establishment: Finess, at: Instant): Promise<void> {
    await this.query('update establishments set level_at = $2 where establishment = $1', [establishment, at]);
  }

  async beat({ name, owned, halted }: ReplicatorAlive): Promise<void> {
    const establishments = owned.map(({ establishment }) => establishment);
    const epochs = owned.map(({ epoch }) => epoch);
    await withClient(this.replica, async (client) => {
      await client.query(sayAlive, [JSON.stringify(Object.fromEntries(halted)), establishments, epochs]);
      await client.query(saySelf, [name, missedMs]);
      await client.query(replaceOne, [name, deadAfterMs]);
    });
  }

  async leave(name: string): Promise<void> {
    await this.query(removeSelf, [name]);
  }

  async resume(generation: number, epoch: number, timeline: Timeline): Promise<void> {
    const { rowCount } = await this.query(resumeGeneration, [generation, epoch, JSON.stringify(timeline)]);
    if (rowCount !== 1) throw takenOver(generation);
  }

  async makeLive(establishment: Finess, generation: number, epoch: number): Promise<void> {
    const { rowCount } = await this.query(showGeneration, [establishment, generation, epoch]);
    if (rowCount !== 1) throw takenOver(generation);
  }

  /** A connection that keeps the plans of prepared statements, for as long as `statementOf` says. */
  private async connect(): ReturnType<Connect> {
    const runner = this.replica.createQueryRunner();
    try {
      const client = (await runner.connect()) as pg.ClientBase;
      if (!this.keepsPlans.has(client)) await client.query('set plan_cache_mode = force_generic_plan');
      this.keepsPlans.add(client);
      return { runner, client };
    } catch (error) {
      await runner.release();
      throw error;
    }
  }

  private query(text: string, values: unknown[]): Promise<pg.QueryResult> {
    return withClient(this.replica, (client) => client.query(text, values));
  }
}

const notThere = (message: string): Failure =>
  new Failure('not-found', message, 'the replicator makes the tables of an establishment when it starts to follow it');
