import { notForEverybody } from '../provision/close-database.js';

/** Objects with a smaller number came with Postgres itself. */
const firstOfOurs = 16_384;

const ourRoles = `'{reprise_owner, reprise_replicator, reprise_reader, reprise_control}'::text[]`;

/** Those four, and everybody (0). */
const grantees = `
grantees as materialized (select oid from pg_roles where rolname = any (${ourRoles}) union select 0::oid)`;

/**
 * Settings that change what a name means, who somebody is, or which code runs. Of the whole server only these are told: its
 * administrators have reasons for others. Of our roles and this database all are.
 */
const graveSettings = `'^(search_path|role|row_security|session_replication_role|(session|local|shared)_preload_libraries)$'`;

/** Everything that is no index and was not there when Postgres was made. A table of a generation tells by its name what it is. */
const relations = `
relations as materialized (
  select c.oid, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relispartition, c.relpartbound, c.relacl,
    c.relowner, c.relname ~ '_g[0-9]+$' as of_generation,
    case when n.nspname = 'public' then '' else quote_ident(n.nspname) || '.' end || quote_ident(c.relname) as name
  from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
  where c.oid >= ${firstOfOurs} and c.relkind not in ('i', 'I', 't') and n.nspname !~ '^pg_(toast|temp_)')`;

const who = (role: string): string => `case when ${role} = 0 then 'everybody' else pg_get_userbyid(${role})::text end`;

/** `acl`: what is granted; the owner of a thing has all rights of it anyway. */
const granted = (a: string): string =>
  `${who(`${a}.grantee`)} || case when ${a}.is_grantable then ' with grant option' else '' end`;

const tables = `
select 'table' as kind, r.name, '' as of,
  concat_ws(' ', case relpersistence when 'u' then 'unlogged' when 't' then 'temporary' end,
    case relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view' when 'm' then 'materialized view'
      when 'S' then 'sequence' when 'f' then 'foreign table' else 'type' end,
    'of', pg_get_userbyid(relowner), 'in ' || i.inhparent::regclass::text || ' ' || pg_get_expr(relpartbound, r.oid)) as value
from relations as r left join pg_inherits as i on i.inhrelid = r.oid
union all
select 'security', '', name, case when not relrowsecurity then 'off' when relforcerowsecurity then 'forced' else 'on' end
from relations where relkind in ('r', 'p')
union all
select 'column', a.attname::text, r.name,
  format_type(a.atttypid, a.atttypmod)
    || case when a.attcollation <> t.typcollation then ' collate ' || quote_ident(o.collname) else '' end
    || case when a.attnotnull then ' not null' else '' end
    || case when a.attidentity <> '' then ' identity' else '' end
    || case when a.attgenerated <> '' then ' generated' else '' end
    || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
from relations as r join pg_attribute as a on a.attrelid = r.oid join pg_type as t on t.oid = a.atttypid
left join pg_collation as o on o.oid = a.attcollation left join pg_attrdef as d on d.adrelid = r.oid and d.adnum = a.attnum
where r.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped`;

/**
 * What has to be put into words takes a lock that a reader takes. A table that is being filled may be locked for minutes by those who
 * finish it: of its constraints and indexes only what needs no lock is asked. Postgres itself gives a table that is detached a check of
 * its generation.
 */
const constraints = `
select 'constraint', case when of_generation then regexp_replace(conname, '_g[0-9]+_', '_') else conname::text end, r.name,
  case when of_generation and not relispartition then '' else pg_get_constraintdef(k.oid) end
from relations as r join pg_constraint as k on k.conrelid = r.oid
where k.contype <> 'n' and not (of_generation and k.contype = 'c' and k.conname ~ '_generation_check[0-9]*$')
union all
select 'index', substring(pg_get_indexdef(x.indexrelid) from ' USING (.*)$'), r.name,
  case when x.indisunique then 'unique' else '' end
from relations as r join pg_index as x on x.indrelid = r.oid
where (relispartition or not of_generation) and (x.indisvalid or x.indexprs is not null)
  and not exists (select from pg_constraint as k where k.conindid = x.indexrelid and k.conrelid = r.oid)`;

