import type { Failure } from '#domain';
import type { WriteRequest } from '#fhir';
import type { BatchFile } from '#hl7v2';
import type { EstablishmentLog } from '../ports/establishment-log.js';
import type { RefusalJournal } from '../ports/refusal-journal.js';
import { CaptureFhir, type FhirCaptured } from './capture-fhir.js';
import { CaptureHl7, type Hl7Captured } from './capture-hl7.js';
import type { Captured, Envelope } from './captured.js';
import { KeepMessage } from './keep-message.js';
import type { Publisher } from './publisher.js';
import { SenderOrder } from './sender-order.js';
import type { Surroundings } from './surroundings.js';

/**
 * A message in, an answer out. What is accepted is in the log before the answer is made, what is refused is in the journal. Keeps
 * no state: the same bytes get the same code and the same id, because the answer is a function of the bytes and of when they came.
 * Failures of the log are an outcome (`not-now`); anything else that is thrown is a bug.
 */
export class CaptureMessage {
  private readonly ofHl7: CaptureHl7;
  private readonly ofFhir: CaptureFhir;

  constructor(log: EstablishmentLog, journal: RefusalJournal, surroundings: Surroundings) {
    const kept = new KeepMessage(log, journal, surroundings.newId, surroundings.tracing);
    // A sender may speak both: one order for all that it sends.
    const order = new SenderOrder();
    this.ofHl7 = new CaptureHl7(kept, surroundings, order);
    this.ofFhir = new CaptureFhir(kept, surroundings, order);
  }

  /** One HL7 v2 message, without its frame. */
  hl7(publisher: Publisher, received: Uint8Array, envelope?: Envelope): Promise<Hl7Captured> {
    return this.ofHl7.message(publisher, received, envelope);
  }

  /** What stands around the messages of a batch, behind them in the log; undefined where nothing does. It can be refused by nobody. */
  hl7Envelope(publisher: Publisher, file: BatchFile): Promise<Captured | undefined> {
    return this.ofHl7.around(publisher, file);
  }

  /** A message that is longer than a frame may be; `start` are its first bytes. */
  hl7TooLarge(publisher: Publisher, start: Uint8Array): Promise<Hl7Captured> {
    return this.ofHl7.tooLarge(publisher, start);
  }

  /** The answer when nothing can be taken: written nowhere. */
  hl7NotNow(publisher: Publisher, received: Uint8Array, failure: Failure): Hl7Captured {
    return this.ofHl7.notNow(publisher, received, failure);
  }

  /** One FHIR R4 write. `told`: the status that says durable. */
  fhir(
    publisher: Publisher,
    request: WriteRequest,
    envelope: Envelope & { readonly told: string },
  ): Promise<FhirCaptured> {
    return this.ofFhir.write(publisher, request, envelope);
  }

  /** Refuses what could not even be read as a write, for the journal. */
  refuseWrite(
    publisher: Publisher,
    write: Pick<WriteRequest, 'method' | 'body'>,
    envelope: Pick<Envelope, 'messageId'>,
    thrown: Failure,
  ): Promise<Exclude<FhirCaptured, { outcome: 'durable' }>> {
    return this.ofFhir.refuse(publisher, write, envelope, thrown);
  }
}
