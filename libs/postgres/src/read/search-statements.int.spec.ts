import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finess, Instant } from '#domain';
import { parseSearch } from '#fhir';
import type { Place } from '#usecases';
import { anEvent, patientKey, put } from '../../../testing/src/builders/feed.js';
import { aLog, anEstablishment, AReplica, follow } from '../../test/a-replica.js';
import { PostgresReplicaReader } from './postgres-replica-reader.js';
import { ScopedConnections } from './scoped-connections.js';
import { searchStatements } from './search-records.sql.js';

let replica: AReplica;
let establishment: Finess;
beforeAll(async () => {
  replica = await AReplica.open();
  establishment = anEstablishment();
  await follow(replica.store, aLog(), establishment, [anEvent([put(patientKey(1), { active: true })])]);
});
afterAll(() => replica.close());

/** One that nobody asked before: other values, another number of conditions, another lead. */
const query = (n: number): readonly (readonly [string, string])[] => {
  const conditions = Array.from(
    { length: n % 16 },
    (_, at) => [at % 2 ? 'family' : 'identifier', `x${n}-${at}`] as const,
  );
  return [
    ...conditions,
    ...(n % 3 === 0 ? [['_id', `p${n}`] as const] : []),
    ...(n % 5 === 0 ? [['gender', 'male'] as const] : []),
  ].slice(0, 16);
};

describe('searches that are all different', () => {
  it('leave no more prepared statements on a connection than there are kinds of them', async () => {
    const connections = new ScopedConnections({
      address: replica.database.urls.reader,
      scopeKey: replica.database.scopeKey,
      connectionsMax: 1,
    });
    const reader = new PostgresReplicaReader(connections);
    const scope = [establishment];
    for (let n = 0; n < 600; n++) {
      const filter = parseSearch('Patient', query(n));
      const place: Place = { scope, establishment, when: n % 2 ? 'now' : Instant.of(1_790_000_000_000) };
      await reader.search(place, filter, { limit: 5 });
      await reader.count(place, filter);
    }
    const rows = await connections.query(scope, { text: 'select name from pg_prepared_statements' }, []);
    const names = rows.map((row) => String(row['name']));
    const others = names.filter((name) => !searchStatements.some((statement) => statement.name === name));
    expect(others.toSorted()).toEqual(['open-list', 'read-live-generation']);
    expect(names.length).toBeGreaterThan(20);
    expect(names.length).toBeLessThanOrEqual(searchStatements.length + others.length);
    await connections.close();
  });
});
