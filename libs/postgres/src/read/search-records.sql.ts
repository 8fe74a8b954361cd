import type { SearchFilter } from '#usecases';
import { afterPrefix } from './after-prefix.js';
import { beginning, level, source, version } from './live.sql.js';
import type { Statement } from './scoped-connections.js';

/**
 * Beyond this a count says no more than "many".
 * @limit Reader | records that a total counts | it says so many, with a warning
 */
const countedMax = 1000;

type TokenCondition = SearchFilter['all'][number];

const prefixesOf = ({ anyOf }: TokenCondition): readonly string[] =>
  anyOf.filter(({ prefix }) => prefix).map(({ from }) => from);
const wholeOf = ({ anyOf }: TokenCondition): readonly string[] =>
  anyOf.filter(({ prefix }) => !prefix).map(({ from }) => from);

/** Of one condition: whole tokens, and prefixes as ranges (first, below). */
const parameters = (condition: TokenCondition): readonly (readonly string[])[] => {
  const prefixes = prefixesOf(condition);
  return [wholeOf(condition), prefixes, prefixes.map(afterPrefix)];
};

/** Rows of the token table that meet the condition whose parameters begin at $n. */
const hits = (n: number): string => `
        select t.id from tokens t
         where t.generation = $2 and t.type = $4 and t.token = any($${n}::text[])
        union all
        select t.id from unnest($${n + 1}::text[], $${n + 2}::text[]) as r (first, below)
          join tokens t on t.generation = $2 and t.type = $4 and t.token >= r.first and t.token < r.below`;

/** Does a record with these tokens meet the condition whose parameters begin at $n? A condition that is null is none. */
const meets = (tokens: string, n: number): string => `
       and ($${n}::text[] is null
            or ${tokens} && $${n}::text[]
            or exists (select from unnest(${tokens}) as k (token), unnest($${n + 1}::text[], $${n + 2}::text[]) as r (first, below)
                        where k.token collate "C" >= r.first and k.token collate "C" < r.below))`;

/**
 * How many records meet each condition, up to a limit: the narrowest then leads the search. $4: type; $5: how many conditions;
 * $6, $7: of which condition (from 1) which whole token; $8, $9, $10: of which condition which prefix, as a range.
 */
export const countHits: Statement = {
  name: 'count-hits',
  isSearch: true,
  text: `${beginning(false)}
select array(
  select (select count(*)::int from (
           select 1 from (
             select t.id from unnest($6::int[], $7::text[]) as w (condition, token)
               join tokens t on t.generation = $2 and t.type = $4 and t.token = w.token
              where w.condition = c.condition
             union all
             select t.id from unnest($8::int[], $9::text[], $10::text[]) as r (condition, first, below)
               join tokens t on t.generation = $2 and t.type = $4 and t.token >= r.first and t.token < r.below
              where r.condition = c.condition
           ) h
           limit ${countedMax}
         ) h)
    from generate_series(1, $5::int) as c (condition)
   order by c.condition
) as counts`,
};

export const countedValues = (type: string, conditions: readonly TokenCondition[]): readonly unknown[] => {
  const numbered = (of: (condition: TokenCondition) => readonly string[]): readonly (readonly [number, string])[] =>
    conditions.flatMap((condition, index) => of(condition).map((token) => [index + 1, token] as const));
  const [whole, prefixes] = [numbered(wholeOf), numbered(prefixesOf)];
  return [
    type,
    conditions.length,
    whole.map(([condition]) => condition),
    whole.map(([, token]) => token),
    prefixes.map(([condition]) => condition),
    prefixes.map(([, prefix]) => prefix),
    prefixes.map(([, prefix]) => afterPrefix(prefix)),
  ];
};

/** The ids to look at, in their order, behind $5. `token`: one token, straight from the key. */
const leads = {
  ids: `select distinct i.id collate "C" as id from unnest($7::text[]) as i (id) where i.id collate "C" > $5`,
  patients: `select h.id from heads h where h.generation = $2 and h.patient = any($8::text[]) and h.type = $4 and h.id > $5`,
  'patients-as-of': `select distinct w.id from versions w
            where w.generation = $2 and w.patient = any($8::text[]) and w.type = $4 and w.id > $5 and w.position <= c.position`,
  token: `select t.id from tokens t where t.generation = $2 and t.type = $4 and t.token = ($11::text[])[1] and t.id > $5`,
  tokens: `select distinct h.id from (${hits(11)}) h where h.id > $5`,
  // Tokens of the past have no index. What has no version behind the cut has the tokens that it had; what has one is looked at.
  'tokens-as-of': `select x.id from (${hits(11)}
        union
        select h.id from heads h where h.generation = $2 and h.type = $4 and h.position > c.position) x where x.id > $5`,
  type: `select h.id from heads h where h.generation = $2 and h.type = $4 and h.id > $5`,
} as const;

type Lead = keyof typeof leads;

/** What makes one statement differ from another: a closed set, whatever is asked. */
interface SearchShape {
  readonly lead: Lead;
  /** Places for conditions. */
  readonly places: number;
  readonly asOf: boolean;
}

/**
 * Places for conditions that a statement may have; a search takes the fewest that are enough, the others stay null. Every statement is
 * prepared on every connection, and keeps its plan there: a statement for each number of conditions was hundreds of megabytes.
 */
