import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where a replica stands: one row an establishment, one row a generation. */
const standing = `
create table establishments (
  establishment text collate "C" primary key,
  live_generation int not null,
  level_at bigint not null
);

create table generations (
  generation int generated always as identity primary key,
  establishment text collate "C" not null,
  timeline jsonb not null,
  timeline_number int not null,
  restore_id text collate "C",
  state text not null check (state in ('building', 'built', 'following', 'failed', 'cancelled')),
  fold_version int not null,
  log_id text not null,
  position bigint not null,
  chain_hash bytea not null,
  clock bigint not null,
  owner_epoch bigint not null,
  phase text not null,
  events_done bigint not null,
  events_total bigint not null,
  event_time_reached text not null,
  state_digest text,
  records bigint,
  parked_positions bigint[],
  failure text,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  -- The same restore asks twice and gets one generation; the first generation has no restore, and there is one of it.
  unique nulls not distinct (establishment, restore_id)
) with (fillfactor = 50);
`;

/** What a generation holds: one partition of each of these. Keys end with the generation, so that they serve reads without it. */
const holdings = `
create table versions (
  generation int not null,
  establishment text collate "C" not null,
  type text collate "C" not null,
  id text collate "C" not null,
  timeline int not null,
  position bigint not null,
  recorded_at bigint not null,
  deleted bool not null,
  patient text collate "C",
  tokens text[] collate "C" not null,
  content bytea not null,
  content_hash bytea not null,
  primary key (type, id, position, generation)
) partition by list (generation);
create index versions_position on versions using brin (position);
-- What a patient had at a past instant, without a walk through all versions of the type.
create index versions_patient on versions (patient, type, id);

create table heads (
  generation int not null,
  establishment text collate "C" not null,
  type text collate "C" not null,
  id text collate "C" not null,
  timeline int not null,
  position bigint not null,
  recorded_at bigint not null,
  deleted bool not null,
  patient text collate "C",
  tokens text[] collate "C" not null,
  content_hash bytea not null,
  primary key (type, id, generation)
) partition by list (generation);
create index heads_patient on heads (patient, type, id);

create table tokens (
  generation int not null,
  establishment text collate "C" not null,
  type text collate "C" not null,
  token text collate "C" not null,
  id text collate "C" not null,
  primary key (type, token, id, generation)
) partition by list (generation);

create table subjects (
  generation int not null,
  establishment text collate "C" not null,
  key text collate "C" not null,
  state bytea not null,
  primary key (key, generation)
) partition by list (generation);

create table messages (
  generation int not null,
  establishment text collate "C" not null,
  position bigint not null,
  sender text not null,
  message_id text not null,
  message_key bytea,
  received_hash bytea not null,
  format text not null,
  label text not null,
  charset text not null,
  acknowledgement text not null,
  received_at bigint not null,
  recorded_at bigint not null,
  sent_at bigint,
  occurred_at bigint,
  outcome text not null check (outcome in ('applied', 'duplicate', 'parked', 'unmapped')),
  records text[] not null,
  warnings jsonb not null,
  bytes int not null,
  primary key (position, generation)
) partition by list (generation);
create index messages_key on messages (message_key, recorded_at) where message_key is not null;
create index messages_recorded on messages (recorded_at);

create table parked (
  generation int not null,
  establishment text collate "C" not null,
  position bigint not null,
  recorded_at bigint not null,
  appended_at bigint not null,
  waiting text[] not null,
  reason text not null,
  value bytea not null,
  primary key (position, generation)
) partition by list (generation);
`;

const tables = ['establishments', 'generations', 'versions', 'heads', 'tokens', 'subjects', 'messages', 'parked'];

/** An unset setting is an error, so a connection that was given no scope reads nothing. The subselect is evaluated once a statement. */
const scope = `establishment = any ((select string_to_array(current_setting('reprise.establishments'), ','))::text[])`;

const policies = tables
  .map(
    (table) => `
alter table ${table} enable row level security, force row level security;
create policy replicator on ${table} to reprise_replicator using (true) with check (true);
create policy control on ${table} for select to reprise_control using (true);
create policy reader on ${table} for select to reprise_reader using (${scope});
grant select on ${table} to reprise_control;
`,
  )
  .join('');

/** The owner makes and fills tables that are not attached yet, and moves the progress of that; it reads no attached one. */
const ownerPolicy = `create policy owner on generations to reprise_owner using (true) with check (true);`;

/**
 * A reader sees of a parked event who waits and since when, of a message when it was recorded and what it touched; never what
 * they say. The replicator reaches rows through the partitions.
 */
const grants = `
grant select, insert, update on establishments, generations to reprise_replicator;
grant select on versions, heads, tokens, subjects, messages, parked to reprise_replicator;
grant select on establishments, generations, versions, heads, tokens to reprise_reader;
grant select (generation, establishment, position, recorded_at, appended_at, waiting) on parked to reprise_reader;
grant select (generation, establishment, position, recorded_at, records) on messages to reprise_reader;
`;

export class Schema1790000000001 implements MigrationInterface {
  readonly name = 'Schema1790000000001';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [standing, holdings, policies, ownerPolicy, grants]) await runner.query(sql);
  }

  async down(): Promise<void> {
    throw new Error('a replica is dropped and follows its logs anew; its schema is not taken back');
  }
}
