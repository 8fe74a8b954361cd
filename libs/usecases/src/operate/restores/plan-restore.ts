import { counts, type Exclusions, Failure, type Finess, Instant, isExcluded, Position, type Timeline } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { RestoreTarget } from '../../directory/directory-event.js';
import type { EstablishmentLog, LogRange } from '../../ports/establishment-log.js';
import { alteredMember } from './altered-plan.js';
import { type EventMark, markAt, markOf } from './event-mark.js';
import { ResolveCut } from './resolve-cut.js';
import { resolveRequest } from './resolve-request.js';
import { type PlanRequest, planHash, type ResolvedRequest, type RestorePlan } from './restore-plan.js';
import { type Walked, walkLog } from '../verify/walk-log.js';
import { whatMoved } from './what-moved.js';

/** How fast the replicas build, events/s. */
export interface BuildRate {
  readonly eventsPerSecond: number;
  readonly basis: RestorePlan['estimateBasis'];
}

/** One establishment's part of a plan. */
interface Part {
  readonly establishment: Finess;
  readonly logId: string;
  readonly target: RestoreTarget;
  readonly to: string;
  readonly lastIn?: EventMark;
  readonly firstOut?: EventMark;
  readonly bytes: number;
  readonly excluded: Excluded;
  readonly gaps: readonly string[];
}

interface Excluded {
  readonly count: number;
  readonly first: Position | 'none';
  readonly positions: readonly Position[];
  /** What the events walked through are labelled, and which of the types that are to be excluded are among them. */
  readonly labels: ReadonlySet<string>;
  readonly typesFound: ReadonlySet<string>;
}

const nothingExcluded: Excluded = { count: 0, first: 'none', positions: [], labels: new Set(), typesFound: new Set() };
/** @limit Control | events that a plan lists | the first ones, and their number */
const shownMax = 20;
/** @limit Control | types that a plan lists | the first ones */
const labelsMax = 40;
/**
 * Most often the first event looked at counts; looking further back goes in steps up to this.
 * @limit Inside | events that a plan looks back in one step | the next step goes further
 */
const lookBackMax = 4096;
/**
 * How much of a log is read to say how large it is: up to here it is counted, above it is sampled at ten places. What a log packs into
 * kilobytes may be gigabytes.
 */
export const countedMax = { events: 20_000, bytes: 64 * 1024 * 1024 };
/** At each place; one event always. */
const sampledMax = { events: 100, bytes: 4 * 1024 * 1024 };

/** Plans a restore; changes nothing. */
export class PlanRestore {
  private readonly resolveCut: ResolveCut;

  constructor(private readonly log: EstablishmentLog) {
    this.resolveCut = new ResolveCut(log);
  }

  /** Throws `input.invalid`, `not-found` (a type that no event has, too), `refused-by-policy` (nothing would be in it), `log.*`. */
  async plan(request: PlanRequest, directory: Directory, at: { now: Instant; rate: BuildRate }): Promise<RestorePlan> {
    const resolved = resolveRequest(request, directory, at.now);
    const parts = await this.parts(resolved, directory);
    refuseUnknownTypes(resolved.exclusions.types, parts);
    const plan = planOf(parts, resolved, directory, at.rate);
    if (plan.events > 0 || plan.request.allowEmpty) return plan;
    throw new Failure(
      'refused-by-policy',
      'a plan of 0 events: nothing was recorded at that point, or the exclusions leave nothing',
      'check T with `reprise at`; --allow-empty plans an empty establishment on purpose',
    );
  }

  /**
   * Plans the same once more. Throws `refused-by-policy` when the result would be another one by now: the log has moved in a way
   * that matters, or another restore was requested or promoted since; or when the plan says something that it did not say when it was made.
   */
  async confirm(plan: RestorePlan, directory: Directory, rate: BuildRate): Promise<RestorePlan> {
    const again = planOf(await this.parts(plan.request, directory), plan.request, directory, rate);
    const isSame = again.hash === plan.hash && planHash(plan) === plan.hash;
    const altered = isSame ? alteredMember(plan, again) : undefined;
    if (isSame && altered === undefined) return again;
    const [moved, hint = 'plan again with `reprise restore plan`, and look at what it says now'] =
      altered === undefined
        ? whatMoved(plan, again, directory)
        : [`its ${altered} is not what was planned: it was altered`];
    throw new Failure('refused-by-policy', `the plan no longer holds: ${moved}`, hint);
  }

