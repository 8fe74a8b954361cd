/** Kinds of facts about a database, the gravest first: in this order they are told. */
export const factKinds = [
  'security',
  'policy',
  'attribute',
  'member',
  'grant',
  'function',
  'source',
  'trigger',
  'rule',
  'setting',
  'table',
  'column',
  'constraint',
  'schema',
  'other',
  'limit',
  'index',
] as const;
export type FactKind = (typeof factKinds)[number];

/** One thing that holds of a database. `of`: the table, role or function that it is told of; empty where it stands by itself. */
export interface Fact {
  readonly kind: FactKind;
  readonly name: string;
  readonly of: string;
  readonly value: string;
}

/** A table or partition as the database has it. */
export interface FoundTable {
  readonly name: string;
  /** As a partition of another. */
  readonly attached: boolean;
}

/** What makes two facts one and the same thing. A right is there or not: whose it is belongs to its name. */
export const nameOf = ({ kind, name, of, value }: Fact): string =>
  JSON.stringify([kind, of, name, ...(kind === 'grant' ? [value] : [])]);
