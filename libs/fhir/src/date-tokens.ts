import { Failure } from '#domain';
import type { TokenMatch } from './search-request.js';

/** The comparisons of FHIR R4, section 3.1.1.4.6, that Reprise knows; `ne`, `sa`, `eb`, `ap` are refused by name. */
export const dateComparisons = ['eq', 'ge', 'gt', 'le', 'lt'] as const;
export type DateComparison = (typeof dateComparisons)[number];

export const comparisonOf = (
  name: string,
  value: string,
): { readonly comparison: DateComparison; readonly rest: string } => {
  const prefix = /^[a-z]{2}/.exec(value)?.[0];
  if (prefix === undefined) return { comparison: 'eq', rest: value };
  const comparison = dateComparisons.find((known) => known === prefix);
  if (!comparison)
    throw new Failure(
      'input.not-supported',
      `the comparison "${prefix}" of the search parameter ${name} is not supported`,
      `use ${dateComparisons.join(', ')}`,
    );
  return { comparison, rest: value.slice(2) };
};

/** A year, a month or a day as its first day and the first day after it, both `YYYY-MM-DD`. 9999 has no year after it of four digits. */
const period = (value: string): { readonly start: string; readonly end: string } | undefined => {
  const match = /^([1-9]\d{3})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(value);
  if (!match || match[1] === '9999') return undefined;
  const [, year, month, day] = match;
  const start = Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1));
  const end = Date.UTC(
    Number(year) + (month === undefined ? 1 : 0),
    Number(month ?? 1) - 1 + (month !== undefined && day === undefined ? 1 : 0),
    Number(day ?? 1) + (day === undefined ? 0 : 1),
  );
  const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  // 2026-02-30 would become another day.
  return iso(start).startsWith(value) ? { start: iso(start), end: iso(end) } : undefined;
};

const two = (n: number): string => String(n).padStart(2, '0');

/** Years after or before `year` as the fewest prefixes: after 1987 are 1988, 1989, 199, 2, 3… */
const otherYears = (year: string, side: 'after' | 'before'): readonly string[] =>
  Array.from(year).flatMap((digit, place) =>
    Array.from('0123456789')
      .filter((other) => (side === 'after' ? other > digit : other < digit) && !(place === 0 && other === '0'))
      .map((other) => year.slice(0, place) + other),
  );

/**
 * Which written dates (years, months, days) reach into the days from `day` on, or into those before it: as token lookups, because a range
 * over dates of three precisions is none over their letters.
 */
const reaching = (kind: string, day: string, side: 'after' | 'before'): readonly TokenMatch[] => {
  const [year = '', month = '', date = ''] = day.split('-');
  const prefix = (value: string): TokenMatch => ({ from: `${kind}|${value}`, prefix: true });
  const exact = (value: string): TokenMatch => ({ from: `${kind}|${value}`, prefix: false });
  const after = side === 'after';
  const months = Array.from({ length: 12 }, (_, i) => two(i + 1)).filter((m) => (after ? m > month : m < month));
  const days = Array.from({ length: 31 }, (_, i) => two(i + 1)).filter((d) => (after ? d >= date : d < date));
  return [
    ...otherYears(year, side).map(prefix),
    ...months.map((m) => prefix(`${year}-${m}`)),
    ...days.map((d) => exact(`${year}-${month}-${d}`)),
    // The year and the month themselves, where they hold a day of that side.
    ...(after || day > `${year}-01-01` ? [exact(year)] : []),
    ...(after || day > `${year}-${month}-01` ? [exact(`${year}-${month}`)] : []),
  ];
};

/** `ge1980-03` as lookups of `kind|date` tokens; undefined where it is no date. FHIR R4, section 3.1.1.4.6. */
export const dateMatches = (kind: string, value: string): readonly TokenMatch[] | undefined => {
  const { comparison, rest } = comparisonOf(kind, value);
  const span = period(rest);
  if (!span) return undefined;
  switch (comparison) {
    case 'eq':
      return [{ from: `${kind}|${rest}`, prefix: rest.length < 10 }];
    case 'ge':
      return reaching(kind, span.start, 'after');
    case 'gt':
      return reaching(kind, span.end, 'after');
    case 'le':
      return reaching(kind, span.end, 'before');
    case 'lt':
      return reaching(kind, span.start, 'before');
  }
};
