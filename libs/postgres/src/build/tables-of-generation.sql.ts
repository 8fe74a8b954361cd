/** What a generation has one partition of each. How they are made, indexed, attached and dropped: the functions of migration 0007. */
export type Partitioned = 'versions' | 'heads' | 'tokens' | 'subjects' | 'messages' | 'parked';
export const partitionOf = (table: Partitioned, generation: number): string => `${table}_g${generation}`;

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

/** $1 generation. What the owner does to its tables, as reprise_replicator asks for it. True where they were attached already. */
export const makeTablesOf = 'select reprise_build.make_tables($1) as finished';
/** $1 generation. */
export const indexWhileFilled = 'select reprise_build.index_while_filled($1)';
/** $1 generation. Indexes of versions and messages, and their statistics. */
export const indexHistory = 'select reprise_build.index_history($1)';
/** $1 generation. Keys, indexes and statistics of all other tables. */
export const indexDerived = 'select reprise_build.index_derived($1)';
/** $1 generation. What is missing of the history's indexes, rights, policies, and into the parents. */
export const attachTables = 'select reprise_build.attach_tables($1)';
/** $1 generation. One table; false where none is left. */
export const dropTableOf = 'select reprise_build.drop_table($1) as dropped';

/** $1 name of the table of versions: are the tables attached? */
export const isAttached = `
select coalesce((select relispartition from pg_class where oid = to_regclass($1)), false) as attached`;
