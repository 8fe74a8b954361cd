import type pg from 'pg';
import { type DigestedRecord, Position, RecordKey, StateDigest } from '#domain';
import type { BuiltState } from '#usecases';

/** Records of one page: a line of each is in memory, its content never is. */
const pageRows = 10_000;

/**
 * $1 and $2 type and id behind which the page begins. The content is hashed where it stands: what is kept of its hash is not asked. The
 * generation is no parameter: of one that it does not know, the planner reads the partitions whole.
 */
const headsAfter = (generation: number): string => `
select h.type, h.id, h.timeline, h.position::float8, h.deleted,
       (select sha256(v.content) from versions as v
        where v.generation = ${generation} and v.type = h.type and v.id = h.id and v.position = h.position) as hash
from (
  select type, id, timeline, position, deleted from heads
  where generation = ${generation} and (type, id) > ($1, $2)
  order by type, id
  limit ${pageRows}
) as h
order by h.type, h.id`;

/** The same from the history: the newest version of each record at or before $3. */
const versionsAfter = (generation: number): string => `
select n.type, n.id, n.timeline, n.position::float8, n.deleted,
       (select sha256(v.content) from versions as v
        where v.generation = ${generation} and v.type = n.type and v.id = n.id and v.position = n.position) as hash
from (
  select distinct on (type, id) type, id, timeline, position, deleted
  from versions
  where generation = ${generation} and (type, id) > ($1, $2) and position <= $3
  order by type, id, position desc
  limit ${pageRows}
) as n
order by n.type, n.id`;

/** $1 generation, $2 position: what waited there and still does. */
const waitingUpTo = `
select position::float8 as position from parked where generation = $1 and position <= $2 order by position`;

type Row = [type: string, id: string, timeline: number, position: number, deleted: boolean, hash: Buffer | null];

/** `position` as of an earlier one. `parked`: what waited there, where that is known. */
export interface DigestBasis {
  readonly basis: 'heads' | 'history';
  readonly position: Position;
  readonly parked?: readonly Position[];
}

const nothing = Buffer.alloc(0);

/** Every record as the digest hashes it, in its order. A head whose version is missing has no hash, as no content has. */
export async function* digestedRecords(
  client: pg.ClientBase,
  generation: number,
  { basis, position }: DigestBasis,
): AsyncGenerator<DigestedRecord> {
  let [type, id] = ['', ''];
  for (let rows: Row[] = [], first = true; first || rows.length === pageRows; first = false) {
    ({ rows } = await client.query<Row>(
      basis === 'heads'
        ? { text: headsAfter(generation), values: [type, id], rowMode: 'array' }
        : { text: versionsAfter(generation), values: [type, id, position], rowMode: 'array' },
    ));
    for (const [ofType, ofId, timeline, at, deleted, hash] of rows) {
      const [key, contentHash] = [RecordKey.of(ofType, ofId), hash ?? nothing];
      yield { key, timeline, position: Position.of(at), deleted, contentHash };
      [type, id] = [ofType, ofId];
    }
  }
}

/** The state within the transaction that the client is in, read a page at a time. */
export const stateOfSnapshot = async (
  client: pg.ClientBase,
  generation: number,
  of: DigestBasis,
): Promise<BuiltState> => {
  const digest = new StateDigest();
  for await (const record of digestedRecords(client, generation, of)) digest.add(record);
  const parked = of.parked ?? (await waiting(client, generation, of.position));
  return { stateDigest: digest.finish(parked), records: digest.records, parked };
};

const waiting = async (client: pg.ClientBase, generation: number, upTo: Position): Promise<readonly Position[]> => {
  const { rows } = await client.query<{ position: number }>(waitingUpTo, [generation, upTo]);
  return rows.map(({ position }) => Position.of(position));
};