const placesOf = [0, 2, 16] as const;

// The limits keep the planner from turning the search around: ids first, in their order, then the record of each.
const newest = `
      select h.type, h.id, h.timeline, h.position, h.recorded_at, h.deleted, h.patient, h.tokens, w.content
        from heads h
       cross join lateral (
         select w.content from versions w
          where w.generation = $2 and w.type = $4 and w.id = h.id and w.position = h.position
          limit 1
       ) w
       where h.generation = $2 and h.type = $4 and h.id = d.id
       limit 1`;

const newestAtCut = `
      select w.* from versions w
       where w.generation = $2 and w.type = $4 and w.id = d.id and w.position <= c.position
       order by w.position desc limit 1`;

/**
 * $4: type; $5: behind this id; $6: records at most; $7: ids or null; $8: patients or null; $9, $10: recorded from (inclusive),
 * before (exclusive) or null; from $11 on: conditions, the leading one first.
 */
const selected = (columns: string, { lead, places, asOf }: SearchShape): string => `
    select ${columns}
      from (select id from (${leads[lead]}) i order by id) d
     cross join lateral (${asOf ? newestAtCut : newest}) v
     where not v.deleted
       and ($7::text[] is null or v.id = any($7::text[]))
       and ($8::text[] is null or v.patient = any($8::text[]))
       and ($9::bigint is null or v.recorded_at >= $9)
       and ($10::bigint is null or v.recorded_at < $10)${Array.from({ length: places }, (_, i) => meets('v.tokens', 11 + 3 * i)).join('')}`;

const searched = (shape: SearchShape): string => `${beginning(shape.asOf)}
select ${level}, l.search_version, ${version}
  from ${source}
  left join lateral (${selected('v.*', shape)}
     order by d.id
     limit $6
  ) v on true
 order by v.id`;

const counted = (shape: SearchShape): string => `${beginning(shape.asOf)}
select ${level}, (select count(*) from (${selected('1', shape)} limit $6) v) as found
  from ${source}`;
const texts = { search: searched, count: counted } as const;
type Asking = keyof typeof texts;

const shapeName = ({ lead, places, asOf }: SearchShape): string => `by-${lead}-${places}${asOf ? '-at-cut' : ''}`;

const leadsNow = ['ids', 'patients', 'token', 'tokens', 'type'] as const;
const leadsAtCut = ['ids', 'patients-as-of', 'tokens-as-of', 'type'] as const;

/** Those that can be asked for: a lead by tokens has a condition, a lead by type has none. */
const shapes: readonly SearchShape[] = [false, true].flatMap((asOf) =>
  (asOf ? leadsAtCut : leadsNow).flatMap((lead) =>
    placesOf
      .filter((places) => (lead === 'type' ? places === 0 : lead.startsWith('token') ? places > 0 : true))
      .map((places) => ({ lead, places, asOf })),
  ),
);

const statementsOf = (asking: Asking): ReadonlyMap<string, Statement> =>
  new Map(
    shapes.map((shape) => [
      shapeName(shape),
      { name: `${asking}-${shapeName(shape)}`, text: texts[asking](shape), isSearch: true },
    ]),
  );

/** Every statement that a search or its count can be. */
const statements = { search: statementsOf('search'), count: statementsOf('count') } as const;

/** Prepared statements that searches can leave on a connection, whatever is asked for: 41. */
export const searchStatements: readonly Statement[] = [
  countHits,
  ...statements.search.values(),
  ...statements.count.values(),
];

/** What leads to few records. `conditions`: the narrowest first. */
const leadOf = ({ ids, patients }: SearchFilter, [first]: readonly TokenCondition[], asOf: boolean): Lead => {
  if (ids) return 'ids';
  if (patients) return asOf ? 'patients-as-of' : 'patients';
  if (!first) return 'type';
  if (asOf) return 'tokens-as-of';
  return first.anyOf.length === 1 && first.anyOf[0]?.prefix === false ? 'token' : 'tokens';
};

export interface Wanted {
  readonly filter: SearchFilter;
  /** The filter's, the narrowest first. */
  readonly conditions: readonly TokenCondition[];
  readonly asOf: boolean;
}

const shapeOf = ({ filter, conditions, asOf }: Wanted): SearchShape => {
  const places = placesOf.find((enough) => conditions.length <= enough);
  if (places === undefined) throw new RangeError(`a search has at most ${placesOf.at(-1)} conditions`);
  return { lead: leadOf(filter, conditions, asOf), places, asOf };
};

export const searchStatement = (asking: Asking, wanted: Wanted): Statement => {
  const statement = statements[asking].get(shapeName(shapeOf(wanted)));
  if (!statement) throw new Error('a search has no statement');
  return statement;
};

export const searchValues = (
  wanted: Wanted,
  page: { readonly limit: number | null; readonly after?: string },
): readonly unknown[] => {
  const { filter, conditions } = wanted;
  const left = shapeOf(wanted).places - conditions.length;
  return [
    filter.type,
    page.after ?? '',
    page.limit,
    filter.ids ?? null,
    filter.patients ?? null,
    filter.lastUpdated?.from ?? null,
    filter.lastUpdated?.before ?? null,
    ...conditions.flatMap(parameters),
    ...Array.from({ length: 3 * left }, () => null),
  ];
};
