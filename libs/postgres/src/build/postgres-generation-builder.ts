import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { Failure, type Finess, FOLD_VERSION, Position, type Timeline } from '#domain';
import { type BuildReport, type BuiltState, GenerationBuilder, type GenerationTables } from '#usecases';
import { withClient } from '../data-source.js';
import type { SearchRule } from '../rows/search-rule.js';
import { openGeneration } from '../write/open-generation.js';
import { takenOver } from '../write/taken-over.js';
import { byKey } from '../proof/by-key.js';
import { inTransaction } from '../in-transaction.js';
import { stateOfSnapshot } from '../status/digest-of-snapshot.js';
import { dropTables, makeTables } from './make-tables.js';
import { PostgresGenerationTables, usualChunkBytes } from './postgres-generation-tables.js';

/** Has the owner's functions make and finish tables, and fills them while no reader sees them. `copies`: `openForCopy`. */
export class PostgresGenerationBuilder extends GenerationBuilder {
  constructor(
    private readonly replica: DataSource,
    private readonly copies: DataSource,
    private readonly rule: SearchRule,
    private readonly chunkBytes = usualChunkBytes,
  ) {
    super();
  }

  async open(establishment: Finess, timeline: Timeline, restoreId: string): Promise<GenerationTables> {
    const asked = await openGeneration(this.replica, establishment, timeline, restoreId, this.rule.version);
    if (asked.state === 'building' && asked.foldVersion !== FOLD_VERSION)
      throw new Failure(
        'replica.other-fold',
        `generation ${asked.generation} was begun by fold version ${asked.foldVersion}, this is version ${FOLD_VERSION}`,
        'cancel this restore and plan it again',
      );
    const finished = asked.state === 'building' && (await makeTables(this.copies, asked.generation));
    // Making the tables has waited for a chunk that an earlier try had left in flight: only now the position is sure.
    const generation = await openGeneration(this.replica, establishment, timeline, restoreId, this.rule.version);
    return new PostgresGenerationTables(generation, finished, this.copies, this.rule.tokensOf, this.chunkBytes);
  }

  async retry(generation: number): Promise<void> {
    await this.query(
      `update generations set state = 'building', failure = null, finished_at = null
       where generation = $1 and state = 'failed'`,
      [generation],
    );
  }

  async report(generation: number, { phase, eventsDone, eventsTotal, eventTimeReached }: BuildReport): Promise<void> {
    await this.query(
      `update generations set phase = $2, events_done = $3, events_total = $4, event_time_reached = $5 where generation = $1`,
      [generation, phase, eventsDone, eventsTotal, eventTimeReached],
    );
  }

  digest(generation: number): Promise<BuiltState> {
    return withClient(this.replica, (client) =>
      inTransaction(client, `begin isolation level repeatable read read only; ${byKey}`, () =>
        stateOfSnapshot(client, generation, { basis: 'heads', position: Position.of(Number.MAX_SAFE_INTEGER) }),
      ),
    );
  }

  async built(generation: number, { stateDigest, records, parked }: BuiltState): Promise<void> {
    const { rowCount } = await this.query(
      `update generations set state = 'built', state_digest = $2, records = $3, parked_positions = $4, finished_at = now()
       where generation = $1 and state = 'building'`,
      [generation, stateDigest, records, parked],
    );
    if (rowCount !== 1) throw takenOver(generation);
  }

  async failed(generation: number, sentence: string): Promise<void> {
    await this.query(
      `update generations set state = 'failed', failure = $2, finished_at = now()
       where generation = $1 and state = 'building'`,
      [generation, sentence],
    );
  }

  async discard(generation: number): Promise<void> {
    const { rowCount } = await this.query(
      `update generations set state = 'cancelled', finished_at = coalesce(finished_at, now())
       where generation = $1 and state <> 'following'
         and not exists (select from establishments where live_generation = $1)`,
      [generation],
    );
    if (rowCount !== 1)
      throw new Failure(
        'refused-by-policy',
        `generation ${generation} is live, or follows the log so that going back to it loses nothing`,
        'only what was built and never promoted is discarded',
      );
    await dropTables(this.copies, generation);
  }

  private query(text: string, values: unknown[]): Promise<pg.QueryResult> {
    return withClient(this.replica, (client) => client.query(text, values));
  }
}
