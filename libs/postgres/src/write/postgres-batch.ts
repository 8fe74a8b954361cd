import type { QueryRunner } from 'typeorm';
import type pg from 'pg';
import { type Effects, FoldMemory, namedBy, type RecordKey, type Touched } from '#domain';
import type { BatchTransaction, Generation, Progress } from '#usecases';
import { asFailure } from '../postgres-failure.js';
import { binaryArrays } from '../rows/binary-arrays.js';
import type { Column } from '../rows/column.js';
import {
  headColumns,
  messageColumns,
  messageRows,
  parkedColumns,
  subjectColumns,
  type TokensOf,
  versionColumns,
  versionRows,
} from '../rows/rows-of-effects.js';
import { appendMessages, settleMessages } from '../sql/append-messages.sql.js';
import { appendVersions } from '../sql/append-versions.sql.js';
import { addParked, dropParked } from '../sql/change-parked.sql.js';
import { addTokens, dropTokens } from '../sql/change-tokens.sql.js';
import { advanceGeneration } from '../sql/generations.sql.js';
import { loadParked } from '../sql/load-fold-state.sql.js';
import { upsertHeads } from '../sql/upsert-heads.sql.js';
import { upsertSubjects } from '../sql/upsert-subjects.sql.js';
import {
  contentsByKey,
  headsByKey,
  type Lookup,
  messagesByKey,
  type ParkedRow,
  parkedOf,
  subjectsByKey,
} from './lookups.js';
import { takenOver } from './taken-over.js';
import { tokenChanges, tokenColumns } from './token-changes.js';

type Sql = (generation: number) => string;

const settledPosition: Column<Effects['settled'][number]> = {
  name: 'position',
  type: 'int8',
  of: ({ position }) => position,
};
const settledOutcome: Column<Effects['settled'][number]> = {
  name: 'outcome',
  type: 'text',
  of: ({ outcome }) => outcome,
};

/** What an upsert takes: a key twice in one statement is an error, and the last one counts. */
const newest = <T>(items: readonly T[], keyOf: (item: T) => string): T[] => [
  ...new Map(items.map((item) => [keyOf(item), item])).values(),
];

/**
 * One batch of one generation on one connection. Statements are prepared once a connection, take a whole batch each, and go out
 * together: a batch costs three or four round trips, however large it is.
 */
export class PostgresBatch implements BatchTransaction {
  /** Search tokens of the heads that were loaded, as JSON. */
  private readonly tokensBefore = new Map<RecordKey, string>();
  private ended = false;

  constructor(
    readonly generation: Generation,
    private readonly epoch: number,
    private readonly runner: QueryRunner,
    private readonly client: pg.ClientBase,
    private readonly tokensOf: TokensOf,
  ) {}

  async load(touched: Touched): Promise<FoldMemory> {
    try {
      return await this.loaded(touched);
    } catch (error) {
      throw asFailure(error);
    }
  }

  private async loaded(touched: Touched): Promise<FoldMemory> {
    const memory = new FoldMemory(this.generation.progress.clock);
    const [contents, messages, parked] = await Promise.all([
      this.find(contentsByKey, touched.contents),
      this.find(messagesByKey, touched.messageKeys),
      this.rows<ParkedRow>('load-parked', loadParked, []),
      this.loadHeadsAndSubjects(memory, touched),
    ]);
    for (const [key, content] of contents) {
      const head = memory.heads.get(key);
      if (head) memory.heads.set(key, { ...head, content });
    }
    for (const [key, seen] of messages) memory.messages.set(key, [...memory.seen(key), seen]);
    memory.parked = parked.map(parkedOf);
    return memory;
  }

