/** $1 establishment, then an array for each of `headColumns`; a record at most once. */
export const upsertHeads = (generation: number): string => `
insert into heads_g${generation}
  (generation, establishment, type, id, timeline, position, recorded_at, deleted, patient, tokens, content_hash)
select ${generation}, $1, type, id, timeline, position, recorded_at, deleted, patient, tokens::text[], content_hash
from unnest($2::text[], $3::text[], $4::int[], $5::bigint[], $6::bigint[], $7::bool[], $8::text[], $9::text[], $10::bytea[])
  as h (type, id, timeline, position, recorded_at, deleted, patient, tokens, content_hash)
on conflict (type, id, generation) do update set
  timeline = excluded.timeline,
  position = excluded.position,
  recorded_at = excluded.recorded_at,
  deleted = excluded.deleted,
  patient = excluded.patient,
  tokens = excluded.tokens,
  content_hash = excluded.content_hash`;
