const columns = `
  g.generation, g.establishment, g.timeline, g.state, g.fold_version as "foldVersion", g.log_id as "logId",
  g.position::float8, g.chain_hash as "chainHash", g.clock::float8, g.owner_epoch::float8 as "ownerEpoch",
  coalesce(e.live_generation = g.generation, false) as live`;

const from = `from generations as g left join establishments as e on e.establishment = g.establishment`;

/** $1 establishment. */
export const selectGenerations = `select ${columns} ${from} where g.establishment = $1 order by g.generation`;

/** $1 generation. */
export const selectGeneration = `select ${columns} ${from} where g.generation = $1`;

/** $1 establishment, $2 restore or null. */
export const selectGenerationOfRestore = `
select ${columns} ${from} where g.establishment = $1 and g.restore_id is not distinct from $2`;

/** $1 establishment. Held while a generation is added or ownership changes: a new generation has the newest epoch. */
export const lockEstablishment = `select pg_advisory_xact_lock(hashtextextended($1, 0))`;

/** $1 generation. The row stays locked until the transaction ends: a second writer waits, then sees another position or epoch. */
export const lockGeneration = `${selectGeneration} for update of g`;

/** $1 establishment, $2 restore or null; $3 timeline, $4 its number, $5 fold version, $6 chain hash before the first event, $7 search version.
 * Under `lockEstablishment`. */
export const insertGeneration = `
insert into generations
  (establishment, restore_id, timeline, timeline_number, fold_version, chain_hash, search_version, state, log_id, position, clock, owner_epoch,
   phase, events_done, events_total, event_time_reached)
select $1, $2, $3, $4, $5, $6, $7, 'building', '', -1, 0,
       coalesce((select max(owner_epoch) from generations where establishment = $1), 0), 'waiting', 0, 0, ''
where not exists (select from generations where establishment = $1 and restore_id is not distinct from $2)`;

/**
 * $1 generation, $2 position before, $3 owner epoch, $4 timeline; $5 log, $6 position, $7 chain hash, $8 clock. Compare-and-set: a row
 * that is not there as expected is a division by zero, so that the statements and the commit that were sent behind it have no effect.
 */
export const advanceGeneration = `
with moved as (
  update generations set log_id = $5, position = $6, chain_hash = $7, clock = $8
  where generation = $1 and position = $2 and owner_epoch = $3 and timeline = $4
  returning 1
)
select 1 / count(*) from moved`;

/** The same for one that is being built: there, the position alone tells who is late, and no row is changed. */
export const advanceBuild = `
update generations set log_id = $3, position = $4, chain_hash = $5, clock = $6
where generation = $1 and position = $2 and state = 'building'`;

/**
 * $1 generation, $2 version of the search rule by which it is written from now on: where an older process has it back, no row is said
 * to have more than that.
 */
export const lowerSearchVersion = `
update generations set search_version = least(search_version, $2), search_progress = null
where generation = $1 and (search_version > $2 or (search_progress ->> 'to')::int > $2)`;

/** $1 establishment. */
export const raiseEpoch = `
update generations set owner_epoch = (select max(owner_epoch) + 1 from generations where establishment = $1)
where establishment = $1
returning owner_epoch::float8 as epoch`;

/** $1 generation, $2 owner epoch, $3 timeline. */
export const resumeGeneration = `
update generations set state = 'following', timeline = $3 where generation = $1 and owner_epoch = $2`;

/** $1 establishment, $2 generation, $3 owner epoch. One row: nobody who reads another establishment waits. */
export const showGeneration = `
update establishments set live_generation = $2
where establishment = $1
  and exists (select from generations where generation = $2 and establishment = $1 and owner_epoch = $3)`;
