import type pg from 'pg';
import { Position } from '#domain';
import type { ComparedTable, ServedRow } from '#usecases';

const pageRows = 5_000;

/**
 * Rows of a generation behind the key $1.., up to a position (the last parameter), what is long as hashes: so that two replicas are compared
 * without sending contents. Values in the order of `columnsCompared`.
 */
const pages: Readonly<
  Record<ComparedTable, { readonly sql: (generation: number) => string; readonly begin: string[] }>
> = {
  versions: {
    begin: ['', '', '-1'],
    sql: (generation) => `
select array[type, id, position::text] as key, type || '/' || id as record, position::float8,
  array[timeline::text, recorded_at::text, deleted::text, patient, encode(sha256(content), 'hex'),
        encode(sha256(convert_to(tokens::text, 'UTF8')), 'hex')] as values
from versions
where generation = ${generation} and (type, id, position) > ($1, $2, $3) and position <= $4
order by versions.type, versions.id, versions.position
limit ${pageRows}`,
  },
  messages: {
    begin: ['-1'],
    sql: (generation) => `
select array[position::text] as key, 'event ' || position as record, position::float8,
  array[recorded_at::text, encode(sha256(convert_to(records::text, 'UTF8')), 'hex')] as values
from messages
where generation = ${generation} and position > $1 and position <= $2
order by messages.position
limit ${pageRows}`,
  },
  parked: {
    begin: ['-1'],
    sql: (generation) => `
select array[position::text] as key, 'event ' || position as record, position::float8,
  array[recorded_at::text, appended_at::text, encode(sha256(convert_to(waiting::text, 'UTF8')), 'hex')] as values
from parked
where generation = ${generation} and position > $1 and position <= $2
order by parked.position
limit ${pageRows}`,
  },
};

type Row = ServedRow & { readonly key: string[] };

/** Within the transaction that the client is in. */
export async function* servedRows(
  client: pg.ClientBase,
  generation: number,
  table: ComparedTable,
  upTo: Position,
): AsyncGenerator<readonly ServedRow[]> {
  const { sql, begin } = pages[table];
  let key = begin;
  for (let rows: Row[] = [], first = true; first || rows.length === pageRows; first = false) {
    ({ rows } = await client.query<Row>(sql(generation), [...key, upTo]));
    key = rows.at(-1)?.key ?? key;
    yield rows.map(({ record, position, values }) => ({ record, position: Position.of(position), values }));
  }
}
