/** What a generation has one partition of each, in the order in which they are attached. */
export const partitioned = ['versions', 'heads', 'tokens', 'subjects', 'messages', 'parked'] as const;
export type Partitioned = (typeof partitioned)[number];

export const partitionOf = (table: Partitioned, generation: number): string => `${table}_g${generation}`;

const forEach = (sql: (table: Partitioned) => string): string => partitioned.map(sql).join('\n');

/**
 * Bare tables to be filled: no key, no index, no policy, nothing granted. Contents that do not fit a row go out of line as they
 * are: compressing costs more than it saves on the way in.
 */
export const createBareTables = (generation: number): string => `
${forEach((table) => `create table if not exists ${partitionOf(table, generation)} (like ${table} including constraints);`)}
alter table ${partitionOf('versions', generation)} alter column content set storage external;
alter table ${partitionOf('heads', generation)} set (fillfactor = 80);`;

/** Heads are the newest versions, tokens those of the heads that are there. Two scans and a hash beat sorting the versions. */
export const deriveHeads = (generation: number): string => `
insert into ${partitionOf('heads', generation)}
  (generation, establishment, type, id, timeline, position, recorded_at, deleted, patient, tokens, content_hash)
select v.generation, v.establishment, v.type, v.id, v.timeline, v.position, v.recorded_at, v.deleted, v.patient, v.tokens,
  v.content_hash
from ${partitionOf('versions', generation)} as v
join (
  select type, id, max(position) as position from ${partitionOf('versions', generation)} group by type, id
) as newest using (type, id, position);

insert into ${partitionOf('tokens', generation)} (generation, establishment, type, token, id)
select generation, establishment, type, unnest(tokens), id
from ${partitionOf('heads', generation)}
where not deleted;`;

const keys: Readonly<Record<Partitioned, string>> = {
  versions: 'type, id, position, generation',
  heads: 'type, id, generation',
  tokens: 'type, token, id, generation',
  subjects: 'key, generation',
  messages: 'position, generation',
  parked: 'position, generation',
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

/** What conditions are put on: statistics of arrays and contents cost seconds and serve no plan. */
const analyzed: Readonly<Record<Partitioned, string>> = {
  versions: 'type, id, position, patient',
  heads: 'type, id, patient',
  tokens: 'type, token, id',
  subjects: 'key',
  messages: 'position, message_key, recorded_at',
  parked: 'position',
};

const analyze = (table: Partitioned, generation: number): string =>
  `analyze ${partitionOf(table, generation)} (${analyzed[table]});`;

/** What grows with the history and takes longest. It may be there already, from a try that was killed. */
export const indexHistory = (generation: number): string => {
  const [versions, messages] = [partitionOf('versions', generation), partitionOf('messages', generation)];
  return `
create unique index if not exists ${versions}_pkey on ${versions} (${keys.versions});
create index if not exists ${versions}_position_idx on ${versions} using brin (position);
create index if not exists ${versions}_patient_type_id_idx on ${versions} (patient, type, id);
create index if not exists ${versions}_recorded_at_position_idx on ${versions} (recorded_at, position) where deleted;
create unique index if not exists ${messages}_pkey on ${messages} (${keys.messages});
create index if not exists ${messages}_message_key_recorded_at_idx on ${messages} (message_key, recorded_at) where message_key is not null;
create index if not exists ${messages}_recorded_at_idx on ${messages} (recorded_at);`;
};

export const analyzeHistory = (generation: number): string =>
  `${analyze('versions', generation)} ${analyze('messages', generation)}`;

const derived = ['heads', 'tokens', 'subjects', 'parked'] as const;

export const indexDerived = (generation: number): string => `
${derived.map((table) => `alter table ${partitionOf(table, generation)} add primary key (${keys[table]});`).join('\n')}
create index on ${partitionOf('heads', generation)} (patient, type, id);
${derived.map((table) => analyze(table, generation)).join('\n')}`;

/** With both, they have all that the parents have: attaching builds nothing while it holds their lock. And the policy of the live writer. */
export const closeTables = (generation: number): string => `
${(['versions', 'messages'] as const)
  .map((table) => partitionOf(table, generation))
  .map((name) => `alter table ${name} add primary key using index ${name}_pkey;`)
  .join('\n')}
drop index if exists ${partitionOf('versions', generation)}_being_built;
${forEach((table) => {
  const name = partitionOf(table, generation);
  return `
alter table ${name} enable row level security, force row level security;
create policy replicator on ${name} to reprise_replicator using (true) with check (true);
grant ${liveWriterMay[table]} on ${name} to reprise_replicator;`;
})}`;

/** With the constraint there is nothing to scan, and the parents are held in a mode that no reader and no writer waits for. */
export const attachTables = (generation: number): string => `
${forEach((table) => `alter table ${partitionOf(table, generation)} add constraint attaching check (generation = ${generation});`)}
${forEach((table) => `alter table ${table} attach partition ${partitionOf(table, generation)} for values in (${generation});`)}
${forEach((table) => `alter table ${partitionOf(table, generation)} drop constraint attaching;`)}`;

/** $1 name of a table: is it there, is it attached, or left half detached? */
export const standingOfTable = `
select c.relispartition as attached, coalesce(i.inhdetachpending, false) as "detachPending"
from pg_class as c left join pg_inherits as i on i.inhrelid = c.oid
where c.oid = to_regclass($1)`;
