import type pg from 'pg';
import { type Finess, RecordKey, type Timeline, timelineAt, Position } from '#domain';
import type { Difference } from '#usecases';
import type { SearchRule } from '../rows/search-rule.js';
import { beginningOf, type PageBounds, pageOf, selectStanding, type Walked, walked } from './rows-that-differ.sql.js';

/** Everything of the tables before `table`, and of it all up to this key, was looked at. */
export interface Place {
  readonly table: Walked;
  readonly key: readonly string[];
}

export const firstPlace: Place = { table: walked[0], key: beginningOf[walked[0]] };

export interface CheckedPage {
  readonly rows: number;
  readonly bytes: number;
  /** Undefined: all was looked at. */
  readonly next: Place | undefined;
  readonly found?: Difference;
}

/** What is the same for all rows of a generation. */
export interface StandingGeneration {
  readonly generation: number;
  readonly establishment: Finess;
  readonly timeline: Timeline;
  readonly timelineNumber: number;
  readonly isLiveElsewhere: boolean;
}

interface PageRow {
  readonly key: readonly string[];
  readonly record: string | null;
  readonly position: number;
  readonly bytes: number;
  readonly wrong: readonly string[];
}

interface VersionRow extends PageRow {
  readonly timeline: number;
  readonly deleted: boolean;
  readonly tokens: readonly string[];
  readonly content: Uint8Array;
  readonly searchVersion: number;
  /** The rule that rows are being computed anew for; the same where none are. */
  readonly reindexedTo: number;
}

/** Undefined where it does not stand, or is being dropped. */
export const standingGeneration = async (
  client: pg.ClientBase,
  generation: number,
): Promise<StandingGeneration | undefined> => {
  const { rows } = await client.query<Omit<StandingGeneration, 'generation'>>(selectStanding, [generation]);
  return rows[0] && { generation, ...rows[0] };
};

/** The next page of a generation; its first row that does not fit what stands beside it. */
export const checkPage = async (
  client: pg.ClientBase,
  of: StandingGeneration,
  { table, key }: Place,
  rule: SearchRule,
  most: PageBounds,
): Promise<CheckedPage> => {
  const { rows } = await client.query<PageRow>(pageOf[table](of.generation, most), [...key]);
  const found = wrongInStanding(of) ?? firstOf(rows, table, of, rule);
  const last = rows.at(-1);
  return {
    rows: rows.length,
    bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0),
    next: last ? { table, key: last.key } : nextTable(table),
    ...(found && { found }),
  };
};

const wrongInStanding = ({ timeline, timelineNumber, isLiveElsewhere }: StandingGeneration): Difference | undefined => {
  if (isLiveElsewhere) return { record: 'generation', what: 'establishments.live_generation' };
  return timeline.number === timelineNumber ? undefined : { record: 'generation', what: 'generations.timeline' };
};

const nextTable = (table: Walked): Place | undefined => {
  const next = walked[walked.indexOf(table) + 1];
  return next && { table: next, key: beginningOf[next] };
};

const firstOf = (
  rows: readonly PageRow[],
  table: Walked,
  of: StandingGeneration,
  rule: SearchRule,
): Difference | undefined => {
  for (const row of rows) {
    const what = row.wrong[0] ?? (table === 'versions' ? wrongInContent(row as VersionRow, of, rule) : undefined);
    if (what !== undefined)
      return { record: row.record ?? `event ${row.position}`, what: row.record ? `${what} at ${row.position}` : what };
  }
  return undefined;
};

/** What only who knows the fold and the search rule can tell. */
const wrongInContent = (row: VersionRow, { timeline }: StandingGeneration, rule: SearchRule): string | undefined => {
  if (row.timeline !== timelineAt(timeline, Position.of(row.position))) return 'versions.timeline';
  try {
    return areTokensRight(row, rule) ? undefined : 'versions.tokens';
  } catch {
    // Whatever reads it chokes on it: it was never written so.
    return 'versions.content';
  }
};

/** Rows of a type that is being computed anew have the tokens of either rule; those of a newer rule than this process has are not its to judge. */
const areTokensRight = (row: VersionRow, rule: SearchRule): boolean => {
  const { key, deleted, tokens, content, searchVersion, reindexedTo } = row;
  if (deleted) return tokens.length === 0;
  const [type = '', id = ''] = key;
  if (Math.max(searchVersion, reindexedTo) > rule.version || rule.changedSince(searchVersion).includes(type))
    return true;
  const expected = new Set(rule.tokensOf(RecordKey.of(type, id), content));
  return expected.size === tokens.length && tokens.every((token) => expected.has(token));
};
