import type { MigrationInterface, QueryRunner } from 'typeorm';
import { scopeKeyTable } from '../provision/scope-key.js';

/**
 * What the reader may see is a list that its process has signed, for this session. A role may set any setting; it cannot set what
 * `currval` tells it of a sequence that it has no right to change. So that is where a session keeps its nonce, and which list it was given.
 * `lists`: every list that was ever signed, once.
 */
const session = `
create table reprise_scope.lists (
  number int generated always as identity primary key,
  digest bytea not null unique,
  establishments text[] collate "C" not null
);
create unlogged sequence reprise_scope.session_nonce;
create unlogged sequence reprise_scope.session_list;
`;

/**
 * A list that was signed for one session is worth nothing in another: the nonce is random, and given once. Hashes are compared, not
 * proofs: how long a comparison takes tells of a hash that nobody can aim at. A new list is written once; two sessions may come with it
 * at one time.
 */
const functions = `
create function reprise_scope.open_session() returns text
language sql volatile security definer set search_path = pg_catalog, pg_temp begin atomic
  select setval('reprise_scope.session_nonce'::regclass,
    1 + ('x' || substr(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'), 1, 15))::bit(60)::bigint)::text;
end;

create function reprise_scope.open_list(list text, proof bytea) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
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
end $$;
`;

/** The subselects are evaluated once a statement: two looks into what is in memory. A session without a list is an error. */
const lists = `(select number_of.establishments from reprise_scope.lists as number_of
  where number_of.number = (select currval('reprise_scope.session_list'::regclass)))`;

const policies = `
alter table reprise_scope.lists enable row level security;
create policy reader on reprise_scope.lists for select to reprise_reader
  using (number = (select currval('reprise_scope.session_list'::regclass)));
do $do$
declare it record;
begin
  for it in select tablename, policyname from pg_policies where schemaname = 'public' and roles = '{reprise_reader}' loop
    execute format('alter policy %I on public.%I using (%s)', it.policyname, it.tablename,
      $using$establishment = any (${lists}::text[])$using$);
  end loop;
end $do$;`;

/** What Postgres gives everybody is taken back: each role has what it is given by name. */
const grants = `
revoke all on schema public from public;
grant usage on schema public to reprise_replicator, reprise_reader, reprise_control;
revoke all on schema reprise_scope from public;
revoke all on all functions in schema reprise_scope from public;
grant usage on schema reprise_scope to reprise_reader;
grant execute on all functions in schema reprise_scope to reprise_reader;
grant select (number, establishments) on reprise_scope.lists to reprise_reader;
grant select on sequence reprise_scope.session_list to reprise_reader;`;

export class SignedScope1790000000004 implements MigrationInterface {
  readonly name = 'SignedScope1790000000004';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [scopeKeyTable, session, functions, policies, grants]) await runner.query(sql);
  }

  async down(): Promise<void> {
    throw new Error('a replica is dropped and follows its logs anew; its schema is not taken back');
  }
}
