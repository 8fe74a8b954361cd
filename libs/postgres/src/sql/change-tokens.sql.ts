/** $1 establishment, $2 types, $3 tokens, $4 ids. */
export const addTokens = (generation: number): string => `
insert into tokens_g${generation} (generation, establishment, type, token, id)
select ${generation}, $1, type, token, id
from unnest($2::text[], $3::text[], $4::text[]) as t (type, token, id)`;

/** $1 types, $2 tokens, $3 ids; found by key first (see `load-fold-state.sql.ts`). */
export const dropTokens = (generation: number): string => `
delete from tokens_g${generation} where ctid = any (array(
  select t.ctid
  from unnest($1::text[], $2::text[], $3::text[]) as gone (type, token, id),
  lateral (
    select t.ctid from tokens_g${generation} as t
    where t.type = gone.type and t.token = gone.token and t.id = gone.id offset 0
  ) as t
))`;