  private async parts(request: ResolvedRequest, directory: Directory): Promise<readonly Part[]> {
    const parts: Part[] = [];
    for (const establishment of request.establishments) parts.push(await this.part(establishment, request, directory));
    return parts;
  }

  private async part(establishment: Finess, request: ResolvedRequest, directory: Directory): Promise<Part> {
    const range = await this.log.range(establishment);
    const plannedAt = request.plannedAt[establishment] ?? range.last;
    const point = await this.pointIn(establishment, request, range);
    const exclusions = { ...request.exclusions, ...(point.after !== undefined && { after: point.after }) };
    const buildTo = request.afterCut === 'replay' ? Position.of(Math.max(plannedAt, point.cut)) : point.cut;
    const narrows = exclusions.senders.length + exclusions.types.length + exclusions.between.length > 0;
    const walk = narrows || point.after !== undefined;
    const excluded = walk ? await this.excludedUpTo(establishment, exclusions, buildTo) : nothingExcluded;
    const firstExcluded = excluded.first === 'none' ? Number.POSITIVE_INFINITY : excluded.first;
    const timeline: Timeline = {
      number: directory.nextTimeline(establishment),
      parent: directory.liveTimeline(establishment, point.cut),
      branch: Position.of(Math.min(point.cut, firstExcluded - 1)),
      cut: point.cut,
      exclusions,
      plannedAt,
      afterCut: request.afterCut,
      resumeAt: 'not-promoted',
    };
    const lastIn = await this.lastThatCounts(establishment, timeline, point.cut, range);
    return {
      establishment,
      logId: range.logId,
      target: { establishment, timeline, buildTo, events: Math.max(0, buildTo - Math.max(0, range.first) + 1) },
      to: point.to,
      ...(lastIn && { lastIn }),
      ...(point.firstOut && { firstOut: point.firstOut }),
      bytes: await this.bytesUpTo(establishment, range, buildTo),
      excluded,
      gaps: range.first > 0 ? [`${establishment}: 0-${range.first - 1}`] : [],
    };
  }

  private async pointIn(
    establishment: Finess,
    { point, exclusions: { clock } }: ResolvedRequest,
    range: LogRange,
  ): Promise<{ cut: Position; to: string; after?: Instant; firstOut?: EventMark }> {
    if (point.kind === 'instant') {
      const instant = Instant.parse(point.instant);
      const { cut, firstOut } = await this.resolveCut.at(establishment, instant, clock);
      return { cut, to: point.instant, ...(firstOut && { firstOut }), ...(clock !== 'recorded' && { after: instant }) };
    }
    const cut = Position.parse(point.position);
    if (cut > range.last)
      throw new Failure(
        'input.invalid',
        `position ${cut} lies beyond the end of the log of ${establishment}`,
        range.last === Position.none ? 'it has no event yet' : `its newest event is ${range.last}`,
      );
    const at = await markAt(this.log, establishment, cut, range);
    const firstOut = await markAt(this.log, establishment, Position.of(cut + 1), range);
    return { cut, to: at?.recordedAt ?? '', ...(firstOut && { firstOut }) };
  }

  /** The last event up to the cut that has effect on this timeline; undefined where none has. */
  private async lastThatCounts(
    establishment: Finess,
    timeline: Timeline,
    cut: Position,
    { first }: LogRange,
  ): Promise<EventMark | undefined> {
    const start = Math.max(0, first);
    for (let [to, step] = [cut as number, 1]; to >= start; to -= step, step = Math.min(4 * step, lookBackMax)) {
      const from = Math.max(start, to - step + 1);
      let last: Walked | undefined;
      for await (const batch of walkLog(this.log, establishment, Position.of(from), Position.of(to)))
        last = batch.findLast(({ recorded, recordedAt }) => counts(timeline, { ...recorded, recordedAt })) ?? last;
      if (last) return markOf(establishment, last);
    }
    return undefined;
  }

  private async excludedUpTo(
    establishment: Finess,
    exclusions: Parameters<typeof isExcluded>[0],
    to: Position,
  ): Promise<Excluded> {
    let count = 0;
    let first: Position | 'none' = 'none';
    const positions: Position[] = [];
    const labels = new Set<string>();
    const typesFound = new Set<string>();
    for await (const batch of walkLog(this.log, establishment, Position.of(0), to)) {
      for (const { recorded, recordedAt } of batch) {
        const { event } = recorded;
        if (event.format !== 'control' && !labels.has(event.label)) {
          labels.add(event.label);
          for (const type of exclusions.types)
            if (isExcluded({ ...nothing, types: [type] }, event, recordedAt)) typesFound.add(type);
        }
        if (!isExcluded(exclusions, event, recordedAt)) continue;
        count += 1;
        if (first === 'none') first = recorded.position;
        if (positions.length < shownMax) positions.push(recorded.position);
      }
    }
    return { count, first, positions, labels, typesFound };
  }

