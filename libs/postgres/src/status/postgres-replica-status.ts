import pg from 'pg';
import { type Finess, Instant, isObject, messageKeyOf, parseLossless, type Position } from '#domain';
import {
  type FieldDifferences,
  type GenerationDifference,
  type GenerationReport,
  type JournalReach,
  type LiveReport,
  type MessageCount,
  type MessageCounting,
  type MessageFilter,
  type MessageReport,
  type ParkedReport,
  type PatientDifference,
  type ReplicaSnapshot,
  ReplicaStatus,
  type SameIdReport,
  type SenderMinute,
  type TypeDifference,
} from '#usecases';
import { loginAt, type PostgresAddress } from '../address.js';
import { readDrift } from '../drift/read-drift.js';
import { asFailureOf } from '../postgres-failure.js';
import { byKey } from '../proof/by-key.js';
import type { SearchRule } from '../rows/search-rule.js';
import { changedContents, compareTypes, countPatients, listPatients } from './compare-generations.sql.js';
import { PostgresSnapshot, type SnapshotRow } from './postgres-snapshot.js';
import { countRewritten, selectActivity, selectReach } from './sender-activity.sql.js';
import {
  countMessages,
  selectLive,
  selectLiveGeneration,
  selectLiveSnapshot,
  selectMessages,
  selectParked,
  selectReports,
  selectSameId,
  selectSenders,
  selectSnapshotOf,
} from './status.sql.js';

type Nulls<T> = { readonly [K in keyof T]-?: T[K] | (undefined extends T[K] ? null : never) };

/** A member that a port leaves out where a row has null. */
const given = <K extends string, T>(name: K, value: T | null): { readonly [P in K]?: T } =>
  (value === null ? {} : { [name]: value }) as { readonly [P in K]?: T };

/**
 * Numbering eras whose keys are tried; an older message is found by its position.
 * @limit Control | numbering eras in which `messages --id` looks | an older message is found by its position
 */
const incarnationsMax = 20;
const contentsPage = 500;
/**
 * A database that is frozen takes connections and answers nothing: what operators ask first is not waited for longer.
 * @limit Control | how long a replica is waited for | told as not answering
 */
const answerMsMax = 1_500;

/**
 * A replica over connections of the role `reprise_control`, which may read everything and write nothing. Connections are made
 * when they are needed: a replica that is away is told, never waited for.
 */
export class PostgresReplicaStatus extends ReplicaStatus {
  private readonly pool: pg.Pool;

