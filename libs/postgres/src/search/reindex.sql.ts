import { moveTokens } from '../sql/append-versions.sql.js';

/** What may be computed anew: tables that are attached, and that nobody is to drop. */
const standing = `state in ('following', 'built')`;

/** $1 establishment, $2 version of the rule. */
export const selectBehind = `
select g.generation
from generations as g left join establishments as e on e.live_generation = g.generation
where g.establishment = $1 and g.search_version < $2 and g.${standing}
order by e.establishment nulls last, g.generation`;

/** $1 generation, $2 owner epoch, $3 version of the rule. */
export const selectSearchProgress = `
select establishment, search_version as "from", search_progress as progress
from generations where generation = $1 and owner_epoch = $2 and search_version < $3 and ${standing}`;

/**
 * $1 generation, $2 owner epoch, $3 version of the rows and $4 progress, as they were read; $5, $6: as they are from now on. No row where
 * anything has moved. It comes first in its transaction: the row is what the live writer locks first as well (`advanceGeneration`), so
 * that heads and tokens are never changed by both at one time.
 */
export const moveSearchProgress = `
update generations set search_version = $5, search_progress = $6
where generation = $1 and owner_epoch = $2 and search_version = $3 and search_progress is not distinct from $4::jsonb and ${standing}`;

/**
 * $1 type, $2 id, $3 position: the versions behind this one, at most so many of them and, but for the first, so many bytes of contents.
 * The bounds are no parameters: of one that it does not know, the planner thinks that a tenth of the table is wanted, and sorts it whole.
 */
export const versionsToReindex = (
  generation: number,
  most: { readonly rows: number; readonly bytes: number },
): string => `
select id, position::float8, tokens, content
from (
  select w.*, sum(bytes) over (order by id, position) - bytes as bytes_before
  from (
    select id, position, tokens, content, octet_length(content) as bytes
    from versions
    where generation = ${generation} and type = $1 and (id, position) > ($2, $3) and not deleted
    order by id, position
    limit ${most.rows}
  ) as w
) as w
where bytes_before < ${most.bytes}
order by id, position`;

/**
 * $1 establishment, $2 type, then arrays: ids, positions, tokens. Versions have the new tokens, and heads where this is still the version
 * that they show: a newer one was written by a writer of the same rule, or is looked at itself.
 */
export const reindexVersions = (generation: number): string => `
with given as materialized (
  select id, position, tokens::text[] as tokens from unnest($3::text[], $4::bigint[], $5::text[]) as v (id, position, tokens)
), history as (
  update versions_g${generation} as v set tokens = given.tokens
  from given where v.type = $2 and v.id = given.id and v.position = given.position
), heads as (
  update heads_g${generation} as h set tokens = given.tokens
  from given where h.type = $2 and h.id = given.id and h.position = given.position
  returning new.type, new.id, old.tokens as before, new.tokens as after
), ${moveTokens(generation)}`;
