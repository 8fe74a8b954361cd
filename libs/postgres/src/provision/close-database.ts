import { scopeKeyPads, scopeKeyTable, setScopeKey } from './scope-key.js';

/** What of a superuser's connection is needed, in the database that is meant. */
export interface Administrator {
  query(text: string, values?: readonly unknown[]): Promise<unknown>;
}

/**
 * Sessions that one role may have, by role: no role takes the connections of another. One more is refused by Postgres. Room for four readers
 * and three replicators of a replica; a server has `max_connections` above their sum.
 */
export const connectionsMaxByRole = { owner: 16, replicator: 32, reader: 64, control: 16 } as const;

/**
 * Settings of a role that the role itself cannot change, and defaults that it can: a limit of time on statements and transactions is
 * only a default, Postgres lets every role lift it. `log_min_messages`: errors of its statements are told to the client, and do not
 * stand in the server's log, since they may quote what was sent. Whatever else is set for a role, or is set otherwise, is drift.
 */
export const settingsOfRole: Readonly<Record<keyof typeof connectionsMaxByRole, Readonly<Record<string, string>>>> = {
  owner: { log_min_messages: 'fatal' },
  replicator: { log_min_messages: 'fatal' },
  // What holds for every session of the role, whatever asks: the connections of a reader say the same and more. Only a superuser may
  // set how much of the disk its statements fill (`temp_file_limit`; beyond it the statement is stopped, 53400).
  reader: {
    log_min_messages: 'fatal',
    transaction_timeout: '60s',
    work_mem: '4MB',
    temp_file_limit: '512MB',
    statement_timeout: '10s',
    idle_in_transaction_session_timeout: '5s',
  },
  control: { log_min_messages: 'fatal', temp_file_limit: '1GB' },
};

/**
 * Volatile functions that everybody may go on calling: they change nothing of the server's, or look at the caller's rights on their
 * own. All others (large objects, locks, sleeps, signals to other sessions, messages into the write-ahead log, statements within a
 * statement, sizes of tables) are taken from everybody.
 */
const harmless =
  `amvalidate array_sample array_shuffle clock_timestamp currval gen_random_uuid lastval nextval pg_is_in_recovery random
  random_normal set_config setseed setval timeofday uuidv4 uuidv7 plpgsql_validator dsnowball_init dsnowball_lexize`.split(
    /\s+/,
  );

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

/** Handlers are called by the server itself, whoever asks. */
const ofTheServer = [
  'trigger',
  'event_trigger',
  'internal',
  'index_am_handler',
  'table_am_handler',
  'language_handler',
];

/** Functions of Postgres that are not for everybody: as a condition on `pg_proc as p`. Stable ones by name: other sessions, transaction numbers. */
export const notForEverybody = `(p.pronamespace = 'pg_catalog'::regnamespace
  and (p.provolatile = 'v' and p.proname not in (${quoted(harmless)})
    or p.proname in ('pg_stat_get_activity', 'txid_current', 'pg_current_xact_id')
    or p.proname like 'pg\\_stat\\_get\\_backend\\_%' or p.proname like '%\\_to\\_xml%')
  and p.prorettype::regtype::text not in (${quoted(ofTheServer)}))`;

const revokeFunctions = `
do $$
declare it record;
begin
  for it in select p.oid::regprocedure as signature, p.prokind from pg_proc as p
    where ${notForEverybody} and has_function_privilege('public', p.oid, 'execute') loop
    execute format('revoke execute on %s %s from public', case it.prokind when 'p' then 'procedure' else 'function' end, it.signature);
  end loop;
  -- Migrations, builds and batches exclude each other by these.
  for it in select p.oid::regprocedure as signature from pg_proc as p
    where p.proname in ('pg_advisory_lock', 'pg_advisory_unlock', 'pg_advisory_xact_lock') loop
    execute format('grant execute on function %s to reprise_owner, reprise_replicator', it.signature);
  end loop;
end $$;
revoke usage on language plpgsql from public;
grant usage on language plpgsql to reprise_owner;
revoke select on pg_stat_activity, pg_locks, pg_prepared_xacts from public;
revoke select on pg_largeobject_metadata from public;`;

/** What the roles may do on the whole server. As a superuser; safe to repeat. `roles` are there already. */
export const closeServer = async (administrator: Administrator): Promise<void> => {
  for (const [role, connections] of Object.entries(connectionsMaxByRole)) {
    await administrator.query(`alter role reprise_${role} noreplication connection limit ${connections}`);
    for (const [name, value] of Object.entries(settingsOfRole[role as keyof typeof settingsOfRole]))
      await administrator.query(`alter role reprise_${role} set ${name} = '${value}'`);
  }
  await administrator.query('revoke all on database postgres, template1 from public');
};

/** What everybody may do in this database, and the key by which readers sign their scopes. As a superuser; safe to repeat. */
export const closeDatabase = async (administrator: Administrator, scopeKey: Uint8Array): Promise<void> => {
  await administrator.query(revokeFunctions);
  await administrator.query('set role reprise_owner');
  await administrator.query(scopeKeyTable);
  await administrator.query(setScopeKey, scopeKeyPads(scopeKey));
  await administrator.query('reset role');
};
