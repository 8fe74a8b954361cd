/** $1 establishment, $2 types, $3 tokens, $4 ids. */
export const addTokens = (generation: number): string => `
insert into tokens_g${generation} (generation, establishment, type, token, id)
select ${generation}, $1, type, token, id
from unnest($2::text[], $3::text[], $4::text[]) as t (type, token, id)`;

/** $1 types, $2 tokens, $3 ids. */
export const dropTokens = (generation: number): string => `
delete from tokens_g${generation} as t
using unnest($1::text[], $2::text[], $3::text[]) as gone (type, token, id)
where t.type = gone.type and t.token = gone.token and t.id = gone.id and t.generation = ${generation}`;
