/**
 * How every statement of the reader begins. $1: establishment; $2: its live generation, as it was last known; $3: the instant
 * (ms) of an as-of read, null otherwise.
 *
 * The generation is a parameter because a parameter lets Postgres leave the other generations' partitions out before it sets the
 * statement up (looked up in the statement itself, a read costs three times as much). `live` compares it with the row that a
 * promotion updates, in the same snapshot: no row means that another generation is live by now, and the reader asks which.
 *
 * `cut`: the position that the answer reflects. As of an instant, the last position recorded at or before it, -1 when there is
 * none: `recorded` is a running maximum, so that its order is the order of positions. `waits_since`: since when anything waits
 * behind a fault, up to there.
 */
export const beginning = (asOf: boolean): string => `with live as materialized (
  select e.level_at, g.timeline, g.position, g.search_version
    from establishments e
    join generations g on g.generation = $2
   where e.establishment = $1 and e.live_generation = $2
), reflected as materialized (
  ${asOf ? cutAt : 'select position from live where $3::bigint is null'}
), cut as materialized (
  select r.position,
         (select min(p.recorded_at) from parked p where p.generation = $2 and p.position <= r.position) as waits_since
    from reflected r
)`;

const cutAt = `select coalesce(
    (select m.position
       from messages m
      where m.generation = $2 and m.recorded_at <= $3::bigint
      order by m.recorded_at desc, m.position desc
      limit 1), -1) as position`;

/** What a watermark is made of. Then comes what was found. */
export const level = 'l.level_at, l.timeline as live_timeline, c.position as reflects, c.waits_since';
export const source = 'live l cross join cut c';
export const version = 'v.type, v.id, v.timeline, v.position, v.recorded_at, v.deleted, v.patient, v.content';
