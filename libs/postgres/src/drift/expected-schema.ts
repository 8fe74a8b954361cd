import { ownersFunctions } from '../migrations/0007-build-functions.js';
import { detachMsMax } from '../migrations/0008-shorter-wait.js';

/**
 * What the migrations and the provisioning make, as Postgres tells of it. It is code, so that who owns a database cannot change both.
 * A migration that changes the schema changes this list; a spec reads a new replica and says where they differ.
 */

/** A table. What is granted and who may see which rows is said by role; the owner's rights go without saying. */
export interface ExpectedTable {
  /** One a line: name, type, what it may not be, its default. */
  readonly columns: string;
  readonly constraints: Readonly<Record<string, string>>;
  /** Beside those of its constraints. */
  readonly indexes?: readonly string[];
  /** Row-level security. */
  readonly security: 'forced' | 'on' | 'off';
  readonly policies?: Readonly<Record<string, string>>;
  readonly grants?: Readonly<Record<string, string>>;
}

/** Its partitions have its columns, constraints and indexes, forced row-level security, and this for the replicator alone. */
export interface ExpectedPartitioned extends ExpectedTable {
  readonly replicatorMay: string;
}

const all = 'for all to reprise_replicator using (true) check (true)';
const forOperators = 'for select to reprise_control using (true)';
const signedList = `(establishment = ANY (( SELECT number_of.establishments FROM reprise_scope.lists number_of WHERE (number_of.number = ( SELECT currval('reprise_scope.session_list'::regclass) AS currval)))::text[]))`;

const hidden = { replicator: all, control: forOperators };
const served = { ...hidden, reader: `for select to reprise_reader using (${signedList})` };
const changes = { reprise_control: 'select', reprise_replicator: 'select, insert, update' };
const reads = { reprise_control: 'select', reprise_replicator: 'select' };

export const policyOfPartitions = { replicator: all };

export const expectedTables: Readonly<Record<string, ExpectedTable>> = {
  establishments: {
    columns: `
      establishment text collate "C" not null
      live_generation integer not null
      level_at bigint not null
      heard_at bigint not null default 0
      halted text`,
    constraints: { establishments_pkey: 'PRIMARY KEY (establishment)' },
    security: 'forced',
    policies: { ...served, owner: 'for select to reprise_owner using (true)' },
    grants: { ...changes, reprise_reader: 'select (establishment, live_generation, level_at)' },
  },
  generations: {
    columns: `
      generation integer not null identity
      establishment text collate "C" not null
      timeline jsonb not null
      timeline_number integer not null
      restore_id text collate "C"
      state text not null
      fold_version integer not null
      log_id text not null
      position bigint not null
      chain_hash bytea not null
      clock bigint not null
      owner_epoch bigint not null
      phase text not null
      events_done bigint not null
      events_total bigint not null
      event_time_reached text not null
      state_digest text
      records bigint
      parked_positions bigint[]
      failure text
      started_at timestamp with time zone not null default now()
      finished_at timestamp with time zone
      search_version integer not null default 1
      search_progress jsonb`,
    constraints: {
      generations_pkey: 'PRIMARY KEY (generation)',
      generations_establishment_restore_id_key: 'UNIQUE NULLS NOT DISTINCT (establishment, restore_id)',
      generations_state_check: `CHECK ((state = ANY (ARRAY['building'::text, 'built'::text, 'following'::text, 'failed'::text, 'cancelled'::text])))`,
    },
    security: 'forced',
    policies: { ...served, owner: 'for select to reprise_owner using (true)' },
    grants: { ...changes, reprise_reader: 'select (generation, establishment, timeline, position, search_version)' },
  },
  scrubs: {
    columns: `
      generation integer not null
      establishment text collate "C" not null
      place jsonb
      rows bigint not null default 0
      bytes bigint not null default 0
      began_at bigint not null
      last_full_round_at bigint
      found jsonb
      difference jsonb`,
    constraints: { scrubs_pkey: 'PRIMARY KEY (generation)' },
    security: 'forced',
    policies: hidden,
    grants: changes,
  },
  replicators: {
    columns: `
      name text collate "C" not null
      started_at bigint not null
      heard_at bigint not null
      has_replaced boolean not null default false`,
    constraints: { replicators_pkey: 'PRIMARY KEY (name)' },
    security: 'forced',
    policies: hidden,
    grants: { ...changes, reprise_replicator: 'select, insert, update, delete' },
  },
  // TypeORM's list of what was run.
  migrations: {
    columns: `
      id integer not null default nextval('public.migrations_id_seq'::regclass)
      timestamp bigint not null
      name character varying not null`,
    constraints: { PK_8c82d7f526340ab734260ea46be: 'PRIMARY KEY (id)' },
    security: 'off',
    grants: { reprise_replicator: 'select' },
  },
  'reprise_scope.key': {
    columns: `
      single boolean not null default true
      inner_pad bytea not null
      outer_pad bytea not null`,
    constraints: { key_pkey: 'PRIMARY KEY (single)', key_single_check: 'CHECK (single)' },
    security: 'off',
  },
  'reprise_scope.lists': {
    columns: `
      number integer not null identity
      digest bytea not null
      establishments text[] collate "C" not null`,
    constraints: { lists_pkey: 'PRIMARY KEY (number)', lists_digest_key: 'UNIQUE (digest)' },
    security: 'on',
    policies: {
      reader: `for select to reprise_reader using ((number = ( SELECT currval('reprise_scope.session_list'::regclass) AS currval)))`,
    },
    grants: { reprise_reader: 'select (number, establishments)' },
  },
};

