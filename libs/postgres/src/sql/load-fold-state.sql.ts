/*
 * Rows by key: `offset 0` keeps the planner from turning a lookup round, which it would while it takes a table for small, or a
 * key for one that many rows share.
 */

/** $1 types, $2 ids. Positions as float8: exact up to 2^53, and a number in Node. */
export const loadHeads = (generation: number): string => `
select h.type || '/' || h.id, h.timeline, h.position::float8, h.deleted, h.content_hash, h.patient
from unnest($1::text[], $2::text[]) as k (type, id),
lateral (select * from heads_g${generation} as h where h.type = k.type and h.id = k.id offset 0) as h`;

/** Contents of the newest versions: $1 types, $2 ids. */
export const loadContents = (generation: number): string => `
select h.type || '/' || h.id, v.content
from unnest($1::text[], $2::text[]) as k (type, id),
lateral (select * from heads_g${generation} as h where h.type = k.type and h.id = k.id and not h.deleted offset 0) as h,
lateral (
  select v.content from versions_g${generation} as v
  where v.type = h.type and v.id = h.id and v.position = h.position offset 0
) as v`;

/** The same without the contents: of what lies packed apart from its row the length is known without reading it. */
export const loadContentBytes = (generation: number): string => `
select h.type || '/' || h.id, octet_length(v.content)
from unnest($1::text[], $2::text[]) as k (type, id),
lateral (select * from heads_g${generation} as h where h.type = k.type and h.id = k.id and not h.deleted offset 0) as h,
lateral (
  select v.content from versions_g${generation} as v
  where v.type = h.type and v.id = h.id and v.position = h.position offset 0
) as v`;

/** $1 keys. */
export const loadSubjects = (generation: number): string => `
select s.key, s.state
from unnest($1::text[]) as k (key), lateral (select * from subjects_g${generation} as s where s.key = k.key offset 0) as s`;

/** Earlier messages that count for the duplicates window: $1 keys, $2 its beginnings. A duplicate is no first sending. */
export const loadMessages = (generation: number): string => `
select encode(m.message_key, 'hex'), m.received_hash, m.recorded_at::float8
from unnest($1::bytea[], $2::bigint[]) as k (key, since),
lateral (
  select * from messages_g${generation} as m
  where m.message_key = k.key and m.recorded_at >= k.since and m.outcome <> 'duplicate' offset 0
) as m`;

/** What waits, in the order of the log. */
export const loadParked = (generation: number): string => `
select position::float8, recorded_at::float8, appended_at::float8, to_jsonb(waiting)::text, reason, value
from parked_g${generation}
order by position`;