  /** And what the subjects name, until nothing new is named. */
  private async loadHeadsAndSubjects(memory: FoldMemory, touched: Touched): Promise<void> {
    const asked = { heads: new Set(touched.heads), subjects: new Set(touched.subjects) };
    let { heads, subjects }: Pick<Touched, 'heads' | 'subjects'> = touched;
    while (heads.size + subjects.size > 0) {
      const [foundHeads, foundSubjects] = await Promise.all([
        this.find(headsByKey, heads),
        this.find(subjectsByKey, subjects),
      ]);
      for (const { key, head, tokens } of foundHeads) {
        memory.heads.set(key, head);
        this.tokensBefore.set(key, tokens);
      }
      for (const [key, subject] of foundSubjects) memory.subjects.set(key, subject);
      const named = foundSubjects.map(([, subject]) => namedBy(subject));
      const notAsked = (keys: readonly RecordKey[], before: Set<RecordKey>): Set<RecordKey> => {
        const news = new Set(keys.filter((key) => !before.has(key)));
        for (const key of news) before.add(key);
        return news;
      };
      heads = notAsked(
        named.flatMap((one) => one.heads),
        asked.heads,
      );
      subjects = notAsked(
        named.flatMap((one) => one.subjects),
        asked.subjects,
      );
    }
  }

  async commit(effects: readonly Effects[], progress: Progress): Promise<void> {
    try {
      const writes = this.writes(effects);
      const [advanced] = await Promise.all([this.advance(progress), ...writes]);
      if (advanced.rowCount !== 1) throw takenOver(this.generation.generation);
      await this.client.query('commit');
      this.ended = true;
    } catch (error) {
      throw asFailure(error);
    } finally {
      await this.rollback();
    }
  }

  /** Never throws: what led here is what counts, and a lost connection has rolled back by itself. */
  async rollback(): Promise<void> {
    if (!this.ended) await this.client.query('rollback').catch(() => undefined);
    this.ended = true;
    await this.runner.release();
  }

  private advance({ logId, position, chainHash, clock }: Progress): Promise<pg.QueryResult> {
    const { generation, progress } = this.generation;
    const values = [generation, progress.position, this.epoch, logId, position, chainHash, clock];
    return this.client.query({ name: 'advance-generation', text: advanceGeneration, values });
  }

  /** Order counts: an event may be parked and settled in one batch. */
  private writes(effects: readonly Effects[]): Promise<unknown>[] {
    const versions = versionRows(effects, this.tokensOf);
    const heads = newest(versions, ({ version }) => version.key);
    const { added, dropped } = tokenChanges(heads, (key) => JSON.parse(this.tokensBefore.get(key) ?? '[]') as string[]);
    const subjects = newest(
      effects.flatMap((effect) => effect.subjects),
      ([key]) => key,
    );
    const parked = effects.flatMap(({ park }) => park ?? []);
    const settled = effects.flatMap((effect) => effect.settled);
    return [
      this.add('append-versions', appendVersions, versionColumns, versions),
      this.add('upsert-heads', upsertHeads, headColumns, heads),
      this.change('drop-tokens', dropTokens, tokenColumns, dropped),
      this.add('add-tokens', addTokens, tokenColumns, added),
      this.add('upsert-subjects', upsertSubjects, subjectColumns, subjects),
      this.add('append-messages', appendMessages, messageColumns, messageRows(effects)),
      this.add('add-parked', addParked, parkedColumns, parked),
      this.change('settle-messages', settleMessages, [settledPosition, settledOutcome], settled),
      this.change('drop-parked', dropParked, [settledPosition], settled),
    ];
  }

  private async add<Row>(name: string, sql: Sql, columns: readonly Column<Row>[], rows: readonly Row[]): Promise<void> {
    if (rows.length > 0) await this.rows(name, sql, [this.generation.establishment, ...binaryArrays(columns, rows)]);
  }

  private async change<Row>(
    name: string,
    sql: Sql,
    columns: readonly Column<Row>[],
    rows: readonly Row[],
  ): Promise<void> {
    if (rows.length > 0) await this.rows(name, sql, binaryArrays(columns, rows));
  }

  private async find<Key, Row, Found>(lookup: Lookup<Key, Row, Found>, keys: ReadonlySet<Key>): Promise<Found[]> {
    if (keys.size === 0) return [];
    const rows = await this.rows<Row>(lookup.name, lookup.sql, binaryArrays(lookup.columns, [...keys]));
    return rows.map(lookup.found);
  }

  private async rows<Row>(name: string, sql: Sql, values: unknown[]): Promise<Row[]> {
    const { generation, progress } = this.generation;
    // A plan that suited a small table reads a large one whole: with every digit of the position there is a new one.
    const digits = String(progress.position).length;
    const query = { name: `${name}-${generation}-${digits}`, text: sql(generation), values, rowMode: 'array' as const };
    return (await this.client.query(query)).rows as Row[];
  }
}
