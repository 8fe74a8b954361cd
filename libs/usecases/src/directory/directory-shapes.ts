import {
  clocks,
  type Establishment,
  type Exclusions,
  type Finess,
  type Hl7Settings,
  Instant,
  type Membership,
  numberKinds,
  originalTimeline,
  Position,
  type Sender,
  type Timeline,
} from '#domain';
import { isZone, silencePattern } from '../operate/senders/profile-fields.js';
import type { Certificate, IncarnationEvidence, OpenedIncarnation, RestoreTarget } from './directory-event.js';
import {
  amount,
  closed,
  count,
  exactly,
  finess,
  instant,
  list,
  mapOf,
  name,
  NotWhole,
  open,
  optional,
  position,
  type Shape,
  text,
  textLike,
} from './shapes.js';

/**
 * Parents of a timeline one within the other: each restore that is promoted on top of another adds one. Deeper is refused.
 * @limit Directory | parents of a timeline | the entry is refused
 */
export const timelineParentsMax = 1000;

const checked =
  (holds: (value: string) => boolean, expected: string): Shape<string> =>
  (value, place) => {
    const given = text(value, place);
    if (holds(given)) return given;
    throw new NotWhole(place, expected);
  };

const isTime = (value: string): boolean => {
  try {
    return Instant.parse(value) !== undefined;
  } catch {
    return false;
  }
};

/** Territory files may give days: what `Date` reads is taken. */
const dayOrTime = checked((value) => !Number.isNaN(Date.parse(value)), 'a day or a time is expected');
/** Never checked when it was declared, and only compared with: what is no FINESS number is none of a message's. */
const site: Shape<Finess> = (value, place) => text(value, place) as Finess;

const zone = checked(isZone, 'a time zone that is known is expected');
const time = checked(isTime, 'a time in RFC 3339 with a zone is expected');
/** A position as certificates write it. */
const decimal = textLike(/^(?:-1|0|[1-9]\d{0,14})$/, 'a position in decimal is expected');
const sha256 = textLike(/^[0-9a-f]{64}$/, '64 hexadecimal digits are expected');

export const establishment: Shape<Establishment> = open<Establishment>({
  finess,
  name: text,
  sites: list(site),
  timeZone: zone,
});

export const membership: Shape<Membership> = open<Membership>({
  territory: name,
  establishment: finess,
  role: exactly('support', 'party', 'associate', 'partner'),
  from: dayOrTime,
  to: optional(dayOrTime),
});

const hl7: Shape<Hl7Settings> = open<Hl7Settings>({
  patientDomain: optional(text),
  authorities: optional(
    list(open<{ readonly namespace: string; readonly oid: string }>({ namespace: text, oid: text })),
  ),
  numberDomains: optional(mapOf(exactly(...numberKinds), text)),
  visitNumber: optional(exactly('PV1-19', 'PID-18', 'PV1-50')),
  movementNumber: optional(exactly('authority', 'visit')),
  charset: optional(exactly('utf-8', 'iso-8859-1', 'iso-8859-15', 'windows-1252', 'us-ascii')),
  timeZone: optional(zone),
  strictness: optional(exactly('tolerant', 'strict')),
  loinc: optional(
    mapOf(name, open<{ readonly code: string; readonly display?: string }>({ code: text, display: optional(text) })),
  ),
});

const incarnationNumber: Shape<number> = (value, place) => {
  const number = count(value, place);
  if (number > 0) return number;
  throw new NotWhole(place, 'a whole number from 1 on is expected');
};

export const sender: Shape<Sender> = open<Sender>({
  name,
  finess,
  language: exactly('fr', 'en'),
  foreignFiness: exactly('warn', 'refuse'),
  testIdentities: exactly('warn', 'refuse'),
  productionIdentities: exactly('accept', 'warn', 'refuse'),
  acknowledgement: exactly('as-asked', 'standard'),
  silentAfter: optional(textLike(silencePattern, 'a number and s, m, h or d are expected')),
  incarnation: incarnationNumber,
  hl7: optional(hl7),
});

type Restarted = Extract<IncarnationEvidence, { code: 'numbering-restarted' }>;
type Reused = Extract<IncarnationEvidence, { code: 'ids-reused' }>;
const restarted = open<Restarted>({
  code: exactly('numbering-restarted'),
  highest: amount,
  begins: amount,
  since: time,
});
const reused = open<Reused>({ code: exactly('ids-reused'), messages: amount, since: time });
const evidence: Shape<IncarnationEvidence> = (value, place) =>
  typeof value === 'object' && value !== null && 'code' in value && value.code === 'ids-reused'
    ? reused(value, place)
    : restarted(value, place);

export const openedIncarnation: Shape<OpenedIncarnation> = open<OpenedIncarnation>({
  number: incarnationNumber,
  reason: text,
  evidence: list(evidence),
});

const interval: Shape<readonly [Instant, Instant]> = (value, place) => {
  const [from, to, ...more] = list(instant)(value, place);
  if (from !== undefined && to !== undefined && more.length === 0) return [from, to];
  throw new NotWhole(place, 'two times are expected');
};

const exclusions: Shape<Exclusions> = closed<Exclusions>({
  senders: list(text),
  types: list(text),
  between: list(interval),
  after: optional(instant),
  clock: exactly(...clocks),
});

const notFirst: Shape<number> = (value, place) => {
  const number = count(value, place);
  if (number > 1) return number;
  throw new NotWhole(place, 'a number from 2 on is expected');
};

const resumeAt: Shape<Position | 'not-promoted'> = (value, place) =>
  value === 'not-promoted' ? value : position(value, place);

type Branched = Exclude<Timeline, { number: 1 }>;

/** Timeline 1 has nothing but its number. */
export const timeline: Shape<Timeline> = (value, place) => timelineIn(value, place, 0);

const timelineIn = (value: unknown, place: string, depth: number): Timeline => {
  if (depth > timelineParentsMax) throw new NotWhole(place, `at most ${timelineParentsMax} parents are expected`);
  if (typeof value === 'object' && value !== null && 'number' in value && value.number === 1)
    return closed<{ readonly number: 1 }>({ number: exactly(1) })(value, place) && originalTimeline;
  return closed<Branched>({
    number: notFirst,
    parent: (parent, at) => timelineIn(parent, at, depth + 1),
    branch: position,
    cut: position,
    exclusions,
    plannedAt: position,
    afterCut: exactly('omit', 'replay'),
    resumeAt,
  } as Parameters<typeof closed<Branched>>[0])(value, place);
};

export const restoreTarget: Shape<RestoreTarget> = closed<RestoreTarget>({
  establishment: finess,
  timeline,
  buildTo: position,
  events: count,
});

export const certificate: Shape<Certificate> = closed<Certificate>({
  version: exactly(1),
  restoreId: name,
  planHash: name,
  establishment: finess,
  timeline: count,
  definition: timeline,
  cut: decimal,
  builtTo: decimal,
  logId: text,
  logHash: text,
  foldVersion: count,
  stateDigest: sha256,
  records: count,
  events: count,
  gaps: list(text),
  parked: list(decimal),
  startedAt: time,
  finishedAt: time,
  signature: text,
  keyId: text,
});
