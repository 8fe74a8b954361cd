/**
 * Contents of exactly these versions of a generation that is being built: $1 types, $2 ids, $3 positions. The subselect a key
 * keeps the planner, which has no statistics of a table that is just being filled, from reading it whole.
 */
export const readContents = (generation: number): string => `
select k.type || '/' || k.id,
  (select v.content from versions_g${generation} as v where v.position = k.position and v.type = k.type and v.id = k.id)
from unnest($1::text[], $2::text[], $3::bigint[]) as k (type, id, position)`;
