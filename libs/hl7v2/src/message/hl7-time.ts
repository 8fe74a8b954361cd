import { Instant } from '#domain';
import { offsetOfWall } from './zone-offset.js';

/** Where a time without an offset is read: an IANA zone, or minutes east of Greenwich. */
export type TimeZone = string | number;

/** An HL7 TS/DTM (v2.5, section 2.A.77) in FHIR's form, with the precision that was sent. */
export interface Hl7Time {
  /** FHIR date (`2026`, `2026-03`, `2026-03-29`) or dateTime with offset. */
  readonly text: string;
  readonly precision: 'year' | 'month' | 'day' | 'time';
  /** From the precision of a day on; a day begins at its midnight. */
  readonly instant?: Instant;
  /** The local time occurs twice (the first is meant) or not at all. */
  readonly doubt?: 'ambiguous' | 'skipped';
  /** The offset that stood there, minutes east of Greenwich. */
  readonly offset?: number;
  /** Written as ISO 8601 has it, or with such an offset (`+01:00`, `Z`). */
  readonly isOtherForm?: true;
}

export interface Hl7Date {
  /** FHIR date. */
  readonly text: string;
  /** A time of day other than midnight stood behind it. */
  readonly isCut: boolean;
  readonly isOtherForm: boolean;
}

/** The number that `count` digits make; -1 where one is no digit. */
const digits = (raw: string, at: number, count: number): number => {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const digit = raw.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
};

const daysIn = (year: number, month: number): number =>
  month === 2
    ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
      ? 29
      : 28
    : month === 4 || month === 6 || month === 9 || month === 11
      ? 30
      : 31;

/** FHIR date of the first eight digits; zeros in the place of month or day are padding. */
const dateIn = (raw: string, length: number): { readonly text: string; readonly day: boolean } | undefined => {
  const year = digits(raw, 0, 4);
  // `700101` is no year 7001.
  if (year < 1000 || year > 2999) return undefined;
  const yearText = raw.slice(0, 4);
  if (length === 4) return { text: yearText, day: false };
  const month = digits(raw, 4, 2);
  const day = length === 6 ? 0 : digits(raw, 6, 2);
  if (month < 0 || month > 12 || day < 0) return undefined;
  if (month === 0) return day === 0 ? { text: yearText, day: false } : undefined;
  const monthText = `${yearText}-${raw.slice(4, 6)}`;
  if (day === 0) return { text: monthText, day: false };
  return day <= daysIn(year, month) ? { text: `${monthText}-${raw.slice(6, 8)}`, day: true } : undefined;
};

/** Where the local part ends and the offset begins. */
const bodyEnd = (raw: string): number => {
  const plus = raw.indexOf('+');
  const sign = plus < 0 ? raw.indexOf('-') : plus;
  return sign < 0 ? raw.length : sign;
};

const offsetIn = (raw: string, at: number): number | undefined => {
  const hours = digits(raw, at + 1, 2);
  const minutes = digits(raw, at + 3, 2);
  if (raw.length !== at + 5 || hours < 0 || minutes < 0 || minutes > 59 || hours * 60 + minutes > 840) return undefined;
  const all = hours * 60 + minutes;
  return raw.charAt(at) === '-' ? 0 - all : all;
};

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