export const expectedPartitioned: Readonly<Record<string, ExpectedPartitioned>> = {
  versions: {
    columns: `
      generation integer not null
      establishment text collate "C" not null
      type text collate "C" not null
      id text collate "C" not null
      timeline integer not null
      position bigint not null
      recorded_at bigint not null
      deleted boolean not null
      patient text collate "C"
      tokens text[] collate "C" not null
      content bytea not null
      content_hash bytea not null`,
    constraints: { versions_pkey: 'PRIMARY KEY (type, id, "position", generation)' },
    indexes: ['brin ("position")', 'btree (patient, type, id)', 'btree (recorded_at, "position") WHERE deleted'],
    security: 'forced',
    policies: served,
    grants: { ...reads, reprise_reader: 'select' },
    replicatorMay: 'select, insert, update (tokens)',
  },
  heads: {
    columns: `
      generation integer not null
      establishment text collate "C" not null
      type text collate "C" not null
      id text collate "C" not null
      timeline integer not null
      position bigint not null
      recorded_at bigint not null
      deleted boolean not null
      patient text collate "C"
      tokens text[] collate "C" not null
      content_hash bytea not null`,
    constraints: { heads_pkey: 'PRIMARY KEY (type, id, generation)' },
    indexes: ['btree (patient, type, id)'],
    security: 'forced',
    policies: served,
    grants: { ...reads, reprise_reader: 'select' },
    replicatorMay: 'select, insert, update',
  },
  tokens: {
    columns: `
      generation integer not null
      establishment text collate "C" not null
      type text collate "C" not null
      token text collate "C" not null
      id text collate "C" not null`,
    constraints: { tokens_pkey: 'PRIMARY KEY (type, token, id, generation)' },
    security: 'forced',
    policies: served,
    grants: { ...reads, reprise_reader: 'select' },
    replicatorMay: 'select, insert, delete',
  },
  subjects: {
    columns: `
      generation integer not null
      establishment text collate "C" not null
      key text collate "C" not null
      state bytea not null`,
    constraints: { subjects_pkey: 'PRIMARY KEY (key, generation)' },
    security: 'forced',
    policies: served,
    grants: reads,
    replicatorMay: 'select, insert, update',
  },
  messages: {
    columns: `
      generation integer not null
      establishment text collate "C" not null
      position bigint not null
      sender text not null
      message_id text not null
      message_key bytea
      received_hash bytea not null
      format text not null
      label text not null
      charset text not null
      acknowledgement text not null
      received_at bigint not null
      recorded_at bigint not null
      sent_at bigint
      occurred_at bigint
      outcome text not null
      records text[] not null
      warnings jsonb not null
      bytes integer not null`,
    constraints: {
      messages_pkey: 'PRIMARY KEY ("position", generation)',
      messages_outcome_check: `CHECK ((outcome = ANY (ARRAY['applied'::text, 'duplicate'::text, 'parked'::text, 'unmapped'::text])))`,
    },
    indexes: ['btree (message_key, recorded_at) WHERE (message_key IS NOT NULL)', 'btree (recorded_at)'],
    security: 'forced',
    policies: served,
    grants: { ...reads, reprise_reader: 'select (generation, establishment, position, recorded_at, records)' },
    replicatorMay: 'select, insert, update',
  },
  parked: {
    columns: `
      generation integer not null
      establishment text collate "C" not null
      position bigint not null
      recorded_at bigint not null
      appended_at bigint not null
      waiting text[] not null
      reason text not null
      value bytea not null`,
    constraints: { parked_pkey: 'PRIMARY KEY ("position", generation)' },
    security: 'forced',
    policies: served,
    grants: {
      ...reads,
      reprise_reader: 'select (generation, establishment, position, recorded_at, appended_at, waiting)',
    },
    replicatorMay: 'select, insert, delete',
  },
};

export const expectedSequences: Readonly<
  Record<string, { readonly value: string; readonly grants?: Readonly<Record<string, string>> }>
