import { standing } from './rows-that-differ.sql.js';

const now = 'floor(extract(epoch from clock_timestamp()) * 1000)::bigint';

/**
 * $1 establishments, $2 owner epoch of each, $3 how long a round rests when it is full, ms: the generation to look at next. One that is in the middle
 * of a round is not left for another before it is through, and whose last round is oldest comes first: a large one starves no small one.
 */
export const selectNextToScrub = `
select g.generation, s.place, coalesce(s.rows, 0)::float8 as rows, coalesce(s.bytes, 0)::float8 as bytes, s.found is not null as "hasFound"
from unnest($1::text[], $2::bigint[]) as o (establishment, epoch)
join generations as g on g.owner_epoch = o.epoch and (g.establishment = o.establishment
  or g.generation = (select e.live_generation from establishments as e where e.establishment = o.establishment))
left join scrubs as s on s.generation = g.generation
where ${standing} and (s.place is not null or s.last_full_round_at is null or s.last_full_round_at + $3 <= ${now})
order by s.place is null, s.last_full_round_at nulls first, g.generation
limit 1`;

/**
 * $1 generation, $2 establishment; $3 place before, $4 place from now on (null: the round is full); $5 rows, $6 bytes of the round; $7 what was found
 * on this page. No row where another process has moved it.
 */
export const moveScrub = `
insert into scrubs as s (generation, establishment, place, rows, bytes, began_at, last_full_round_at, found, difference)
values ($1, $2, $4, $5, $6, ${now}, case when $4::jsonb is null then ${now} end, $7, $7)
on conflict (generation) do update set
  place = excluded.place,
  rows = excluded.rows,
  bytes = excluded.bytes,
  last_full_round_at = case when excluded.place is null then ${now} else s.last_full_round_at end,
  found = case when excluded.place is null then null when $3::jsonb is null then excluded.found else coalesce(s.found, excluded.found) end,
  difference = case when excluded.place is null then coalesce(s.found, excluded.found) else coalesce(s.found, excluded.found, s.difference) end
where s.place is not distinct from $3::jsonb`;
