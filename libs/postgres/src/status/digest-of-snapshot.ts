import type pg from 'pg';
import { Position, RecordKey, StateDigest } from '#domain';
import type { BuiltState } from '#usecases';

const pageRows = 10_000;

/** $1 generation, $2 and $3 type and id behind which the page begins. */
const headsAfter = `
select type, id, timeline, position::float8, deleted, content_hash
from heads
where generation = $1 and (type, id) > ($2, $3)
order by type, id
limit ${pageRows}`;

/** The same from the history: the newest version of each record at or before $4. */
const versionsAfter = `
select distinct on (type, id) type, id, timeline, position::float8, deleted, content_hash
from versions
where generation = $1 and (type, id) > ($2, $3) and position <= $4
order by type, id, position desc
limit ${pageRows}`;

/** $1 generation, $2 position: what waited there and still does. */
const waitingUpTo = `
select position::float8 as position from parked where generation = $1 and position <= $2 order by position`;

type Row = [type: string, id: string, timeline: number, position: number, deleted: boolean, contentHash: Buffer];

/** The state within the transaction that the client is in, read a page at a time. */
export const stateOfSnapshot = async (
  client: pg.ClientBase,
  generation: number,
  { basis, position }: { readonly basis: 'heads' | 'history'; readonly position: Position },
): Promise<BuiltState> => {
  const digest = new StateDigest();
  let [type, id] = ['', ''];
  for (let rows: Row[] = [], first = true; first || rows.length === pageRows; first = false) {
    const behind = [generation, type, id];
    ({ rows } = await client.query<Row>(
      basis === 'heads'
        ? { text: headsAfter, values: behind, rowMode: 'array' }
        : { text: versionsAfter, values: [...behind, position], rowMode: 'array' },
    ));
    for (const [ofType, ofId, timeline, at, deleted, contentHash] of rows) {
      digest.add({ key: RecordKey.of(ofType, ofId), timeline, position: Position.of(at), deleted, contentHash });
      [type, id] = [ofType, ofId];
    }
  }
  const { rows } = await client.query<{ position: number }>(waitingUpTo, [generation, position]);
  const parked = rows.map((row) => Position.of(row.position));
  return { stateDigest: digest.finish(parked), records: digest.records, parked };
};

export const digestOfSnapshot = async (
  ...of: Parameters<typeof stateOfSnapshot>
): Promise<Pick<BuiltState, 'stateDigest' | 'records'>> => {
  const { stateDigest, records } = await stateOfSnapshot(...of);
  return { stateDigest, records };
};
