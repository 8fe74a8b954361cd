import type pg from 'pg';
import { type DigestedRecord, Position, type Timeline } from '#domain';
import type { ComparedTable, DigestReport, ReplicaSnapshot, SelfCheck, ServedRow } from '#usecases';
import { asFailureOf } from '../postgres-failure.js';
import { checkGeneration } from '../proof/check-generation.js';
import { servedRows } from '../proof/served-rows.js';
import type { SearchRule } from '../rows/search-rule.js';
import { type DigestBasis, digestedRecords, stateOfSnapshot } from './digest-of-snapshot.js';

/** A row of `selectLiveSnapshot`. */
export interface SnapshotRow {
  readonly generation: number;
  readonly timeline: Timeline;
  readonly position: number;
  readonly chainHash: string;
  readonly searchVersion: number;
}

async function* failing<T>(replica: string, rows: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* rows;
  } catch (error) {
    throw asFailureOf(replica, error);
  }
}

/** Within one repeatable-read transaction of the connection. */
export class PostgresSnapshot implements ReplicaSnapshot {
  readonly position: Position;
  readonly timeline: number;
  readonly searchVersion: number;

  constructor(
    private readonly client: pg.ClientBase,
    private readonly row: SnapshotRow,
    private readonly from: { readonly replica: string; readonly rule: SearchRule },
    readonly close: () => Promise<void>,
  ) {
    this.position = Position.of(row.position);
    this.timeline = row.timeline.number;
    this.searchVersion = row.searchVersion;
  }

  digest(): Promise<DigestReport> {
    return this.digestOf({ basis: 'heads', position: this.position }, this.row.chainHash);
  }

  digestAt(position: Position, parked?: readonly Position[]): Promise<DigestReport> {
    return this.digestOf({ basis: 'history', position, ...(parked && { parked }) }, '');
  }

  digested(): AsyncIterable<DigestedRecord> {
    const basis = { basis: 'heads', position: this.position } as const;
    return failing(this.from.replica, digestedRecords(this.client, this.row.generation, basis));
  }

  served(table: ComparedTable, upTo: Position): AsyncIterable<readonly ServedRow[]> {
    return failing(this.from.replica, servedRows(this.client, this.row.generation, table, upTo));
  }

  async selfCheck(): Promise<SelfCheck> {
    try {
      return await checkGeneration(this.client, this.row.generation, this.from.rule);
    } catch (error) {
      throw asFailureOf(this.from.replica, error);
    }
  }

  private async digestOf(basis: DigestBasis, chainHash: string): Promise<DigestReport> {
    try {
      const { stateDigest, records } = await stateOfSnapshot(this.client, this.row.generation, basis);
      return { stateDigest, records, timeline: this.timeline, position: basis.position, chainHash };
    } catch (error) {
      throw asFailureOf(this.from.replica, error);
    }
  }
}
