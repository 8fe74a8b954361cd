import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What is made as the owner, and only that: functions of the owner's that `reprise_replicator` may call. They take the number of a
 * generation and nothing else; what they run is written here. In the texts, `{n}` is that number, and a type keeps it one.
 */
const partitioned = ['versions', 'heads', 'tokens', 'subjects', 'messages', 'parked'] as const;
type Partitioned = (typeof partitioned)[number];
const eachTable = (sql: (table: Partitioned, name: string) => string): string =>
  partitioned.map((table) => sql(table, `public.${table}_g{n}`)).join('\n');

/** What fills a table that is not attached: COPY, heads and tokens from the versions, outcomes of messages. */
export const fillerMay: Readonly<Record<Partitioned, string>> = {
  versions: 'select, insert',
  heads: 'select, insert',
  tokens: 'insert',
  subjects: 'insert',
  messages: 'select, insert, update',
  parked: 'insert',
};
/** History is only ever added to; the tokens of a version are computed anew by a newer search rule. */
const liveWriterMay: Readonly<Record<Partitioned, string>> = {
  versions: 'select, insert, update (tokens)',
  heads: 'select, insert, update',
  tokens: 'select, insert, delete',
  subjects: 'select, insert, update',
  messages: 'select, insert, update',
  parked: 'select, insert, delete',
};

/** No key, no index, no policy. Contents that do not fit a row go out of line as they are: compressing costs more than it saves on the way in. */
const makeTables = `
${eachTable((table, name) => `create table if not exists ${name} (like public.${table} including constraints);`)}
alter table public.versions_g{n} alter column content set storage external;
alter table public.heads_g{n} set (fillfactor = 80);
${eachTable((table, name) => `grant ${fillerMay[table]} on ${name} to reprise_replicator;`)}`;

const indexWhileFilled = `create index if not exists versions_g{n}_being_built on public.versions_g{n} (position);`;

const keys: Readonly<Record<Partitioned, string>> = {
  versions: 'type, id, position, generation',
  heads: 'type, id, generation',
  tokens: 'type, token, id, generation',
  subjects: 'key, generation',
  messages: 'position, generation',
  parked: 'position, generation',
};
/** What conditions are put on: statistics of arrays and contents cost seconds and serve no plan. */
const analyzed: Readonly<Record<Partitioned, string>> = {
  versions: 'type, id, position, patient',
  heads: 'type, id, patient',
  tokens: 'type, token, id',
  subjects: 'key',
  messages: 'position, message_key, recorded_at',
  parked: 'position',
};
const analyze = (table: Partitioned): string => `analyze public.${table}_g{n} (${analyzed[table]});`;

/** What grows with the history and takes longest. It may be there already, from a try that was killed. */
const historyIndexes = `
create unique index if not exists versions_g{n}_pkey on public.versions_g{n} (${keys.versions});
create index if not exists versions_g{n}_position_idx on public.versions_g{n} using brin (position);
create index if not exists versions_g{n}_patient_type_id_idx on public.versions_g{n} (patient, type, id);
create index if not exists versions_g{n}_recorded_at_position_idx on public.versions_g{n} (recorded_at, position) where deleted;
create unique index if not exists messages_g{n}_pkey on public.messages_g{n} (${keys.messages});
create index if not exists messages_g{n}_message_key_recorded_at_idx on public.messages_g{n} (message_key, recorded_at) where message_key is not null;
create index if not exists messages_g{n}_recorded_at_idx on public.messages_g{n} (recorded_at);`;

const derived = ['heads', 'tokens', 'subjects', 'parked'] as const;
const indexDerived = `
${derived.map((table) => `alter table public.${table}_g{n} add primary key (${keys[table]});`).join('\n')}
create index on public.heads_g{n} (patient, type, id);
${derived.map(analyze).join('\n')}`;

/**
 * With their keys they have all that the parents have: attaching builds nothing while it holds their lock. What filled them loses that
 * right, and the live writer gets its own, with its policy. With the constraint there is nothing to scan, and the parents are held in a
 * mode that no reader and no writer waits for.
 */
const attachTables = `
${historyIndexes}
alter table public.versions_g{n} add primary key using index versions_g{n}_pkey;
alter table public.messages_g{n} add primary key using index messages_g{n}_pkey;
drop index if exists public.versions_g{n}_being_built;
${eachTable(
  (table, name) => `
alter table ${name} enable row level security, force row level security;
create policy replicator on ${name} to reprise_replicator using (true) with check (true);
revoke all on ${name} from reprise_replicator;
grant ${liveWriterMay[table]} on ${name} to reprise_replicator;`,
)}
${eachTable((_, name) => `alter table ${name} add constraint attaching check (generation = {n});`)}
${eachTable((table, name) => `alter table public.${table} attach partition ${name} for values in ({n});`)}
${eachTable((_, name) => `alter table ${name} drop constraint attaching;`)}`;

