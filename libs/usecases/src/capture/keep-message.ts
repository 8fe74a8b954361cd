import { Failure, type Position } from '#domain';
import type { EstablishmentLog } from '../ports/establishment-log.js';
import type { Refusal, RefusalJournal } from '../ports/refusal-journal.js';
import { noTracing, type Tracing } from '../ports/tracing.js';
import type { Captured, Envelope } from './captured.js';
import { eventAttributes } from './event-attributes.js';
import type { Publisher } from './publisher.js';
import type { EventHead } from './read-hl7.js';

/** The two places where a message may come to stand: the log, and the journal of what is refused. */
export class KeepMessage {
  constructor(
    private readonly log: EstablishmentLog,
    private readonly journal: RefusalJournal,
    private readonly newId: () => string,
    private readonly tracing: Tracing = noTracing,
  ) {}

  refuse({ sender, establishment }: Publisher, refusal: Omit<Refusal, 'sender'>): Promise<void> {
    return this.journal.append(establishment.finess, { ...refusal, sender: sender.name });
  }

  append(
    { establishment }: Publisher,
    { event, encoded }: { readonly event: EventHead; readonly encoded: Buffer },
    type: string,
    envelope?: Envelope,
  ): Promise<Position> {
    const attributes = eventAttributes(event, type, envelope, this.newId);
    const { finess } = establishment;
    const told = { sender: event.sender, establishment: finess, label: event.label };
    return this.tracing.span('log.append', told, async (span) => {
      const { traceparent } = span;
      // The first header: a follower looks no further.
      const traced = traceparent === undefined ? attributes : { traceparent, ...attributes };
      const position = await this.log.append(finess, encoded, traced);
      span.note({ position, outcome: 'durable' });
      return position;
    });
  }
}

export const isLogFailure = (error: unknown): error is Failure =>
  error instanceof Failure && error.code.startsWith('log.');

export const notNowWhenLogFails = async (work: () => Promise<Captured>): Promise<Captured> => {
  try {
    return await work();
  } catch (error) {
    if (isLogFailure(error)) return { outcome: 'not-now', failure: error };
    throw error;
  }
};
