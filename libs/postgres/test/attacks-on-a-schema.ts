import { connectionsMaxByRole } from '../src/provision/close-database.js';

/** What somebody may do to the database of a replica, how it is undone, and what is told. `$g`: the live generation, `$d`: the database. */
export interface Attack {
  readonly do: string;
  readonly undo: string;
  readonly told: string;
}

export const attacks: readonly Attack[] = [
  {
    do: 'alter table versions disable row level security',
    undo: 'alter table versions enable row level security',
    told: 'row-level security of versions is switched off',
  },
  {
    do: 'alter table heads no force row level security',
    undo: 'alter table heads force row level security',
    told: 'row-level security of heads is not forced',
  },
  {
    do: 'alter table versions_g$g disable row level security',
    undo: 'alter table versions_g$g enable row level security',
    told: 'row-level security of versions_g$g is switched off',
  },
  {
    do: 'alter table reprise_scope.lists disable row level security',
    undo: 'alter table reprise_scope.lists enable row level security',
    told: 'row-level security of reprise_scope.lists is switched off',
  },
  {
    do: 'drop policy control on heads',
    undo: 'create policy control on heads for select to reprise_control using (true)',
    told: 'policy control of heads is missing',
  },
  {
    do: 'alter policy control on messages using (false)',
    undo: 'alter policy control on messages using (true)',
    told: 'policy control of messages is not what was made',
  },
  {
    do: 'alter policy control on messages to reprise_control, reprise_reader',
    undo: 'alter policy control on messages to reprise_control',
    told: 'policy control of messages is not what was made',
  },
  {
    do: 'create policy more on tokens for select using (true)',
    undo: 'drop policy more on tokens',
    told: 'policy more of tokens was added',
  },
  {
    do: 'create policy more on tokens_g$g for select to reprise_reader using (true)',
    undo: 'drop policy more on tokens_g$g',
    told: 'policy more of tokens_g$g was added',
  },
  {
    do: 'alter role reprise_reader bypassrls',
    undo: 'alter role reprise_reader nobypassrls',
    told: 'attribute bypassrls of reprise_reader was added',
  },
  {
    do: 'alter role reprise_reader superuser',
    undo: 'alter role reprise_reader nosuperuser',
    told: 'attribute superuser of reprise_reader was added',
  },
  {
    do: 'alter role reprise_control createrole replication',
    undo: 'alter role reprise_control nocreaterole noreplication',
    told: 'attribute createrole of reprise_control was added',
  },
  {
    do: 'grant reprise_owner to reprise_reader',
    undo: 'revoke reprise_owner from reprise_reader',
    told: 'membership of reprise_reader in reprise_owner was added',
  },
  {
    do: 'grant pg_read_all_data to reprise_reader',
    undo: 'revoke pg_read_all_data from reprise_reader',
    told: 'membership of reprise_reader in pg_read_all_data was added',
  },
  {
    do: 'alter role reprise_reader connection limit -1',
    undo: `alter role reprise_reader connection limit ${connectionsMaxByRole.reader}`,
    told: 'limit of connections of reprise_reader is not what was made',
  },
  {
    do: 'grant select on subjects to reprise_reader',
    undo: 'revoke select on subjects from reprise_reader',
    told: 'right of reprise_reader to select on subjects was added',
  },
  {
    do: 'grant select (value) on parked to reprise_reader',
    undo: 'revoke select (value) on parked from reprise_reader',
    told: 'right of reprise_reader to select on column value of parked was added',
  },
  {
    do: 'grant select on versions_g$g to reprise_reader',
    undo: 'revoke select on versions_g$g from reprise_reader',
    told: 'right of reprise_reader to select on versions_g$g was added',
  },
  {
    do: 'grant select on heads to public',
    undo: 'revoke select on heads from public',
    told: 'right of everybody to select on heads was added',
  },
  {
    do: 'grant select on heads to reprise_reader with grant option',
    undo: 'revoke grant option for select on heads from reprise_reader',
    told: 'right of reprise_reader with grant option to select on heads was added',
  },
  {
    do: 'revoke select on scrubs from reprise_control',
    undo: 'grant select on scrubs to reprise_control',
    told: 'right of reprise_control to select on scrubs is missing',
  },
  {
    do: 'grant update on sequence reprise_scope.session_list to reprise_reader',
    undo: 'revoke update on sequence reprise_scope.session_list from reprise_reader',
    told: 'right of reprise_reader to update on reprise_scope.session_list was added',
  },
  {
    do: 'grant create on schema public to reprise_reader',
    undo: 'revoke create on schema public from reprise_reader',
    told: 'right of reprise_reader to create on schema public was added',
  },
  {
    do: 'grant usage on schema reprise_scope to public',
    undo: 'revoke usage on schema reprise_scope from public',
    told: 'right of everybody to usage on schema reprise_scope was added',
  },
  {
    do: 'grant connect on database $d to public',
    undo: 'revoke connect on database $d from public',
    told: 'right of everybody to connect on database was added',
  },
  {
    do: 'grant usage on language plpgsql to public',
    undo: 'revoke usage on language plpgsql from public',
    told: 'right of everybody to usage on language plpgsql was added',
  },
  {
    do: 'grant execute on function pg_read_file(text) to reprise_reader',
    undo: 'revoke execute on function pg_read_file(text) from reprise_reader',
    told: 'right of reprise_reader to execute on function pg_read_file was added',
  },
  {
    do: 'grant execute on function lo_create(oid) to public',
    undo: 'revoke execute on function lo_create(oid) from public',
    told: 'right of everybody to execute on function lo_create was added',
  },
  {
    do: 'grant select on pg_stat_activity to public',
    undo: 'revoke select on pg_stat_activity from public',
    told: 'right of everybody to select on pg_stat_activity was added',
  },
  {
    do: 'grant select on pg_authid to reprise_reader',
    undo: 'revoke select on pg_authid from reprise_reader',
    told: 'right of reprise_reader to select on pg_authid was added',
  },
  {
    do: 'grant execute on function reprise_scope.open_list to public',
    undo: 'revoke execute on function reprise_scope.open_list from public',
    told: 'right of everybody to execute on function reprise_scope.open_list(list text, proof bytea) was added',
  },
  {
    do: 'alter function reprise_scope.open_list reset search_path',
    undo: 'alter function reprise_scope.open_list set search_path = pg_catalog, pg_temp',
    told: 'function reprise_scope.open_list(list text, proof bytea) is not what was made',
  },
  {
    do: 'alter function reprise_scope.open_session security invoker',
    undo: 'alter function reprise_scope.open_session security definer',
    told: 'function reprise_scope.open_session() is not what was made',
  },
  {
    do: 'alter function reprise_scope.open_session owner to postgres',
    undo: 'alter function reprise_scope.open_session owner to reprise_owner',
    told: 'function reprise_scope.open_session() is not what was made',
  },
  {
    do: `create function public.mine() returns int language sql return 1`,
    undo: 'drop function public.mine()',
    told: 'function public.mine() was added',
  },
  {
    do: `create function public.mine() returns trigger language plpgsql as 'begin return new; end';
         create trigger more before insert on heads_g$g for each row execute function public.mine()`,
    undo: 'drop trigger more on heads_g$g; drop function public.mine()',
    told: 'trigger more of heads_g$g was added',
  },
  {
    do: 'create rule more as on insert to scrubs do also nothing',
    undo: 'drop rule more on scrubs',
    told: 'rule more of scrubs was added',
  },
  {
    do: 'alter table parked add column more text',
    undo: 'alter table parked drop column more',
    told: 'column more of parked was added',
  },
  {
    do: 'alter table establishments alter column halted type varchar',
    undo: 'alter table establishments alter column halted type text',
    told: 'column halted of establishments is not what was made',
  },
  {
    do: 'alter table scrubs add constraint more check (rows < 10)',
    undo: 'alter table scrubs drop constraint more',
    told: 'constraint more of scrubs was added',
  },
  {
    do: 'alter table generations drop constraint generations_establishment_restore_id_key',
    undo: 'alter table generations add unique nulls not distinct (establishment, restore_id)',
    told: 'constraint generations_establishment_restore_id_key of generations is missing',
  },
  {
    do: 'create index more on heads (establishment)',
    undo: 'drop index more',
    told: 'index btree (establishment) of heads was added',
  },
  { do: 'create view more as select * from heads', undo: 'drop view more', told: 'view more was added' },
  { do: 'create table heads_gx (a int)', undo: 'drop table heads_gx', told: 'table heads_gx was added' },
  {
    do: 'create table heads_g77 (like heads); grant select on heads_g77 to reprise_reader',
    undo: 'drop table heads_g77',
    told: 'right of reprise_reader to select on heads_g77 was added',
  },
  {
    do: 'alter table scrubs owner to postgres',
    undo: 'alter table scrubs owner to reprise_owner',
    told: 'table scrubs is not what was made',
  },
  { do: 'create schema more', undo: 'drop schema more', told: 'schema more was added' },
  {
    do: 'create schema more; create view more.pg_policy as select * from pg_catalog.pg_policy where false; alter database $d set search_path = more, pg_catalog, public',
    undo: 'alter database $d reset search_path; drop schema more cascade',
    told: 'setting search_path of everybody was added',
  },
  {
    do: 'alter role reprise_reader set search_path = public',
    undo: 'alter role reprise_reader reset search_path',
    told: 'setting search_path of reprise_reader was added',
  },
  {
    do: 'alter role reprise_control in database $d set default_transaction_read_only = on',
    undo: 'alter role reprise_control in database $d reset default_transaction_read_only',
    told: 'setting default_transaction_read_only of reprise_control in this database was added',
  },
  {
    do: "alter role reprise_reader set statement_timeout = '1ms'",
    undo: "alter role reprise_reader set statement_timeout = '10s'",
    told: 'setting statement_timeout of reprise_reader is not what was made',
  },
  {
    do: 'alter role reprise_reader reset temp_file_limit',
    undo: "alter role reprise_reader set temp_file_limit = '512MB'",
    told: 'setting temp_file_limit of reprise_reader is missing',
  },
  {
    do: "alter database $d set statement_timeout = '1h'",
    undo: 'alter database $d reset statement_timeout',
    told: 'setting statement_timeout of everybody was added',
  },
  {
    do: 'alter default privileges for role reprise_owner grant select on tables to reprise_reader',
    undo: 'alter default privileges for role reprise_owner revoke select on tables from reprise_reader',
    told: 'default privileges of reprise_owner was added',
  },
  { do: 'create publication more for table heads', undo: 'drop publication more', told: 'publication more was added' },
];
