import { encodeEvent, Failure, type Finess, type Instant, type LogEvent, Position, type RecordKey } from '#domain';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type { ParkedReport, ReplicaStatus } from '../../ports/replica-status.js';
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
  /** Where the drains stand in the log, decimal: what waits is tried when the replicas come to them. */
  readonly positions: readonly string[];
}

const drainOf = (patient: RecordKey, { by, at, newId, skip }: DrainOrder): LogEvent => ({
  format: 'control',
  sender: 'control',
  incarnation: 1,
  messageId: newId(),
  receivedAt: at,
  mapping: { name: 'control', version: 1 },
  label: 'DRAIN',
  charset: 'utf-8',
  acknowledgement: '200',
  warnings: [],
  changes: [{ kind: 'drain', patient, skip }],
  received: Buffer.from(JSON.stringify({ drain: { by } })),
});

/** Events that wait behind a fault: told by a replica, tried again by an event in the log, so that every replica and rebuild agrees. */
export class DrainParked {
  constructor(
    private readonly replicas: readonly ReplicaStatus[],
    private readonly log: EstablishmentLog,
  ) {}

  list(establishment: Finess): Promise<readonly ParkedReport[]> {
    return firstThatAnswers(this.replicas, (replica) => replica.parked(establishment));
  }

  /** Throws `not-found` where nothing waits there. */
  async show(messageId: string): Promise<ParkedReport> {
    const { establishment, position } = MessageId.parse(messageId);
    const parked = (await this.list(establishment)).find((report) => report.position === position);
    if (parked) return parked;
    throw new Failure('not-found', `nothing waits at ${messageId}`, '`reprise parked list` shows what does');
  }

  /** One drain for every patient that waits with this event. A skip must name an event that waits. */
  async drain(messageId: string, order: DrainOrder): Promise<Drained> {
    const { establishment } = MessageId.parse(messageId);
    const { waiting } = await this.show(messageId);
    const parked = await this.list(establishment);
    for (const position of order.skip)
      if (!parked.some((report) => report.position === position))
        throw new Failure('input.invalid', `nothing waits at position ${position}`, '--skip names events that wait');
    const positions: string[] = [];
    for (const patient of waiting) {
      const event = drainOf(patient, order);
      const attributes = {
        ce_specversion: '1.0',
        ce_type: 'fr.reprise.drain',
        ce_source: '/control',
        ce_id: event.messageId,
      };
      positions.push(String(await this.log.append(establishment, encodeEvent(event), attributes)));
    }
    return { positions };
  }
}
