/**
 * The end of a statement that changes heads, `heads` (type, id, tokens before and after): what they are found by. Only tokens that
 * differ are written. $1 establishment.
 */
export const moveTokens = (generation: number): string => `found as (
  select * from heads where before <> after
), gone as (
  delete from tokens_g${generation} where ctid = any (array(
    select t.ctid
    from found, unnest(before) as gone (token),
    lateral (
      select t.ctid from tokens_g${generation} as t
      where t.type = found.type and t.token = gone.token and t.id = found.id offset 0
    ) as t
    where gone.token <> all (after)
  ))
)
insert into tokens_g${generation} (generation, establishment, type, token, id)
select ${generation}, $1, type, token, id from found, unnest(after) as token where token <> all (before)`;

/**
 * $1 establishment, then an array for each of `versionColumns`, then: is it the newest of its record (one of them is). Versions,
 * heads and what the heads are found by in one statement: the rows travel once, and only tokens that differ are written (most versions
 * of a record are found by the same ones). What is deleted is found by key first, see `load-fold-state.sql.ts`.
 */
export const appendVersions = (generation: number): string => `
with given as materialized (
  select type, id, timeline, position, recorded_at, deleted, patient, tokens::text[] as tokens, content_hash, content, newest
  from unnest($2::text[], $3::text[], $4::int[], $5::bigint[], $6::bigint[], $7::bool[], $8::text[], $9::text[], $10::bytea[],
              $11::bytea[], $12::bool[])
    as v (type, id, timeline, position, recorded_at, deleted, patient, tokens, content_hash, content, newest)
), appended as (
  insert into versions_g${generation}
    (generation, establishment, type, id, timeline, position, recorded_at, deleted, patient, tokens, content_hash, content)
  select ${generation}, $1, type, id, timeline, position, recorded_at, deleted, patient, tokens, content_hash, content from given
), heads as (
  insert into heads_g${generation}
    (generation, establishment, type, id, timeline, position, recorded_at, deleted, patient, tokens, content_hash)
  select ${generation}, $1, type, id, timeline, position, recorded_at, deleted, patient, tokens, content_hash from given
  where newest
  on conflict (type, id, generation) do update set
    timeline = excluded.timeline,
    position = excluded.position,
    recorded_at = excluded.recorded_at,
    deleted = excluded.deleted,
    patient = excluded.patient,
    tokens = excluded.tokens,
    content_hash = excluded.content_hash
  returning new.type, new.id, coalesce(old.tokens, '{}') as before, new.tokens as after
), ${moveTokens(generation)}`;
