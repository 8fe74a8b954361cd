/** What is walked through, in this order. */
export const walked = ['versions', 'heads', 'tokens', 'messages', 'parked'] as const;
export type Walked = (typeof walked)[number];

/** One page: rows at most, and of contents, but for the first, bytes at most. Together they bound what is in memory. */
export interface PageBounds {
  readonly rows: number;
  readonly bytes: number;
}

/** Names of what does not hold, one condition each. The first of a row is the one that is told. */
const wrong = (conditions: Readonly<Record<string, string>>): string =>
  `array_remove(array[${Object.entries(conditions)
    .map(([name, condition]) => `case when ${condition} then '${name}' end`)
    .join(', ')}]::text[], null) as wrong`;

/** What is looked at: tables that are attached, and that nobody is to drop. A row where it is none any more has nothing to tell. */
export const standing = `g.state in ('following', 'built')`;

const own = (row: string): string => `${row}.establishment <> g.establishment`;

/**
 * A page of one table of a generation, behind the key $1.., each row beside everything in the replica that must fit it: one statement, so that
 * all is of one moment. Neither the generation nor the bounds are parameters: of those that it does not know the planner reads partitions whole.
 */
export const pageOf: Readonly<Record<Walked, (generation: number, most: PageBounds) => string>> = {
  /** $1 type, $2 id, $3 position. What its content is found by, and its timeline, is looked at by the caller. */
  versions: (generation, { rows, bytes }) => `
select array[w.type, w.id, w.position::text] as key, w.type || '/' || w.id as record, w.position::float8 as position, w.bytes,
  w.timeline, w.deleted, w.tokens, w.content, g.search_version as "searchVersion",
  coalesce((g.search_progress ->> 'to')::int, g.search_version) as "reindexedTo",
  ${wrong({
    'versions.establishment': own('w'),
    'versions.content': 'sha256(w.content) <> w.content_hash',
    'versions.deleted': 'w.deleted <> (w.bytes = 0)',
    'versions.position': 'w.position > g.position',
    'messages of its event': `m.position is null or not (w.type || '/' || w.id = any (m.records))`,
    'versions.recorded_at': 'w.recorded_at is distinct from m.recorded_at',
    heads: 'h.position is null or h.position < w.position',
  })}
from (
  select w.*, sum(bytes) over (order by type, id, position) - bytes as bytes_before
  from (
    select *, octet_length(content) as bytes from versions
    where generation = ${generation} and (type, id, position) > ($1, $2, $3)
    order by type, id, position
    limit ${rows}
  ) as w
) as w
join generations as g on g.generation = ${generation} and ${standing}
left join lateral (
  select * from messages as m where m.generation = ${generation} and m.position = w.position limit 1
) as m on true
left join lateral (
  select * from heads as h where h.generation = ${generation} and h.type = w.type and h.id = w.id limit 1
) as h on true
where w.bytes_before < ${bytes}
order by w.type, w.id, w.position`,

  /** $1 type, $2 id. */
  heads: (generation, { rows }) => `
select array[h.type, h.id] as key, h.type || '/' || h.id as record, h.position::float8 as position, 0 as bytes,
  ${wrong({
    'heads.establishment': own('h'),
    'versions of its head': 'v.position is null',
    'heads.position': 'h.position <> v.position',
    'heads.timeline': 'h.timeline <> v.timeline',
    'heads.recorded_at': 'h.recorded_at <> v.recorded_at',
    'heads.deleted': 'h.deleted <> v.deleted',
    'heads.patient': 'h.patient is distinct from v.patient',
    'heads.content_hash': 'h.content_hash <> v.content_hash',
    'heads.tokens': 'h.tokens <> v.tokens',
    tokens: `not h.deleted and exists (
      select from unnest(h.tokens) as k (token) where not exists (
        select from tokens as t
        where t.generation = ${generation} and t.type = h.type and t.token = k.token collate "C" and t.id = h.id))`,
  })}
from (
  select * from heads where generation = ${generation} and (type, id) > ($1, $2) order by type, id limit ${rows}
) as h
join generations as g on g.generation = ${generation} and ${standing}
left join lateral (
  select * from versions as v where v.generation = ${generation} and v.type = h.type and v.id = h.id order by v.position desc limit 1
) as v on true
order by h.type, h.id`,

  /** $1 type, $2 token, $3 id. */
  tokens: (generation, { rows }) => `
select array[t.type, t.token, t.id] as key, t.type || '/' || t.id as record, coalesce(h.position, -1)::float8 as position, 0 as bytes,
  ${wrong({
    'tokens.establishment': own('t'),
    tokens: 'h.id is null or h.deleted or not (t.token = any (h.tokens))',
  })}
from (
  select * from tokens where generation = ${generation} and (type, token, id) > ($1, $2, $3) order by type, token, id limit ${rows}
) as t
join generations as g on g.generation = ${generation} and ${standing}
left join lateral (
  select * from heads as h where h.generation = ${generation} and h.type = t.type and h.id = t.id limit 1
) as h on true
order by t.type, t.token, t.id`,

  /** $1 position. The clock never goes back. */
  messages: (generation, { rows }) => `
select array[m.position::text] as key, null as record, m.position::float8 as position, 0 as bytes,
  ${wrong({
    'messages.establishment': own('m'),
    'messages.position': 'm.position > g.position',
    'messages.recorded_at': 'm.recorded_at < before.recorded_at or m.recorded_at > g.clock',
    'messages.outcome': `(m.outcome = 'parked') <> exists (
      select from parked as p where p.generation = ${generation} and p.position = m.position)`,
  })}
from (
  select * from messages where generation = ${generation} and position > $1::bigint order by position limit ${rows}
) as m
join generations as g on g.generation = ${generation} and ${standing}
left join lateral (
  select recorded_at from messages as b where b.generation = ${generation} and b.position < m.position order by b.position desc limit 1
) as before on true
order by m.position`,

  /** $1 position. */
  parked: (generation, { rows }) => `
select array[p.position::text] as key, null as record, p.position::float8 as position, 0 as bytes,
  ${wrong({
    'parked.establishment': own('p'),
    'messages of its event': 'm.position is null',
    'parked.recorded_at': 'p.recorded_at <> m.recorded_at',
    'parked.appended_at': 'p.appended_at > p.recorded_at',
  })}
from (
  select * from parked where generation = ${generation} and position > $1::bigint order by position limit ${rows}
) as p
join generations as g on g.generation = ${generation} and ${standing}
left join lateral (
  select * from messages as m where m.generation = ${generation} and m.position = p.position limit 1
) as m on true
order by p.position`,
};

/** Before the first row of each table. */
export const beginningOf: Readonly<Record<Walked, readonly string[]>> = {
  versions: ['', '', '-1'],
  heads: ['', ''],
  tokens: ['', '', ''],
  messages: ['-1'],
  parked: ['-1'],
};

/** $1 generation. `isLiveElsewhere`: an establishment shows it that is not its own. */
export const selectStanding = `
select g.establishment, g.timeline, g.timeline_number as "timelineNumber",
  exists (select from establishments as e where e.live_generation = g.generation and e.establishment <> g.establishment) as "isLiveElsewhere"
from generations as g where g.generation = $1 and ${standing}`;