  constructor(
    override readonly name: string,
    address: PostgresAddress,
    /** What records are found by, as the replicators of this version compute it. */
    private readonly rule: SearchRule,
  ) {
    super();
    this.pool = new pg.Pool({
      ...loginAt(address),
      max: 4,
      connectionTimeoutMillis: answerMsMax,
      application_name: 'reprise-control',
      keepAlive: true,
    });
    // An idle connection that breaks is replaced when the next one is asked for.
    this.pool.on('error', () => undefined);
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  override async live(): Promise<readonly LiveReport[]> {
    return this.ask<LiveReport>(selectLive);
  }

  override async generations(restoreId?: string): Promise<readonly GenerationReport[]> {
    const rows = await this.ask<Nulls<GenerationReport>>(selectReports, [restoreId ?? null]);
    return rows.map(({ restoreId: id, startedAt, finishedAt, ...rest }) => ({
      ...rest,
      ...given('restoreId', id),
      ...given('startedAt', startedAt),
      ...given('finishedAt', finishedAt),
    }));
  }

  override async messages(establishment: Finess, filter: MessageFilter): Promise<readonly MessageReport[]> {
    const generation = await this.liveGeneration(establishment);
    if (generation === undefined) return [];
    const rows = await this.query<Nulls<MessageReport>>(selectMessages, [
      ...(await this.fitting(generation, filter)),
      filter.before ?? null,
      filter.after ?? null,
    ]);
    return rows.map(({ sentAt, occurredAt, ...rest }) => ({
      ...rest,
      ...given('sentAt', sentAt),
      ...given('occurredAt', occurredAt),
    }));
  }

  override async countMessages(establishment: Finess, counting: MessageCounting): Promise<readonly MessageCount[]> {
    const generation = await this.liveGeneration(establishment);
    if (generation === undefined) return [];
    return this.query<MessageCount>(countMessages, [...(await this.fitting(generation, counting)), counting.bucketMs]);
  }

  override async reach(establishment: Finess): Promise<JournalReach | undefined> {
    const [row] = await this.query<Nulls<JournalReach>>(selectReach, [establishment]);
    return row && { generation: row.generation, clock: row.clock, ...given('first', row.first) };
  }

  override activity(generation: number, since: Instant, until: Instant): Promise<readonly SenderMinute[]> {
    return this.query<SenderMinute>(selectActivity, [generation, since, until]);
  }

  override async rewritten(
    generation: number,
    sender: string,
    { since, until, limit }: { readonly since: Instant; readonly until: Instant; readonly limit: number },
  ): Promise<number> {
    const [row] = await this.query<{ readonly rewritten: number }>(countRewritten, [
      generation,
      sender,
      since,
      until,
      limit,
    ]);
    return row?.rewritten ?? 0;
  }

  override async sameId(establishment: Finess, position: Position): Promise<readonly SameIdReport[]> {
    const generation = await this.liveGeneration(establishment);
    return generation === undefined ? [] : this.query<SameIdReport>(selectSameId, [generation, position]);
  }

  override async parked(establishment: Finess): Promise<readonly ParkedReport[]> {
    const generation = await this.liveGeneration(establishment);
    return generation === undefined ? [] : this.query<ParkedReport>(selectParked, [generation]);
  }

  override snapshot(establishment: Finess): Promise<ReplicaSnapshot | undefined> {
    return this.snapshotOfRow(selectLiveSnapshot, establishment);
  }

  override snapshotOf(generation: number): Promise<ReplicaSnapshot | undefined> {
    return this.snapshotOfRow(selectSnapshotOf, generation);
  }

  override async compare(before: number, after: number): Promise<GenerationDifference> {
    const types = await this.query<TypeDifference & { readonly type: string }>(compareTypes, [before, after]);
    const patients = { added: 0, changed: 0, removed: 0 };
    for (const { difference, count } of await this.query<{
      readonly difference: keyof typeof patients;
      readonly count: number;
    }>(countPatients, [before, after]))
      patients[difference] = count;
    return { byType: Object.fromEntries(types.map(({ type, ...counts }) => [type, counts])), patients };
  }

  override comparePatients(before: number, after: number, limit: number): Promise<readonly PatientDifference[]> {
    return this.query<PatientDifference>(listPatients, [before, after, limit]);
  }

  override async compareFields(before: number, after: number): Promise<FieldDifferences> {
    const fields: Record<string, Record<string, number>> = {};
    type Pair = { readonly type: string; readonly id: string; readonly before: Buffer; readonly after: Buffer };
    let [type, id] = ['', ''];
    for (let pairs: readonly Pair[] = [], first = true; first || pairs.length === contentsPage; first = false) {
      pairs = await this.query<Pair>(changedContents, [before, after, type, id, contentsPage]);
      for (const pair of pairs) {
        const counts = (fields[pair.type] ??= {});
        for (const member of differingMembers(pair.before, pair.after)) counts[member] = (counts[member] ?? 0) + 1;
        ({ type, id } = pair);
      }
    }
    return fields;
  }

  override async probe(): Promise<{ readonly version: string; readonly now: Instant }> {
    const [row] = await this.ask<{ readonly version: string; readonly now: number }>(
      `select current_setting('server_version') as version, floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now`,
    );
    if (!row) throw new Error('Postgres tells no version');
    return { version: row.version, now: Instant.of(row.now) };
  }

  override async drift(): Promise<readonly string[]> {
    try {
      return await readDrift(this.pool, answerMsMax);
    } catch (error) {
      throw asFailureOf(this.name, error);
    }
  }

  private async snapshotOfRow(select: string, of: Finess | number): Promise<ReplicaSnapshot | undefined> {
    const client = await this.pool.connect().catch((error: unknown) => {
      throw asFailureOf(this.name, error);
    });
    const end = async (): Promise<void> => {
      // A connection that broke meanwhile is thrown away.
      const broken = await client.query('rollback').catch(() => true);
      client.release(broken === true);
    };
    try {
      await client.query(`begin isolation level repeatable read read only; ${byKey}`);
      const { rows } = await client.query<SnapshotRow>(select, [of]);
      const [row] = rows;
      if (row) return new PostgresSnapshot(client, row, { replica: this.name, rule: this.rule }, end);
      await end();
      return undefined;
    } catch (error) {
      await end();
      throw asFailureOf(this.name, error);
    }
  }

  /** What `fitting` of the statements asks for. */
  private async fitting(generation: number, filter: Omit<MessageFilter, 'before' | 'after'>): Promise<unknown[]> {
    const { sender, outcome, since, until, limit, controlId, warning, type, record } = filter;
    const keys = controlId === undefined ? undefined : await this.keysOf(generation, controlId, sender);
    return [
      generation,
      sender ?? null,
      outcome ?? null,
      since ?? null,
      until ?? null,
      limit,
      keys ?? null,
      controlId ?? null,
      warning === undefined ? null : JSON.stringify([{ code: warning }]),
      type ?? null,
      record ?? null,
    ];
  }

  private async liveGeneration(establishment: Finess): Promise<number | undefined> {
    const [row] = await this.query<{ readonly generation: number }>(selectLiveGeneration, [establishment]);
    return row?.generation;
  }

  /** A message is kept under a key made of sender, numbering era and id: the index is by that. */
  private async keysOf(generation: number, messageId: string, sender?: string): Promise<readonly Buffer[]> {
    const senders =
      sender === undefined
        ? (await this.query<{ readonly sender: string }>(selectSenders, [generation])).map((row) => row.sender)
        : [sender];
    return senders.flatMap((name) =>
      Array.from({ length: incarnationsMax }, (_, n) =>
        Buffer.from(messageKeyOf({ sender: name, incarnation: n + 1, messageId }), 'hex'),
      ),
    );
  }

  /** A small question: no answer in time is no answer. */
  private ask<Row extends object>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return this.query<Row>(text, values, { query_timeout: answerMsMax });
  }

  /** Rows are trusted as the schema and the sentence make them. */
  private async query<Row extends object>(
    text: string,
    values: readonly unknown[] = [],
    bounds: { readonly query_timeout?: number } = {},
  ): Promise<readonly Row[]> {
    try {
      return (await this.pool.query<Row & pg.QueryResultRow>({ text, values: [...values], ...bounds })).rows;
    } catch (error) {
      throw asFailureOf(this.name, error);
    }
  }
}

/** Names of top-level members that are not the same, number for number as they were written. */
const differingMembers = (before: Buffer, after: Buffer): readonly string[] => {
  const [a, b] = [parseLossless(before.toString('utf8')), parseLossless(after.toString('utf8'))];
  if (!isObject(a) || !isObject(b)) return [];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
    (member) => JSON.stringify(a[member]) !== JSON.stringify(b[member]),
  );
};
