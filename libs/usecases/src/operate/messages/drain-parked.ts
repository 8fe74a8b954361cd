import {
  decodeEvent,
  encodeEvent,
  Failure,
  type Finess,
  Instant,
  type LogEvent,
  Position,
  type RecordKey,
  type Warning,
} from '#domain';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type { ParkedReport, ReplicaStatus } from '../../ports/replica-status.js';
import { within } from '../territory/within.js';
import { firstThatAnswers } from './list-messages.js';
import { MessageId } from './message-id.js';

export interface DrainOrder {
  readonly by: string;
  readonly at: Instant;
  /** One for every event that is appended. */
  readonly newId: () => string;
  /** Positions that are given up for good. */
  readonly skip: readonly Position[];
}

export interface Drained {
  /** Of `outcome`. */
  readonly drainId: string;
  /** Where the drains stand in the log, decimal: what waits is tried when the replicas come to them. */
  readonly positions: readonly string[];
  readonly by: string;
}

/** An event that was given up: it has no effect, ever. */
export interface GivenUp {
  readonly messageId: string;
  /** The operator. */
  readonly by: string;
  /** RFC 3339, on the recorded clock. */
  readonly at: string;
  /** The drain that says so, for `message show`. */
  readonly drainId: string;
}

/** What came of a drain. */
export interface DrainOutcome {
  readonly drainId: string;
  readonly by: string;
  /** True once every replica that answers has come to it; before, nothing is known of what it did. */
  readonly isApplied: boolean;
  /** Replicas that have not come to it yet. */
  readonly pending: readonly string[];
  /** Replicas that do not answer: they come to it when they are back. */
  readonly away: readonly string[];
  /** Message ids, in order: they took effect. */
  readonly released: readonly string[];
  readonly givenUp: readonly string[];
  /** What was tried and still waits. */
  readonly waiting: readonly (ParkedReport & { readonly messageId: string })[];
}

/**
 * Given up, newest first: more are found by `messages --warning parked-given-up`.
 * @limit Control | events given up that `parked list` tells | older ones by `messages --warning parked-given-up`
 */
export const givenUpMax = 50;
/** A replica that has not said by then how far it is counts as away, ms. */
const answerMs = 1_500;

const givenUpCode = 'parked-given-up';
const byWhom = 'given up by ';

/** Its warnings stand in every replica's journal of messages: who gave up what is found without reading the log. */
const givenUpWarning =
  (by: string) =>
  (position: Position): Warning => ({ code: givenUpCode, location: String(position), text: `${byWhom}${by}` });

const drainOf = (patient: RecordKey, { by, at, newId, skip }: DrainOrder, tried: readonly Position[]): LogEvent => ({
  format: 'control',
  sender: 'control',
  incarnation: 1,
  messageId: newId(),
  receivedAt: at,
  mapping: { name: 'control', version: 1 },
  label: 'DRAIN',
  charset: 'utf-8',
  acknowledgement: '200',
  warnings: skip.map(givenUpWarning(by)),
  changes: [{ kind: 'drain', patient, skip }],
  received: Buffer.from(JSON.stringify({ drain: { by, tried: tried.map(String) } })),
});

/** What an operator's event says of itself beside its change; one of an earlier version names nothing that was tried. */
const saidIn = ({ received }: LogEvent): { readonly by: string; readonly tried: readonly Position[] } => {
  const { drain } = JSON.parse(Buffer.from(received).toString('utf8')) as {
    readonly drain?: { readonly by?: string; readonly tried?: readonly string[] };
  };
  return { by: drain?.by ?? '', tried: (drain?.tried ?? []).map((text) => Position.parse(text)) };
};

const logged = (establishment: Finess, position: Position): string =>
  MessageId.text({ establishment, kept: 'log', position });

/** Events that wait behind a fault: told by a replica, tried again by an event in the log, so that every replica and rebuild agrees. */
export class DrainParked {
  constructor(
    private readonly replicas: readonly ReplicaStatus[],
    private readonly log: EstablishmentLog,
  ) {}

  list(establishment: Finess): Promise<readonly ParkedReport[]> {
    return firstThatAnswers(this.replicas, (replica) => replica.parked(establishment));
  }

  /** The newest, `givenUpMax` at most. */
  async givenUp(establishment: Finess): Promise<readonly GivenUp[]> {
    const filter = { warning: givenUpCode, limit: givenUpMax };
    const drains = await firstThatAnswers(this.replicas, (replica) => replica.messages(establishment, filter));
    const each = drains.flatMap(({ position, recordedAt, warnings }) =>
      warnings
        .filter(({ code }) => code === givenUpCode)
        .map(
          ({ location, text }): GivenUp => ({
            messageId: logged(establishment, Position.parse(location)),
            by: text.slice(byWhom.length),
            at: Instant.iso(recordedAt),
            drainId: logged(establishment, position),
          }),
        ),
    );
    // A message that several patients wait with is given up by a drain for each of them.
    return each.filter(({ messageId }, at) => each.findIndex((other) => other.messageId === messageId) === at);
  }

