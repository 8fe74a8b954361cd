import { type Clock, clocks, eventTime, type Finess, type Instant, Position } from '#domain';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import { type EventMark, markAt, markOf } from './event-mark.js';
import { walkLog } from '../verify/walk-log.js';

/** What a time means on one clock. */
export interface ResolvedCut {
  readonly clock: Clock;
  /** The last position whose time is at or before T; `Position.none` before the first event. */
  readonly cut: Position;
  readonly lastIn?: EventMark;
  /** The first event that is later than T on this clock; on `sent` and `occurred` it may lie before the cut. */
  readonly firstOut?: EventMark;
  /** Events up to the cut that are later than T on this clock: they are left out one by one. */
  readonly leftOut: number;
  /** The first of them, at most twenty. */
  readonly leftOutPositions: readonly Position[];
}

/** @limit Control | positions that a cut lists | the first ones, and their number */
const shownMax = 20;

/** Turns a time into a cut, clock by clock. On `recorded` the log's own index answers; the others take a walk through the log. */
export class ResolveCut {
  constructor(private readonly log: EstablishmentLog) {}

  async at(establishment: Finess, instant: Instant, clock: Clock): Promise<ResolvedCut> {
    if (clock !== 'recorded') return this.byWalking(establishment, instant, clock);
    const [cut, range] = [await this.log.cutAt(establishment, instant), await this.log.range(establishment)];
    const lastIn = await markAt(this.log, establishment, cut, range);
    const firstOut = await markAt(this.log, establishment, Position.of(cut + 1), range);
    return {
      clock,
      cut,
      ...(lastIn && { lastIn }),
      ...(firstOut && { firstOut }),
      leftOut: 0,
      leftOutPositions: [],
    };
  }

  async onAllClocks(establishment: Finess, instant: Instant): Promise<readonly ResolvedCut[]> {
    const resolved: ResolvedCut[] = [];
    for (const clock of clocks) resolved.push(await this.at(establishment, instant, clock));
    return resolved;
  }

  private async byWalking(establishment: Finess, instant: Instant, clock: Clock): Promise<ResolvedCut> {
    const { first, last } = await this.log.range(establishment);
    let lastIn: EventMark | undefined;
    let firstOut: EventMark | undefined;
    let cut = Position.none;
    // Later ones count as left out only once an event behind them is in.
    let leftOut = 0;
    let later = 0;
    const positions: Position[] = [];
    const shown: Position[] = [];
    for await (const batch of walkLog(this.log, establishment, Position.of(Math.max(first, 0)), last)) {
      for (const walked of batch) {
        const { position, event } = walked.recorded;
        if (eventTime(clock, event, walked.recordedAt) > instant) {
          firstOut ??= markOf(establishment, walked);
          later += 1;
          if (positions.length < shownMax) positions.push(position);
          continue;
        }
        lastIn = markOf(establishment, walked);
        cut = position;
        leftOut = later;
        shown.splice(0, shown.length, ...positions);
      }
    }
    return {
      clock,
      cut,
      ...(lastIn && { lastIn }),
      ...(firstOut && { firstOut }),
      leftOut,
      leftOutPositions: shown,
    };
  }
}
