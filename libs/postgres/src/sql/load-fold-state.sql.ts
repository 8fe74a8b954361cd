/** $1 types, $2 ids. Positions as float8: exact up to 2^53, and a number in Node. */
export const loadHeads = (generation: number): string => `
select h.type || '/' || h.id, h.timeline, h.position::float8, h.deleted, h.content_hash, h.patient, to_jsonb(h.tokens)::text
from unnest($1::text[], $2::text[]) as k (type, id)
join heads_g${generation} as h on h.type = k.type and h.id = k.id and h.generation = ${generation}`;

/** Contents of the newest versions: $1 types, $2 ids. */
export const loadContents = (generation: number): string => `
select h.type || '/' || h.id, v.content
from unnest($1::text[], $2::text[]) as k (type, id)
join heads_g${generation} as h on h.type = k.type and h.id = k.id and h.generation = ${generation}
join versions_g${generation} as v
  on v.type = h.type and v.id = h.id and v.position = h.position and v.generation = ${generation}
where not h.deleted`;

/** $1 keys. */
export const loadSubjects = (generation: number): string => `
select s.key, s.state
from unnest($1::text[]) as k (key)
join subjects_g${generation} as s on s.key = k.key and s.generation = ${generation}`;

/** Earlier messages that count for the duplicates window: $1 keys. A duplicate is no first sending. */
export const loadMessages = (generation: number): string => `
select encode(m.message_key, 'hex'), m.received_hash, m.recorded_at::float8
from unnest($1::bytea[]) as k (key)
join messages_g${generation} as m on m.message_key = k.key
where m.outcome <> 'duplicate'
order by m.position`;

/** What waits, in the order of the log. */
export const loadParked = (generation: number): string => `
select position::float8, recorded_at::float8, appended_at::float8, to_jsonb(waiting)::text, reason, value
from parked_g${generation}
order by position`;