const offsetText = (minutes: number): string => {
  const positive = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.trunc(positive / 60))}:${two(positive % 60)}`;
};

/** `HH`, `HHMM`, `HHMMSS` or `HHMMSS.S…` from the ninth character on. */
const clockIn = (raw: string, end: number): { readonly text: string; readonly ms: number } | undefined => {
  const point = raw.indexOf('.');
  const until = point < 0 ? end : point;
  if (until !== 10 && until !== 12 && until !== 14) return undefined;
  const hour = digits(raw, 8, 2);
  const minute = until > 10 ? digits(raw, 10, 2) : 0;
  const second = until > 12 ? digits(raw, 12, 2) : 0;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return undefined;
  const fraction = point < 0 ? '' : raw.slice(point + 1, end);
  if (
    point >= 0 &&
    (until !== 14 || fraction.length < 1 || fraction.length > 9 || digits(fraction, 0, fraction.length) < 0)
  )
    return undefined;
  const ms =
    ((hour * 60 + minute) * 60 + second) * 1000 + (fraction === '' ? 0 : Math.trunc(Number(`0.${fraction}`) * 1000));
  return { text: `T${two(hour)}:${two(minute)}:${two(second)}${fraction === '' ? '' : `.${fraction}`}`, ms };
};

/** What stands in a time, all of it. */
interface Parts {
  /** FHIR date. */
  readonly date: string;
  readonly hasDay: boolean;
  /** Milliseconds since 1970, as if the local time were UTC. */
  readonly wall: number;
  readonly clock?: { readonly text: string; readonly ms: number };
  readonly offset?: number;
  readonly isOtherForm?: true;
}

/** `YYYY[MM[DD[HH[MM[SS[.S…]]]]]][+/-ZZZZ]`; `undefined` where anything else stands in it, or no such time exists. */
const partsOf = (raw: string): Parts | undefined => {
  const end = bodyEnd(raw);
  if (end !== 4 && end !== 6 && end < 8) return undefined;
  const date = dateIn(raw, Math.min(end, 8));
  if (date === undefined) return undefined;
  const offset = end < raw.length ? offsetIn(raw, end) : undefined;
  // Behind a year or a month four more digits are a date of an unknown form rather than an offset (`1969-1231`).
  if (end < raw.length && (offset === undefined || end < 8)) return undefined;
  const clock = end > 8 ? clockIn(raw, end) : undefined;
  if (end > 8 && clock === undefined) return undefined;
  if (!date.day) return clock && clock.ms > 0 ? undefined : { date: date.text, hasDay: false, wall: 0 };
  const wall = Date.UTC(digits(raw, 0, 4), digits(raw, 4, 2) - 1, digits(raw, 6, 2)) + (clock?.ms ?? 0);
  return {
    date: date.text,
    hasDay: true,
    wall,
    ...(clock !== undefined && { clock }),
    ...(offset !== undefined && { offset }),
  };
};

const isoForm = /^(\d{4})-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?)?$/;
const isoOffset = /^(\d{8,14}(?:\.\d{1,9})?)(Z|[+-]\d\d:\d\d)$/;

const offsetWords = (iso: string): string => (iso === 'Z' ? '+0000' : iso.replace(':', ''));

/** ISO 8601 (`1969-12-31`, `1969-12-31T10:15:00+01:00`, with a blank for T) and its offsets behind digits, as HL7 writes them. */
const inHl7Form = (raw: string): string | undefined => {
  const [iso, ...parts] = isoForm.exec(raw) ?? [];
  if (iso !== undefined) return parts.slice(0, -1).join('') + offsetWords(parts.at(-1) ?? '');
  const [, body, offset] = isoOffset.exec(raw) ?? [];
  return body !== undefined && offset !== undefined ? body + offsetWords(offset) : undefined;
};

const parse = (raw: string): Parts | undefined => {
  const parts = partsOf(raw);
  if (parts !== undefined) return parts;
  const written = inHl7Form(raw);
  const other = written === undefined ? undefined : partsOf(written);
  return other && { ...other, isOtherForm: true };
};

/** A date without time, as births have. `undefined`: no such date, or something else stands behind it. */
export const readDate = (raw: string): Hl7Date | undefined => {
  const parts = parse(raw);
  return parts && { text: parts.date, isCut: (parts.clock?.ms ?? 0) > 0, isOtherForm: parts.isOtherForm ?? false };
};

const readNew = (raw: string, timeZone: TimeZone): Hl7Time | undefined => {
  const parts = parse(raw);
  if (parts === undefined) return undefined;
  const { date, hasDay, wall, clock, offset } = parts;
  const form = parts.isOtherForm ? ({ isOtherForm: true } as const) : undefined;
  if (!hasDay) return { text: date, precision: date.length === 4 ? 'year' : 'month', ...form };
  const fixed = offset ?? (typeof timeZone === 'number' ? timeZone : undefined);
  const zone = fixed === undefined ? offsetOfWall(String(timeZone), wall) : { minutes: fixed };
  const instant = Instant.of(wall - zone.minutes * 60_000);
  const told = { instant, ...(offset !== undefined && { offset }), ...form };
  if (clock === undefined) return { text: date, precision: 'day', ...told };
  const text = `${date}${clock.text}${offsetText(zone.minutes)}`;
  return { text, precision: 'time', ...told, ...('doubt' in zone && { doubt: zone.doubt }) };
};

/** One message says the same moment several times, and its neighbours say it too. */
const recent = new Map<string, Hl7Time | undefined>();
/** @limit Inside | times that are remembered as read | the memory begins anew */
const recentMax = 500;

/** `undefined`: no such time, or something else stands behind it. Without an offset it is read in that zone. */
export const readTime = (raw: string, timeZone: TimeZone): Hl7Time | undefined => {
  const words = `${raw} ${timeZone}`;
  const known = recent.get(words);
  if (known !== undefined) return known;
  const time = readNew(raw, timeZone);
  if (recent.size >= recentMax) recent.clear();
  if (raw.length < 40) recent.set(words, time);
  return time;
};