const policies = `
select 'policy', p.polname::text, r.name,
  concat_ws(' ', case when not p.polpermissive then 'restrictive' end,
    'for', case p.polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end,
    'to', (select string_agg(${who('role')}, ', ' order by role) from unnest(p.polroles) as role),
    'using (' || regexp_replace(pg_get_expr(p.polqual, p.polrelid), '\\s+', ' ', 'g') || ')',
    'check (' || regexp_replace(pg_get_expr(p.polwithcheck, p.polrelid), '\\s+', ' ', 'g') || ')')
from relations as r join pg_policy as p on p.polrelid = r.oid`;

const grantsOfTables = `
select 'grant', lower(a.privilege_type), r.name, ${granted('a')}
from relations as r cross join aclexplode(r.relacl) as a where a.grantee <> r.relowner
union all
select 'grant', lower(a.privilege_type), 'column ' || c.attname || ' of ' || r.name, ${granted('a')}
from relations as r join pg_attribute as c on c.attrelid = r.oid cross join aclexplode(c.attacl) as a
where not c.attisdropped and a.grantee <> r.relowner`;

const functions = `
functions as materialized (
  select p.*, quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')' as name
  from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace where p.oid >= ${firstOfOurs} and n.nspname !~ '^pg_temp_')`;

const factsOfFunctions = `
select 'function', p.name, '',
  concat_ws(' ', 'of', pg_get_userbyid(proowner), 'returns', pg_get_function_result(p.oid), 'in', l.lanname,
    case provolatile when 'v' then 'volatile' when 's' then 'stable' else 'immutable' end,
    case when prosecdef then 'security definer' end, case when proleakproof then 'leakproof' end,
    'set ' || array_to_string(proconfig, ', set '))
from functions as p join pg_language as l on l.oid = p.prolang
union all
select 'source', '', p.name, coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) from functions as p
union all
select 'grant', lower(a.privilege_type), 'function ' || p.name, ${granted('a')}
from functions as p cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a where a.grantee <> p.proowner`;

/** What runs by itself. */
const triggers = `
select 'trigger', t.tgname::text, r.name, '' from relations as r join pg_trigger as t on t.tgrelid = r.oid
union all
select 'rule', w.rulename::text, r.name, '' from relations as r join pg_rewrite as w on w.ev_class = r.oid where w.rulename <> '_RETURN'
union all
select 'other', 'event trigger ' || evtname, '', '' from pg_event_trigger`;

const schemas = `
select 'schema', quote_ident(nspname), '', 'of ' || pg_get_userbyid(nspowner)
from pg_namespace where (oid >= ${firstOfOurs} or nspname = 'public') and nspname !~ '^pg_(toast|temp)'
union all
select 'grant', lower(a.privilege_type), 'schema ' || quote_ident(nspname), ${granted('a')}
from pg_namespace cross join aclexplode(nspacl) as a
where (oid >= ${firstOfOurs} or nspname = 'public') and nspname !~ '^pg_(toast|temp)' and a.grantee <> nspowner
union all
select 'schema', 'database', '', 'of ' || pg_get_userbyid(datdba) from pg_database where datname = current_database()
union all
select 'grant', lower(a.privilege_type), 'database', ${granted('a')}
from pg_database as d cross join aclexplode(coalesce(datacl, acldefault('d', datdba))) as a
where datname = current_database() and a.grantee <> datdba
union all
select 'grant', lower(a.privilege_type), 'language ' || lanname, ${granted('a')}
from pg_language as l cross join aclexplode(coalesce(lanacl, acldefault('l', lanowner))) as a
where lanname = 'plpgsql' and a.grantee <> lanowner`;

