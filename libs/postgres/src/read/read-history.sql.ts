import { beginning, level, source, version } from './live.sql.js';
import type { Statement } from './scoped-connections.js';

/** Events that one page of a history of many records looks through: what bounds its work, whatever it finds. */
export const eventsPerPage = 1000;

/** $4, $5: type, id; $6: recorded since (ms) or null; $7: before this position or null; $8: versions at most. */
const ofRecord = (name: string, asOf: boolean): Statement => ({
  name,
  isSearch: true,
  text: `${beginning(asOf)}
select ${level}, ${version}, null::bigint as looked_to
  from ${source}
  left join lateral (
    select w.*
      from versions w
     where w.generation = $2 and w.type = $4 and w.id = $5
       and w.position <= c.position
       and ($6::bigint is null or w.recorded_at >= $6)
       and ($7::bigint is null or w.position < $7)
     order by w.position desc
     limit $8
  ) v on true
 order by v.position desc`,
});

/**
 * $4: type or null; $6, $8 as above; $5, $7: behind this record of this position (a position alone is behind all of it: '').
 * Walks the events backwards, each of which names the records that it touched: versions have no order by position of their own.
 */
const ofMany = (name: string, asOf: boolean): Statement => ({
  name,
  isSearch: true,
  text: `${beginning(asOf)}, walked as materialized (
  select m.position, m.records
    from messages m
   where m.generation = $2
     and m.position <= (select position from cut)
     and ($7::bigint is null or m.position <= $7)
     and ($6::bigint is null or m.recorded_at >= $6)
   order by m.position desc
   limit ${eventsPerPage}
), picked as materialized (
  select e.position, r.key, r.type, r.id
    from walked e
   cross join lateral (
     select key collate "C" as key, split_part(key, '/', 1) as type, split_part(key, '/', 2) as id
       from unnest(e.records) as key
   ) r
   cross join lateral (
     select from versions w
      where w.generation = $2 and w.type = r.type and w.id = r.id and w.position = e.position
      limit 1
   ) made
   where ($4::text is null or r.type = $4)
     and ($7::bigint is null or (e.position, r.key) < ($7, $5::text))
   order by e.position desc, r.key desc
   limit $8
)
select ${level}, ${version},
       (select min(position) from walked having count(*) = ${eventsPerPage}) as looked_to
  from ${source}
  left join lateral (
    select w.*
      from picked p
     cross join lateral (
       select * from versions w
        where w.generation = $2 and w.type = p.type and w.id = p.id and w.position = p.position
        limit 1
     ) w
  ) v on true
 order by v.position desc, v.type || '/' || v.id desc`,
});

export const readRecordHistory = ofRecord('read-record-history', false);
export const readRecordHistoryAsOf = ofRecord('read-record-history-as-of', true);
export const readHistory = ofMany('read-history', false);
export const readHistoryAsOf = ofMany('read-history-as-of', true);
