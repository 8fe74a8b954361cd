import { fillerMay } from '../migrations/0007-build-functions.js';
import { connectionsMaxByRole, settingsOfRole } from '../provision/close-database.js';
import {
  type ExpectedPartitioned,
  expectedFunctions,
  expectedGrants,
  expectedPartitioned,
  expectedRoles,
  expectedSchemas,
  expectedSequences,
  type ExpectedTable,
  expectedTables,
  policyOfPartitions,
} from './expected-schema.js';
import type { Fact, FactKind, FoundTable } from './facts.js';

const fact = (kind: FactKind, of: string, name: string, value = ''): Fact => ({ kind, of, name, value });

/** `select, update (tokens)`: of the whole, or of some columns. */
const grantsOf = (of: string, grants: Readonly<Record<string, string>> = {}): readonly Fact[] =>
  Object.entries(grants).flatMap(([role, may]) =>
    [...may.matchAll(/([a-z]+)(?: \(([^)]+)\))?/g)].flatMap(([, right = '', columns]) =>
      columns === undefined
        ? [fact('grant', of, right, role)]
        : columns.split(', ').map((column) => fact('grant', `column ${column} of ${of}`, right, role)),
    ),
  );

const columnsOf = (of: string, columns: string): readonly Fact[] =>
  columns
    .trim()
    .split(/\n\s*/)
    .map((line) => {
      const [name = '', ...type] = line.split(' ');
      return fact('column', of, name, type.join(' '));
    });

const entries = (kind: FactKind, of: string, named: Readonly<Record<string, string>> = {}): readonly Fact[] =>
  Object.entries(named).map(([name, value]) => fact(kind, of, name, value));

const tableFacts = (name: string, made: string, table: ExpectedTable): readonly Fact[] => [
  fact('table', '', name, made),
  fact('security', name, '', table.security),
  ...columnsOf(name, table.columns),
  ...entries('constraint', name, table.constraints),
  ...(table.indexes ?? []).map((index) => fact('index', name, index)),
  ...entries('policy', name, table.policies),
  ...grantsOf(name, table.grants),
];

const generationTable = /^([a-z]+)_g(\d+)$/;

/** The table of a generation that readers can see. */
const attachedFacts = (name: string, of: string, generation: string, table: ExpectedPartitioned): readonly Fact[] =>
  tableFacts(name, `table of reprise_owner in public.${of} FOR VALUES IN (${generation})`, {
    ...table,
    security: 'forced',
    policies: policyOfPartitions,
    grants: { reprise_replicator: table.replicatorMay },
  });

/**
 * One that is being filled, or is about to be dropped: nobody reads it through its parent. Its check is there from the beginning; keys
 * come later. What its closing gives is there whole, or not at all.
 */
const looseFacts = (name: string, of: string, table: ExpectedPartitioned, found: readonly Fact[]): readonly Fact[] => {
  const isClosed = found.some((one) => one.kind === 'policy' || (one.kind === 'security' && one.value !== 'off'));
  const constraints = Object.keys(table.constraints).filter((one) => isClosed || !one.endsWith('_pkey'));
  return tableFacts(name, 'table of reprise_owner', {
    columns: table.columns,
    constraints: Object.fromEntries(constraints.map((one) => [one, ''])),
    ...(isClosed
      ? { security: 'forced', policies: policyOfPartitions, grants: { reprise_replicator: table.replicatorMay } }
      : { security: 'off', grants: { reprise_replicator: fillerMay[of as keyof typeof fillerMay] } }),
  });
};

const partitionFacts = ({ name, attached }: FoundTable, found: readonly Fact[]): readonly Fact[] => {
  const [, of = '', generation = ''] = generationTable.exec(name) ?? [];
  const table = expectedPartitioned[of];
  if (!table) return [];
  return attached ? attachedFacts(name, of, generation, table) : looseFacts(name, of, table, found);
};

const standing: readonly Fact[] = [
  ...Object.entries(expectedTables).flatMap(([name, table]) => tableFacts(name, 'table of reprise_owner', table)),
  ...Object.entries(expectedPartitioned).flatMap(([name, table]) =>
    tableFacts(name, 'partitioned table of reprise_owner', table),
  ),
  ...Object.entries(expectedSequences).flatMap(([name, { value, grants }]) => [
    fact('table', '', name, value),
    ...grantsOf(name, grants),
  ]),
  ...Object.entries(expectedFunctions).flatMap(([name, { made, source, grants }]) => [
    fact('function', '', name, made),
    fact('source', name, '', source),
    ...grantsOf(`function ${name}`, grants),
  ]),
  ...Object.entries(expectedGrants).flatMap(([of, grants]) => grantsOf(of, grants)),
  ...entries('schema', '', expectedSchemas),
  ...expectedRoles.map((role) => fact('attribute', role, 'login')),
  ...Object.entries(connectionsMaxByRole).map(([role, most]) =>
    fact('limit', `reprise_${role}`, 'connections', String(most)),
  ),
  ...Object.entries(settingsOfRole).flatMap(([role, settings]) => entries('setting', `reprise_${role}`, settings)),
];

/** All that must hold of a database with these tables: those of generations come and go. */
export const expectedFacts = (tables: readonly FoundTable[], found: readonly Fact[]): readonly Fact[] => {
  const byTable = Map.groupBy(found, ({ of }) => of);
  return [...standing, ...tables.flatMap((table) => partitionFacts(table, byTable.get(table.name) ?? []))];
};