/** What there is none of. */
const others = `
select 'other', 'extension ' || extname, '', '' from pg_extension where oid >= ${firstOfOurs}
union all
select 'other', 'publication ' || pubname, '', '' from pg_publication
union all
select 'other', 'foreign server ' || srvname, '', '' from pg_foreign_server
union all
select 'other', 'language ' || lanname, '', '' from pg_language where oid >= ${firstOfOurs}
union all
select 'other', 'operator ' || oprname, '', '' from pg_operator where oid >= ${firstOfOurs}
union all
select 'other', 'cast to ' || format_type(casttarget, null), '', '' from pg_cast where oid >= ${firstOfOurs}
union all
select 'other', 'default privileges of ' || pg_get_userbyid(defaclrole), '', '' from pg_default_acl
union all
select 'other', 'type ' || typname, '', '' from pg_type where oid >= ${firstOfOurs} and typtype <> 'c' and typcategory <> 'A'`;

const roles = `
select 'attribute', has.name, rolname::text, ''
from pg_roles cross join lateral (values ('superuser', rolsuper), ('createrole', rolcreaterole), ('createdb', rolcreatedb),
  ('replication', rolreplication), ('bypassrls', rolbypassrls), ('login', rolcanlogin)) as has (name, there)
where rolname = any (${ourRoles}) and has.there
union all
select 'limit', 'connections', rolname::text, rolconnlimit::text from pg_roles where rolname = any (${ourRoles})
union all
select 'member', pg_get_userbyid(member)::text, pg_get_userbyid(roleid)::text, ''
from pg_auth_members where roleid in (select oid from grantees) or member in (select oid from grantees)
union all
select 'setting', split_part(setting, '=', 1),
  ${who('setrole')} || case when setrole <> 0 and setdatabase <> 0 then ' in this database' else '' end,
  substring(setting from position('=' in setting) + 1)
from pg_db_role_setting cross join unnest(setconfig) as setting
where setdatabase in (0, (select oid from pg_database where datname = current_database()))
  and setrole in (select oid from grantees)
  and (setrole <> 0 or setdatabase <> 0 or split_part(setting, '=', 1) ~ ${graveSettings})`;

/** Of what came with Postgres: what was given on top, and what was to be taken from everybody. */
const grantsOfCatalogs = `
select distinct 'grant', lower(a.privilege_type), c.oid::regclass::text, ${granted('a')}
from pg_class as c cross join aclexplode(c.relacl) as a
where c.relnamespace = 'pg_catalog'::regnamespace and c.oid < ${firstOfOurs} and a.grantee in (select oid from grantees)
  and (c.relname in ('pg_stat_activity', 'pg_locks', 'pg_prepared_xacts', 'pg_largeobject_metadata')
    or not exists (select from pg_init_privs as i cross join aclexplode(i.initprivs) as b
      where i.objoid = c.oid and i.classoid = 'pg_class'::regclass and i.objsubid = 0
        and b.grantee = a.grantee and b.privilege_type = a.privilege_type))
union all
select distinct 'grant', lower(a.privilege_type), 'function ' || p.proname, ${granted('a')}
from pg_proc as p cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
where ${notForEverybody} and a.grantee in (select oid from grantees)`;

const facts = `
with ${relations}, ${functions}, ${grantees}
${[tables, constraints, policies, grantsOfTables, factsOfFunctions, triggers, schemas, others, roles, grantsOfCatalogs].join('\nunion all')}`;

/**
 * Two answers of one moment: the tables, and the facts. Nothing but the catalogs of Postgres is asked, and no name means anything else:
 * an owner may set the `search_path` of everybody.
 */
export const readFacts = `
begin isolation level repeatable read read only;
set local search_path = pg_catalog, pg_temp;
set local jit = off;
with ${relations} select name, relispartition as attached from relations where relkind = 'r' order by name;
${facts};
commit`;