  /** Counted in a small log, sampled at ten places of a large one. */
  private async bytesUpTo(establishment: Finess, { first }: LogRange, to: Position): Promise<number> {
    const from = Math.max(0, first);
    const events = to - from + 1;
    if (events <= 0) return 0;
    const isCountable = events <= countedMax.events;
    const counted = isCountable
      ? await this.sample(establishment, from, { to, bytesMax: countedMax.bytes })
      : nothingRead;
    if (counted.events === events) return counted.bytes;
    // The mean of the places' means: where events are large, fewer of them are looked at.
    let means = 0;
    for (let n = 0; n < 10; n += 1) {
      const place = from + Math.floor((events * n) / 10);
      const end = Math.min(to, place + sampledMax.events - 1);
      const sampled = await this.sample(establishment, place, { to: end, bytesMax: sampledMax.bytes });
      means += sampled.bytes / sampled.events;
    }
    return Math.round((means * events) / 10);
  }

  /** Stops behind `bytesMax`. */
  private async sample(
    establishment: Finess,
    from: number,
    { to, bytesMax }: { readonly to: number; readonly bytesMax: number },
  ): Promise<{ readonly events: number; readonly bytes: number }> {
    let [events, bytes] = [0, 0];
    for await (const entries of this.log.read(establishment, Position.of(from), Position.of(to))) {
      events += entries.length;
      for (const { value } of entries) bytes += value.byteLength;
      if (bytes >= bytesMax) break;
    }
    return { events, bytes };
  }
}

const nothingRead = { events: 0, bytes: 0 };

const planOf = (
  parts: readonly Part[],
  request: ResolvedRequest,
  directory: Directory,
  rate: BuildRate,
): RestorePlan => {
  const excluded = parts.reduce((sum, part) => sum + part.excluded.count, 0);
  const events = parts.reduce((sum, { target }) => sum + target.events, 0) - excluded;
  const by = <T>(value: (part: Part) => T): Record<string, T> =>
    Object.fromEntries(parts.map((part) => [part.establishment, value(part)]));
  const decisive = {
    scope: { establishments: request.establishments },
    clock: request.exclusions.clock,
    cuts: by(({ target }) => String(cutOf(target))),
    afterCut: request.afterCut,
    targets: parts.map(({ target }) => target),
    liveTimelines: by(({ establishment }) => directory.currentTimeline(establishment).timeline.number),
    logIds: by(({ logId }) => logId),
  };
  const hash = planHash(decisive);
  return {
    planId: `plan-${hash.slice(0, 16)}`,
    hash,
    ...decisive,
    to:
      parts
        .map(({ to }) => to)
        .toSorted()
        .at(-1) ?? '',
    lastIn: parts.flatMap(({ lastIn }) => lastIn ?? []),
    firstOut: parts.flatMap(({ firstOut }) => firstOut ?? []),
    events,
    excluded,
    excludedPositions: by((part) => part.excluded.positions.map(String)),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    gaps: parts.flatMap(({ gaps }) => gaps),
    estimateSeconds: Math.max(1, Math.ceil((events + excluded) / rate.eventsPerSecond)),
    estimateBasis: rate.basis,
    request: { ...request, plannedAt: by(({ target }) => plannedAtOf(target)) },
  };
};

const nothing: Exclusions = { senders: [], types: [], between: [], clock: 'recorded' };

/** As a wrong name of a sender: it would exclude nothing, and nobody would see it. */
const refuseUnknownTypes = (types: readonly string[], parts: readonly Part[]): void => {
  const unknown = types.find((type) => !parts.some(({ excluded }) => excluded.typesFound.has(type)));
  if (unknown === undefined) return;
  const there = [...new Set(parts.flatMap(({ excluded }) => [...excluded.labels]))].toSorted();
  throw new Failure(
    'not-found',
    `no event of type "${unknown.slice(0, 40)}" is in this plan`,
    `types there: ${there.slice(0, labelsMax).join(', ') || 'none'}${there.length > labelsMax ? ', …' : ''}`,
  );
};

const cutOf = ({ timeline }: RestoreTarget): Position => ('parent' in timeline ? timeline.cut : Position.none);
const plannedAtOf = ({ timeline }: RestoreTarget): Position =>
  'parent' in timeline ? timeline.plannedAt : Position.none;
