import { Instant } from '#domain';
import { offsetOfWall } from './zone-offset.js';

/** An HL7 TS/DTM (v2.5, section 2.A.77) in FHIR's form, with the precision that was sent. */
export interface Hl7Time {
  /** FHIR date (`2026`, `2026-03`, `2026-03-29`) or dateTime with offset. */
  readonly text: string;
  readonly precision: 'year' | 'month' | 'day' | 'time';
  /** From the precision of a day on; a day begins at its midnight. */
  readonly instant?: Instant;
  /** The local time occurs twice (the first is meant) or not at all. */
  readonly doubt?: 'ambiguous' | 'skipped';
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
  if (year < 1000) return undefined;
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

/** A date without time, as births have: whatever time follows is left out. `undefined`: no such date. */
export const readDate = (raw: string): string | undefined => {
  const end = bodyEnd(raw);
  return end === 4 || end === 6 || end >= 8 ? dateIn(raw, Math.min(end, 8))?.text : undefined;
};

const offsetIn = (raw: string, at: number): number | undefined => {
  const hours = digits(raw, at + 1, 2);
  const minutes = digits(raw, at + 3, 2);
  if (raw.length !== at + 5 || hours < 0 || minutes < 0 || minutes > 59 || hours * 60 + minutes > 840) return undefined;
  return (raw.charAt(at) === '-' ? -1 : 1) * (hours * 60 + minutes);
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

const readNew = (raw: string, timeZone: string): Hl7Time | undefined => {
  const end = bodyEnd(raw);
  if (end !== 4 && end !== 6 && end < 8) return undefined;
  const date = dateIn(raw, Math.min(end, 8));
  if (date === undefined) return undefined;
  const given = end < raw.length ? offsetIn(raw, end) : undefined;
  if (end < raw.length && given === undefined) return undefined;
  const clock = end > 8 ? clockIn(raw, end) : undefined;
  if (end > 8 && clock === undefined) return undefined;
  if (!date.day)
    return clock && clock.ms > 0
      ? undefined
      : { text: date.text, precision: date.text.length === 4 ? 'year' : 'month' };
  const wall = Date.UTC(digits(raw, 0, 4), digits(raw, 4, 2) - 1, digits(raw, 6, 2)) + (clock?.ms ?? 0);
  const zone = given === undefined ? offsetOfWall(timeZone, wall) : { minutes: given };
  const instant = Instant.of(wall - zone.minutes * 60_000);
  if (clock === undefined) return { text: date.text, precision: 'day', instant };
  const text = `${date.text}${clock.text}${offsetText(zone.minutes)}`;
  return { text, precision: 'time', instant, ...('doubt' in zone && { doubt: zone.doubt }) };
};

/** One message says the same moment several times, and its neighbours say it too. */
const recent = new Map<string, Hl7Time | undefined>();
const recentMax = 500;

/** `undefined`: no such time. Without an offset it is read in the establishment's zone. */
export const readTime = (raw: string, timeZone: string): Hl7Time | undefined => {
  const words = raw + timeZone;
  const known = recent.get(words);
  if (known !== undefined) return known;
  const time = readNew(raw, timeZone);
  if (recent.size >= recentMax) recent.clear();
  if (raw.length < 40) recent.set(words, time);
  return time;
};
