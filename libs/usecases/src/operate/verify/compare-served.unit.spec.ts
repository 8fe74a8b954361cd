import { describe, expect, it } from 'vitest';
import { Position } from '#domain';
import type { ComparedTable, ReplicaSnapshot, ServedRow } from '../../ports/replica-status.js';
import { compareServed } from './compare-served.js';

const version = (record: string, position: number, more: Partial<Record<number, string>> = {}): ServedRow => ({
  record,
  position: Position.of(position),
  values: ['1', '1000', 'false', 'Patient/p1', 'content', 'tokens'].map((value, index) => more[index] ?? value),
});
const event = (position: number, ...values: readonly string[]): ServedRow => ({
  record: `event ${position}`,
  position: Position.of(position),
  values,
});

type Rows = Partial<Record<ComparedTable, readonly ServedRow[]>>;

/** Its rows come in pages of this size. */
const snapshot = (rows: Rows, page: number, more: Partial<ReplicaSnapshot> = {}): ReplicaSnapshot =>
  ({
    position: Position.of(9),
    searchVersion: 2,
    async *served(table: ComparedTable) {
      const all = rows[table] ?? [];
      for (let from = 0; from <= all.length; from += page) yield all.slice(from, from + page);
    },
    ...more,
  }) as unknown as ReplicaSnapshot;

const rows: Rows = {
  versions: [version('Patient/p1', 1), version('Patient/p1', 4), version('Patient/p2', 2)],
  messages: [event(1, '1000', 'records'), event(2, '2000', 'records')],
  parked: [event(3, '3000', '3000', 'waiting')],
};
const beside = async (other: Rows, more: Partial<ReplicaSnapshot> = {}) =>
  (await compareServed([snapshot(rows, 2), snapshot({ ...rows, ...other }, 3, more)], Position.of(9))).firstDifference;

describe('two replicas side by side', () => {
  it('are the same where every row is, however they come in pages', async () => {
    expect(await compareServed([snapshot(rows, 1), snapshot(rows, 5)], Position.of(9))).toEqual({ rows: 6 });
  });

  it('differ by the first row and column that does', async () => {
    const [one, two, three] = rows.versions as [ServedRow, ServedRow, ServedRow];
    const told = (record: string, what: string) => ({ record, what });
    const patient = version('Patient/p1', 4, { 3: 'Patient/p7' });
    expect(await beside({ versions: [one, patient, three] })).toEqual(told('Patient/p1', 'versions.patient at 4'));
    expect(await beside({ versions: [one, two] })).toEqual(told('Patient/p2', 'versions.row at 2'));
    expect(await beside({ versions: [one, two, three, version('Patient/p3', 5)] })).toEqual(
      told('Patient/p3', 'versions.row at 5'),
    );
    expect(await beside({ messages: [event(1, '1001', 'records'), event(2, '2000', 'records')] })).toEqual(
      told('event 1', 'messages.recorded_at'),
    );
    expect(await beside({ parked: [] })).toEqual(told('event 3', 'parked.row'));
  });

  it('may be found by other tokens while their search rules differ, and have drained what the other has not', async () => {
    const tokens = { versions: rows.versions?.map((row) => ({ ...row, values: row.values.with(5, 'other') })) ?? [] };
    expect(await beside(tokens)).toEqual({ record: 'Patient/p1', what: 'versions.tokens at 1' });
    expect(await beside(tokens, { searchVersion: 1 })).toBeUndefined();
    expect(await beside({ parked: [] }, { position: Position.of(12) })).toBeUndefined();
  });
});