> = {
  generations_generation_seq: { value: 'sequence of reprise_owner' },
  migrations_id_seq: { value: 'sequence of reprise_owner' },
  'reprise_scope.lists_number_seq': { value: 'sequence of reprise_owner' },
  'reprise_scope.session_nonce': { value: 'unlogged sequence of reprise_owner' },
  'reprise_scope.session_list': { value: 'unlogged sequence of reprise_owner', grants: { reprise_reader: 'select' } },
};

/** What is neither a table nor a sequence, and who may what with it. */
export const expectedGrants: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  database: { reprise_replicator: 'connect', reprise_reader: 'connect', reprise_control: 'connect' },
  'schema public': { reprise_replicator: 'usage', reprise_reader: 'usage', reprise_control: 'usage' },
  'schema reprise_scope': { reprise_reader: 'usage' },
  'schema reprise_build': { reprise_replicator: 'usage' },
  'language plpgsql': { reprise_owner: 'usage' },
  'function pg_advisory_lock': { reprise_owner: 'execute', reprise_replicator: 'execute' },
  'function pg_advisory_unlock': { reprise_owner: 'execute', reprise_replicator: 'execute' },
  'function pg_advisory_xact_lock': { reprise_owner: 'execute', reprise_replicator: 'execute' },
};

/** Who owns them. */
export const expectedSchemas: Readonly<Record<string, string>> = {
  database: 'of reprise_owner',
  public: 'of pg_database_owner',
  reprise_scope: 'of reprise_owner',
  reprise_build: 'of reprise_owner',
};

/** They log in, and have nothing else: no superuser, no membership. */
export const expectedRoles = ['reprise_owner', 'reprise_replicator', 'reprise_reader', 'reprise_control'] as const;

export interface ExpectedFunction {
  readonly made: string;
  readonly source: string;
  readonly grants: Readonly<Record<string, string>>;
}

/** Those of migration 0007, from its own text, with the wait of 0008; the ones that the replicator may not call are called by the others. */
const ofBuilds: Readonly<Record<string, ExpectedFunction>> = Object.fromEntries(
  [
    ...ownersFunctions.matchAll(
      /create function (reprise_build\.(\w+)\([^)]*\)) returns (\w+)\nlanguage plpgsql security definer (set [^$]*?) as \$\$([^]*?)\$\$;/g,
    ),
  ].map(([, signature = '', name = '', returns = '', settings = '', source = '']) => [
    signature.replace('int', 'integer').replace('text', 'text'),
    {
      made: `of reprise_owner returns ${returns === 'bool' ? 'boolean' : returns} in plpgsql volatile security definer ${settings
        .replaceAll(' = ', '=')
        .replaceAll(' set ', ', set ')
        .replaceAll("'", '')
        .replace(/(?<=lock_timeout=)\d+(?=ms)/, String(detachMsMax))}`,
      source,
      grants: /^(?:check_|is_)/.test(name) ? {} : { reprise_replicator: 'execute' },
    },
  ]),
);

export const expectedFunctions: Readonly<Record<string, ExpectedFunction>> = {
  ...ofBuilds,
  'reprise_scope.open_session()': {
    made: 'of reprise_owner returns text in sql volatile security definer set search_path=pg_catalog, pg_temp',
    // As Postgres says it again.
    source: `BEGIN ATOMIC
 SELECT (setval('reprise_scope.session_nonce'::regclass, (1 + ((('x'::text || substr(encode(sha256((uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))), 'hex'::text), 1, 15)))::bit(60))::bigint)))::text AS setval;
END`,
    grants: { reprise_reader: 'execute' },
  },
  'reprise_scope.open_list(list text, proof bytea)': {
    made: 'of reprise_owner returns void in plpgsql volatile security definer set search_path=pg_catalog, pg_temp',
    source: `
declare
  expected bytea;
  found int;
begin
  select sha256(key.outer_pad || sha256(key.inner_pad ||
    convert_to(currval('reprise_scope.session_nonce') || ':' || list, 'UTF8')))
  into expected from reprise_scope.key;
  if expected is null or proof is null or sha256(proof) is distinct from sha256(expected) then
    raise exception 'this scope is not signed by the key of this database' using errcode = 'insufficient_privilege';
  end if;
  select number into found from reprise_scope.lists where digest = sha256(convert_to(list, 'UTF8'));
  if found is null then
    insert into reprise_scope.lists (digest, establishments)
    values (sha256(convert_to(list, 'UTF8')), string_to_array(list, ',')) on conflict do nothing;
    select number into found from reprise_scope.lists where digest = sha256(convert_to(list, 'UTF8'));
  end if;
  perform setval('reprise_scope.session_list', found);
end `,
    grants: { reprise_reader: 'execute' },
  },
};
