import { beginning, level, source, version } from './live.sql.js';
import type { Statement } from './scoped-connections.js';

/** $4, $5: type, id. */
const ofRecord = 'w.generation = $2 and w.type = $4 and w.id = $5';

const newest = `select * from versions w where ${ofRecord} order by w.position desc limit 1`;
const newestAtCut = `select * from versions w where ${ofRecord} and w.position <= c.position order by w.position desc limit 1`;
/** $6, $7: timeline, position. */
const oneVersion = `select * from versions w where ${ofRecord} and w.position = $7 and w.timeline = $6 and w.position <= c.position`;

const statement = (name: string, asOf: boolean, found: string): Statement => ({
  name,
  text: `${beginning(asOf)}
select ${level}, ${version}
  from ${source}
  left join lateral (${found}) v on true`,
});

export const readRecord = statement('read-record', false, newest);
export const readRecordAsOf = statement('read-record-as-of', true, newestAtCut);
export const readVersion = statement('read-version', false, oneVersion);
export const readVersionAsOf = statement('read-version-as-of', true, oneVersion);

/**
 * Since when something waits for a record: for its patient, or because an event speaks of it. Asked only where anything waits.
 * $3: up to this position; $4: `Type/id`; $5: `Patient/id` or null.
 */
export const readWaiting: Statement = {
  name: 'read-waiting',
  text: `select min(p.recorded_at) as waits_since
  from parked p
  left join messages m on m.generation = $2 and m.position = p.position
 where p.generation = $2
   and p.establishment = $1
   and p.position <= $3
   and (p.waiting && array[$4, $5] or $4 = any(m.records))`,
};
