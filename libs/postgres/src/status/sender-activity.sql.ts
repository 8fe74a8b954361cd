/** $1 establishment. */
export const selectReach = `
select g.generation, g.clock::float8,
       (select m.recorded_at::float8 from messages as m where m.generation = g.generation order by m.position limit 1) as first
from establishments as e join generations as g on g.generation = e.live_generation
where e.establishment = $1`;

/**
 * $1 generation, $2 since, $3 until (recorded, ms). Messages by the index of their times, removals by that of removed versions: the cost
 * grows with what came in the interval, not with the history.
 */
export const selectActivity = `
select "from"::float8, sender, sum(removed)::float8 as removed, sum(written)::float8 as written
from (
  select recorded_at / 60000 * 60000 as "from", sender, 0 as removed, cardinality(records) as written
  from messages
  where generation = $1 and recorded_at >= $2::bigint and recorded_at < $3::bigint and format = 'fhir' and outcome = 'applied'
  union all
  select v.recorded_at / 60000 * 60000, m.sender, 1, 0
  from versions as v join messages as m on m.position = v.position and m.generation = v.generation
  where v.generation = $1 and m.generation = $1 and v.deleted and v.recorded_at >= $2::bigint and v.recorded_at < $3::bigint
) as each
group by "from", sender
order by "from", sender`;

/** $1 generation, $2 sender, $3 since, $4 until (recorded, ms), $5 at most so many versions. */
export const countRewritten = `
with told as materialized (
  select position from messages
  where generation = $1 and sender = $2 and recorded_at >= $3::bigint and recorded_at < $4::bigint and format = 'fhir'
), written as (
  select v.type, v.id, v.position
  from versions as v
  where v.generation = $1 and not v.deleted
    and v.position between (select min(position) from told) and (select max(position) from told)
    and v.position in (select position from told)
  limit $5
)
select count(*)::float8 as rewritten
from written as w
where exists (
  select from versions as v
  where v.generation = $1 and v.type = w.type and v.id = w.id and v.position < w.position
)`;
