const now = 'floor(extract(epoch from clock_timestamp()) * 1000)::bigint';

/**
 * $1 what is no longer followed, as a JSON object: establishment to reason; $2 establishments that this process owns, $3 owner epoch of each:
 * what another one follows is for that one to say. By this database's clock, whatever the process's says.
 */
export const sayAlive = `
update establishments as e
set heard_at = ${now},
    halted = case when exists (
      select from unnest($2::text[], $3::bigint[]) as o (establishment, epoch)
      join generations as g on g.establishment = o.establishment and g.owner_epoch = o.epoch
      where o.establishment = e.establishment
    ) then $1::jsonb ->> e.establishment else e.halted end`;

/** $1 establishment, $2 its first generation. Who makes it lives. */
export const makeEstablishment = `
insert into establishments (establishment, live_generation, level_at, heard_at) values ($1, $2, 0, ${now})
on conflict do nothing`;

/** $1 name of the process, $2 how long one is missed at most, ms. */
export const saySelf = `
with forgotten as (
  delete from replicators where name <> $1 and heard_at < ${now} - $2::bigint
)
insert into replicators (name, started_at, heard_at) values ($1, ${now}, ${now})
on conflict (name) do update set heard_at = excluded.heard_at`;

/**
 * $1 name of the process, $2 after which silence another one is dead, ms. Whoever starts takes the place of one that had died before, and of
 * one only: that one is missed no more.
 */
export const replaceOne = `
with dead as (
  select r.name
  from replicators as r, replicators as own
  where own.name = $1 and not own.has_replaced and r.heard_at < least(own.started_at, ${now} - $2::bigint)
  order by r.heard_at
  limit 1
  for update of r skip locked
), removed as (
  delete from replicators where name in (select name from dead) returning 1
)
update replicators set has_replaced = true where name = $1 and exists (select from removed)`;

/** $1 name of the process. */
export const removeSelf = `delete from replicators where name = $1`;
