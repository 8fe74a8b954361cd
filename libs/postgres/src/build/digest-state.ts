import type pg from 'pg';
import { Position, RecordKey, StateDigest } from '#domain';
import type { BuiltState } from '#usecases';
import { inTransaction } from '../in-transaction.js';

const pageRows = 10_000;

/** $1 and $2: type and id behind which the page begins; in the order of the key. */
const headsAfter = (generation: number): string => `
select type, id, timeline, position::float8, deleted, content_hash
from heads_g${generation}
where (type, id) > ($1, $2)
order by type, id
limit ${pageRows}`;

type Row = [type: string, id: string, timeline: number, position: number, deleted: boolean, contentHash: Buffer];

/** Digest over the heads and what is parked, of one moment, a page at a time. */
export const digestState = (client: pg.ClientBase, generation: number): Promise<BuiltState> =>
  inTransaction(client, 'begin isolation level repeatable read read only', async () => {
    const digest = new StateDigest();
    const text = headsAfter(generation);
    let [type, id] = ['', ''];
    for (let rows: Row[] = [], first = true; first || rows.length === pageRows; first = false) {
      ({ rows } = await client.query<Row>({ text, values: [type, id], rowMode: 'array' }));
      for (const [ofType, ofId, timeline, position, deleted, contentHash] of rows) {
        digest.add({
          key: RecordKey.of(ofType, ofId),
          timeline,
          position: Position.of(position),
          deleted,
          contentHash,
        });
        [type, id] = [ofType, ofId];
      }
    }
    const waiting = `select position::float8 as position from parked_g${generation} order by position`;
    const parked = (await client.query<{ position: number }>(waiting)).rows.map(({ position }) =>
      Position.of(position),
    );
    return { stateDigest: digest.finish(parked), records: digest.records, parked };
  });
