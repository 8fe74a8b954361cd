/** $1 establishment, then an array for each of `parkedColumns`. */
export const addParked = (generation: number): string => `
insert into parked_g${generation} (generation, establishment, position, recorded_at, appended_at, waiting, reason, value)
select ${generation}, $1, position, recorded_at, appended_at, waiting::text[], reason, value
from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::bytea[])
  as p (position, recorded_at, appended_at, waiting, reason, value)`;

/** $1 positions. */
export const dropParked = (generation: number): string => `
delete from parked_g${generation} where position = any ($1::bigint[])`;
