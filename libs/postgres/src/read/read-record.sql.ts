import { beginning, level, source, version } from './live.sql.js';
import type { Statement } from './scoped-connections.js';

/** $4, $5: type, id. */
const ofRecord = 'w.generation = $2 and w.type = $4 and w.id = $5';

/**
 * A content above this is not sent along with others: it is asked for alone.
 * @limit Reader | bytes of a content that is sent along with others | it is asked for alone
 */
const togetherBytesMax = 65_536;

/** The earliest event that waits for a record: for its patient, or because it speaks of it. */
const waitingFor = (key: string, patient: string): string => `select min(p.recorded_at) as waits_since
  from parked p
  left join messages m on m.generation = $2 and m.position = p.position
 where p.generation = $2
   and (p.waiting && array[${key}, ${patient}] or ${key} = any(m.records))`;

/**
 * The newest versions of some records: what readers ask for most, so it says the beginning of all statements (`live.sql.ts`) in its
 * cheapest form; what waits is never behind the position that the generation stands at. $4, $5: types and ids, in pairs. A row for
 * each (`asked`: which, from 1), whether there is such a record or not, with what waits for that record. Its content is null where
 * it is too large to be sent along.
 */
export const readRecords: Statement = {
  name: 'read-records',
  text: `select e.level_at, g.timeline as live_timeline, g.position as reflects, p.waits_since, k.asked,
       v.type, v.id, v.timeline, v.position, v.recorded_at, v.deleted, v.patient,
       case when cardinality($4) = 1 or octet_length(v.content) <= ${togetherBytesMax} then v.content end as content
  from establishments e
  join generations g on g.generation = $2
 cross join unnest($4::text[], $5::text[]) with ordinality as k (type, id, asked)
  left join lateral (
    select * from versions w
     where w.generation = $2 and w.type = k.type and w.id = k.id
     order by w.position desc limit 1
  ) v on true
 cross join lateral (${waitingFor("k.type || '/' || k.id", 'v.patient')}) p
 where e.establishment = $1 and e.live_generation = $2 and $3::bigint is null`,
};

const statement = (name: string, asOf: boolean, found: string): Statement => ({
  name,
  text: `${beginning(asOf)}
select ${level}, ${version}
  from ${source}
  left join lateral (${found}) v on true`,
});

export const readRecordAsOf = statement(
  'read-record-as-of',
  true,
  `select * from versions w where ${ofRecord} and w.position <= c.position order by w.position desc limit 1`,
);

/** $6, $7: timeline, position. */
const oneVersion = `select * from versions w where ${ofRecord} and w.position = $7 and w.timeline = $6 and w.position <= c.position`;

export const readVersion = statement('read-version', false, oneVersion);
export const readVersionAsOf = statement('read-version-as-of', true, oneVersion);

/** Asked only where anything waits. $3: up to this position; $4: `Type/id`; $5: `Patient/id` or null. */
export const readWaiting: Statement = {
  name: 'read-waiting',
  text: `${waitingFor('$4', '$5')} and p.establishment = $1 and p.position <= $3`,
};
