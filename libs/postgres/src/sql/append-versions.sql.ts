/** $1 establishment, then an array for each of `versionColumns`. */
export const appendVersions = (generation: number): string => `
insert into versions_g${generation}
  (generation, establishment, type, id, timeline, position, recorded_at, deleted, patient, tokens, content_hash, content)
select ${generation}, $1, type, id, timeline, position, recorded_at, deleted, patient, tokens::text[], content_hash, content
from unnest($2::text[], $3::text[], $4::int[], $5::bigint[], $6::bigint[], $7::bool[], $8::text[], $9::text[], $10::bytea[],
            $11::bytea[])
  as v (type, id, timeline, position, recorded_at, deleted, patient, tokens, content_hash, content)`;
