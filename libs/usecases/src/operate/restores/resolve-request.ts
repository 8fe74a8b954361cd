import { type Clock, clocks, type Exclusions, Failure, type Finess, Instant, Position } from '#domain';
import type { Directory } from '../../directory/directory.js';
import { membersAt } from '../territory/members-at.js';
import { readMoment } from './read-moment.js';
import type { PlanRequest, ResolvedRequest } from './restore-plan.js';

const usage = (message: string, hint = 'see `reprise restore plan --help`'): Failure =>
  new Failure('input.invalid', message, hint);

export const establishmentNamed = (directory: Directory, raw: string): Finess => {
  for (const finess of directory.establishments.keys()) if (finess === raw) return finess;
  const known = [...directory.establishments.keys()].join(', ');
  throw new Failure(
    'not-found',
    `no establishment "${raw.slice(0, 20)}" is declared`,
    `declared are: ${known || 'none'}`,
  );
};

const exactlyOne = (request: PlanRequest, members: readonly (keyof PlanRequest)[], flags: string): void => {
  const given = members.filter((member) => request[member] !== undefined);
  if (given.length !== 1) throw usage(`say exactly one of ${flags}`);
};

const pointOf = (
  request: PlanRequest,
  establishment: Finess | undefined,
  moment: (raw: string) => Instant,
): ResolvedRequest['point'] => {
  if (request.to !== undefined) return { kind: 'instant', instant: Instant.iso(moment(request.to)) };
  if (establishment === undefined)
    throw usage('a position belongs to one establishment', 'use --to T with --territory, or --establishment');
  if (request.toPosition !== undefined) return { kind: 'position', position: lastThatCounts(request.toPosition) };
  const [, finess, position = ''] = /^(?:(\w{9})-)?(\d{1,15})$/.exec(request.beforeEvent ?? '') ?? [];
  if (position === '')
    throw usage('--before-event names no event', 'a position, or a message id as `reprise messages` shows it');
  if (finess !== undefined && finess !== establishment)
    throw usage(`event ${request.beforeEvent} belongs to ${finess}, not to ${establishment}`);
  return { kind: 'position', position: String(Number(position) - 1) };
};

/** `-1` is how nothing is written inside: who types it has miscounted. */
const lastThatCounts = (raw: string): string => {
  const position = Position.parse(raw);
  if (position !== Position.none) return String(position);
  throw usage(
    '--to-position -1 is no position: the first event has 0',
    '`reprise restore plan --before-event 0 --allow-empty` plans an empty establishment',
  );
};

const exclusionsOf = (request: PlanRequest, clock: Clock, moment: (raw: string) => Instant): Exclusions => {
  const between = (request.excludeBetween ?? []).map(([from, to]) => {
    const interval = [moment(from), moment(to)] as const;
    if (interval[0] > interval[1]) throw usage('--exclude-between ends before it begins');
    return interval;
  });
  const sorted = (names: readonly string[] | undefined): readonly string[] => [...new Set(names ?? [])].toSorted();
  return { senders: sorted(request.excludeSenders), types: sorted(request.excludeTypes), between, clock };
};

/**
 * Reads a plan's request once, against the directory and the clock. Throws `input.invalid` (usage) and `not-found` (an
 * establishment, territory or sender that nobody declared).
 */
export const resolveRequest = (request: PlanRequest, directory: Directory, now: Instant): ResolvedRequest => {
  exactlyOne(request, ['establishment', 'territory'], '--establishment and --territory');
  exactlyOne(request, ['to', 'toPosition', 'beforeEvent'], '--to, --to-position and --before-event');
  const clock = request.clock ?? 'recorded';
  if (!clocks.includes(clock)) throw usage(`no clock "${String(clock).slice(0, 20)}"`, `one of ${clocks.join(', ')}`);
  const afterCut = request.afterCut ?? 'omit';
  if (clock !== 'recorded' && request.to === undefined)
    throw usage(`--clock ${clock} needs --to T`, 'a position is on the recorded clock by nature');
  if (clock !== 'recorded' && afterCut === 'replay')
    throw usage(
      `--clock ${clock} leaves out what is later than T, and --after-cut replay would bring it back`,
      'use --clock recorded, or --exclude-between',
    );
  const establishment =
    request.establishment === undefined ? undefined : establishmentNamed(directory, request.establishment);
  const [anyOne] = directory.establishments.values();
  const { timeZone } = (establishment && directory.establishments.get(establishment)) ??
    anyOne ?? { timeZone: 'Europe/Paris' };
  const moment = (raw: string): Instant => readMoment(raw, { now, timeZone });
  const exclusions = exclusionsOf(request, clock, moment);
  for (const sender of exclusions.senders)
    if (!directory.senders.has(sender))
      throw new Failure(
        'not-found',
        `no sender "${sender.slice(0, 40)}" is declared`,
        'a wrong name would exclude nothing',
      );
  const point = pointOf(request, establishment, moment);
  return {
    establishments: establishment === undefined ? territoryAt(request, directory, point) : [establishment],
    point,
    exclusions,
    afterCut,
    allowEmpty: request.allowEmpty ?? false,
    plannedAt: {},
  };
};

const territoryAt = (
  { territory = '' }: PlanRequest,
  directory: Directory,
  point: ResolvedRequest['point'],
): readonly Finess[] => {
  if (!directory.territories.has(territory))
    throw new Failure(
      'not-found',
      `no territory "${territory.slice(0, 40)}" is declared`,
      `declared are: ${[...directory.territories.keys()].join(', ') || 'none'}`,
    );
  if (point.kind === 'position') throw new Error('a position of a territory');
  const members = membersAt(directory.memberships, territory, Instant.parse(point.instant));
  if (members.length === 0)
    throw new Failure('not-found', `${territory} had no members at ${point.instant}`, 'see the territory file');
  return members;
};
