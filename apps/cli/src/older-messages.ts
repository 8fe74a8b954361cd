import { printable } from './output/table.js';
import { CliFailure } from './session/cli-failure.js';
import { type Json, listAt, textAt } from './session/json.js';
import type { Session } from './session/session.js';

const minuteMs = 60_000;
const pieceMs: Readonly<Record<string, number>> = {
  minute: minuteMs,
  'ten-minutes': 10 * minuteMs,
  hour: 60 * minuteMs,
  day: 24 * 60 * minuteMs,
};

/** What control gives on one page, unless it is asked for more, and at most. */
const [pageOf, pageMost] = [50, 1000];

/** A count that takes longer is not worth the wait, ms. */
const withinMs = 2_900;

const quoted = (value: string): string => (/^[\w./:-]+$/.test(value) ? value : `"${value}"`);

/** The oldest that is shown; of what was refused there is no other time than the gateway's. */
const oldestShown = (answer: Json): string =>
  listAt(answer, 'items')
    .map((item) => textAt(item, 'recordedAt') || textAt(item, 'receivedAt'))
    .toSorted()[0] ?? '';

interface First {
  readonly count: number;
  readonly since: number;
  readonly until: number;
}

/** The first piece of a summary in which anything came. The charts of all types end with the interval. */
const firstIn = (summary: Json): First | undefined => {
  const ms = pieceMs[textAt(summary, 'piece')] ?? minuteMs;
  const charts = listAt(summary, 'series').map((one) => listAt(one, 'counts').map(Number));
  const end = Date.parse(textAt(summary, 'until'));
  const sums = Array.from({ length: Math.max(0, ...charts.map(({ length }) => length)) }, (_, at) =>
    charts.reduce((sum, counts) => sum + (counts[at] ?? 0), 0),
  );
  const at = sums.findIndex((count) => count > 0);
  if (at < 0) return undefined;
  const last = Math.floor((end - 1) / ms) * ms;
  const since = last - (sums.length - 1 - at) * ms;
  const from = Math.max(since, Date.parse(textAt(summary, 'since')));
  return { count: sums[at] ?? 0, since: from, until: Math.min(since + ms, end) };
};

const iso = (at: number): string => new Date(at).toISOString();

/** Newest first hides what came first behind pages: how many older ones there are, and what shows the first of them. */
export const tellOlder = async (
  { apiOfSenders, output, say, suggest }: Session,
  scope: Readonly<Record<string, string | undefined>>,
  answer: Json,
): Promise<void> => {
  const until = oldestShown(answer);
  if (output !== 'table' || until === '') return;
  try {
    const summary = await apiOfSenders.get('/messages/summary', { ...scope, until }, withinMs);
    const first = firstIn(summary);
    if (!first) return;
    const count = listAt(summary, 'series').reduce<number>((sum, one) => sum + Number(textAt(one, 'messages')), 0);
    const limit = first.count > pageOf ? Math.min(first.count, pageMost) : undefined;
    const wanted = { ...scope, since: iso(first.since), until: iso(first.until), limit };
    const flags = Object.entries(wanted).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name} ${quoted(String(value))}`],
    );
    const since = textAt(summary, 'since');
    suggest(printable(say('next.older', { count, since, command: `reprise messages ${flags.join(' ')}` })));
  } catch (error) {
    // The page is shown; where nobody counts the others in time, nothing is said of them.
    if (!(error instanceof CliFailure)) throw error;
  }
};
