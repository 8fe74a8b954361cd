/** $1 establishment, then an array for each of `subjectColumns`; a subject at most once. */
export const upsertSubjects = (generation: number): string => `
insert into subjects_g${generation} (generation, establishment, key, state)
select ${generation}, $1, key, state
from unnest($2::text[], $3::bytea[]) as s (key, state)
on conflict (key, generation) do update set state = excluded.state`;