/** Pinned: what a caller puts into its own schemas or temporary tables is not found. */
const asOwner = `security definer set search_path = pg_catalog, public, pg_temp`;
const run = (sql: string): string => `execute replace($sql$${sql}$sql$, '{n}', asked::text);`;
/** Namespaces of the locks that let one process at a time make, fill, finish or drop the tables of a generation, and index its history. */
const [lockSpace, historyLockSpace] = [7265, 7266];
const refusal = `using errcode = 'object_not_in_prerequisite_state'`;

/** Called by the functions below, and by nobody else. */
const checks = `
create schema reprise_build;

create function reprise_build.is_attached(asked int) returns boolean
language plpgsql ${asOwner} as $$
begin
  return coalesce((select relispartition from pg_class where oid = to_regclass('public.versions_g' || asked)), false);
end $$;

create function reprise_build.check_state(asked int, needed text) returns void
language plpgsql ${asOwner} as $$
begin
  if not exists (select from public.generations where generation = asked and state = needed)
    or exists (select from public.establishments where live_generation = asked) then
    raise exception 'generation % is live, or not %', asked, needed ${refusal};
  end if;
end $$;

create function reprise_build.check_unfinished(asked int) returns void
language plpgsql ${asOwner} as $$
begin
  perform reprise_build.check_state(asked, 'building');
  if reprise_build.is_attached(asked) then
    raise exception 'generation % is finished', asked ${refusal};
  end if;
end $$;`;

const ofUnfinished = (name: string, lock: string, sql: string): string => `
create function reprise_build.${name}(asked int) returns void
language plpgsql ${asOwner} as $$
begin
  ${lock}
  perform reprise_build.check_unfinished(asked);
  ${run(sql)}
end $$;`;
const lock = (space: number): string => `perform pg_advisory_xact_lock(${space}, asked);`;

/** `make_tables`: true where they are there, filled, finished and attached. */
const build = `
create function reprise_build.make_tables(asked int) returns boolean
language plpgsql ${asOwner} as $$
begin
  ${lock(lockSpace)}
  perform reprise_build.check_state(asked, 'building');
  if reprise_build.is_attached(asked) then return true; end if;
  ${run(makeTables)}
  return false;
end $$;
${ofUnfinished('index_while_filled', '', indexWhileFilled)}
${ofUnfinished('index_history', lock(historyLockSpace), `${historyIndexes}\n${analyze('versions')}\n${analyze('messages')}`)}
${ofUnfinished('index_derived', lock(lockSpace), indexDerived)}
${ofUnfinished('attach_tables', lock(lockSpace), attachTables)}`;

/** Made shorter by 0008. */
const firstDetachMs = 100;

/**
 * One table a call, since each is a transaction: true where one was dropped. Detaching needs its parent alone for a moment, and readers
 * that come meanwhile stand behind it: it gives up then (55P03), and is asked again.
 */
const drop = `
create function reprise_build.drop_table(asked int) returns boolean
language plpgsql ${asOwner} set lock_timeout = '${firstDetachMs}ms' as $$
declare
  part text;
  attached boolean;
  half_detached boolean;
begin
  ${lock(lockSpace)}
  perform reprise_build.check_state(asked, 'cancelled');
  foreach part in array array[${partitioned.map((table) => `'${table}'`).join(', ')}] loop
    select c.relispartition, coalesce(i.inhdetachpending, false) into attached, half_detached
    from pg_class as c left join pg_inherits as i on i.inhrelid = c.oid
    where c.oid = to_regclass(format('public.%I', part || '_g' || asked));
    continue when not found;
    if attached then
      execute format('alter table public.%I detach partition public.%I %s', part, part || '_g' || asked,
        case when half_detached then 'finalize' else '' end);
    end if;
    execute format('drop table public.%I', part || '_g' || asked);
    return true;
  end loop;
  return false;
end $$;`;

/** The text of all of them: what stands in a database is held against it. */
export const ownersFunctions = `${checks}\n${build}\n${drop}`;

/** The owner reads where a generation stands, and moves nothing any more. The replicator sees which migrations were run. */
const grants = `
drop policy owner on generations;
create policy owner on generations for select to reprise_owner using (true);
create policy owner on establishments for select to reprise_owner using (true);
grant select on migrations to reprise_replicator;
revoke all on schema reprise_build from public;
revoke all on all functions in schema reprise_build from public;
grant usage on schema reprise_build to reprise_replicator;
${['make_tables', 'index_while_filled', 'index_history', 'index_derived', 'attach_tables', 'drop_table']
  .map((name) => `grant execute on function reprise_build.${name} to reprise_replicator;`)
  .join('\n')}`;

export class BuildFunctions1790000000007 implements MigrationInterface {
  readonly name = 'BuildFunctions1790000000007';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [checks, build, drop, grants]) await runner.query(sql);
  }

  async down(): Promise<void> {
    throw new Error('a replica is dropped and follows its logs anew; its schema is not taken back');
  }
}