  /** Throws `not-found` where nothing waits there; who gave it up is said where somebody did. */
  async show(messageId: string): Promise<ParkedReport> {
    const { establishment, position } = MessageId.parse(messageId);
    const parked = (await this.list(establishment)).find((report) => report.position === position);
    if (parked) return parked;
    const given = (await this.givenUp(establishment)).find((one) => one.messageId === messageId);
    throw new Failure(
      'not-found',
      given
        ? `nothing waits at ${messageId}: it was given up by ${given.by} at ${given.at}`
        : `nothing waits at ${messageId}`,
      given ? `\`reprise message show ${messageId}\` shows it` : '`reprise parked list` shows what does',
    );
  }

  /** One drain for every patient that waits with this event. A skip must name an event that waits. */
  async drain(messageId: string, order: DrainOrder): Promise<Drained> {
    const { establishment } = MessageId.parse(messageId);
    const { waiting } = await this.show(messageId);
    const parked = await this.list(establishment);
    for (const position of order.skip)
      if (!parked.some((report) => report.position === position))
        throw new Failure('input.invalid', `nothing waits at position ${position}`, '--skip names events that wait');
    const keys = new Set(waiting);
    const tried = parked
      .filter((one) => order.skip.includes(one.position) || one.waiting.some((key) => keys.has(key)))
      .map(({ position }) => position);
    const positions: Position[] = [];
    for (const patient of waiting) {
      const event = drainOf(patient, order, tried);
      const attributes = {
        ce_specversion: '1.0',
        ce_type: 'fr.reprise.drain',
        ce_source: '/control',
        ce_id: event.messageId,
      };
      positions.push(await this.log.append(establishment, encodeEvent(event), attributes));
    }
    const last = positions.at(-1) ?? Position.none;
    return { drainId: logged(establishment, last), positions: positions.map(String), by: order.by };
  }

  /** Of a drain by its `drainId`. Throws `not-found` where no drain stands there. */
  async outcome(drainId: string): Promise<DrainOutcome> {
    const { establishment, position } = MessageId.parse(drainId);
    const event = await this.drainAt(establishment, position);
    if (!event) throw new Failure('not-found', `no drain at ${drainId}`, '`reprise messages --type DRAIN` lists them');
    const { by, tried } = saidIn(event);
    const [change] = event.changes;
    const skip = change?.kind === 'drain' ? change.skip : [];
    const { pending, away, applied } = await this.reached(establishment, position);
    const isApplied = pending.length === 0 && applied.length > 0;
    const waiting = isApplied ? await firstThatAnswers(applied, (replica) => replica.parked(establishment)) : [];
    const isWaiting = (one: Position): boolean => waiting.some((report) => report.position === one);
    const settled = isApplied ? tried.filter((one) => !isWaiting(one)) : [];
    return {
      drainId,
      by,
      isApplied,
      pending,
      away,
      released: settled.filter((one) => !skip.includes(one)).map((one) => logged(establishment, one)),
      givenUp: settled.filter((one) => skip.includes(one)).map((one) => logged(establishment, one)),
      waiting: waiting
        .filter((report) => tried.includes(report.position))
        .map((report) => ({ ...report, messageId: logged(establishment, report.position) })),
    };
  }

  private async drainAt(establishment: Finess, position: Position): Promise<LogEvent | undefined> {
    const { first, last } = await this.log.range(establishment);
    if (position < first || position > last) return undefined;
    for await (const [entry] of this.log.read(establishment, position, position)) {
      if (!entry) break;
      const { event } = decodeEvent(entry.value);
      return event.changes[0]?.kind === 'drain' ? event : undefined;
    }
    return undefined;
  }

  /** Which replicas have come to this position. */
  private async reached(
    establishment: Finess,
    position: Position,
  ): Promise<{
    readonly applied: readonly ReplicaStatus[];
    readonly pending: readonly string[];
    readonly away: readonly string[];
  }> {
    const each = await Promise.all(
      this.replicas.map(async (replica) => {
        const live = await within(answerMs, replica.live(), () => undefined).catch((error: unknown) => {
          if (Failure.is(error, 'replica.unreachable')) return undefined;
          throw error;
        });
        const at = live?.find((report) => report.establishment === establishment)?.position ?? Position.none;
        return { replica, state: live === undefined ? 'away' : at >= position ? 'applied' : 'pending' } as const;
      }),
    );
    const inState = (wanted: 'applied' | 'pending' | 'away'): readonly ReplicaStatus[] =>
      each.filter(({ state }) => state === wanted).map(({ replica }) => replica);
    return {
      applied: inState('applied'),
      pending: inState('pending').map(({ name }) => name),
      away: inState('away').map(({ name }) => name),
    };
  }
}
