import type { Change } from './change.js';
import type { Instant } from './instant.js';
import type { Position } from './position.js';

/** Something worth saying of a message that was accepted. Never patient data. */
export interface Warning {
  /** Stable, kebab-case: `charset-undeclared`, `finess-foreign`, `field-forbidden`… */
  readonly code: string;
  /** HL7 v2 location (`PID-3[2].4`), JSON path, or empty. */
  readonly location: string;
  readonly text: string;
}

export type MessageFormat = 'hl7v2' | 'fhir' | 'control';

/** One log entry: one message's bytes and the changes read from it. Written once by the gateway, never altered. */
export interface LogEvent {
  readonly format: MessageFormat;
  readonly sender: string;
  /** Numbering era of the sender: old and new control ids never mix across it. Starts at 1. */
  readonly incarnation: number;
  /**
   * What makes a repetition recognisable: MSH-10, CloudEvents `source id`, `Idempotency-Key` or `X-Request-Id`.
   * Empty where the sender gave none: then nothing is ever a duplicate of it.
   */
  readonly messageId: string;
  /** The gateway's clock, when the last byte had come. */
  readonly receivedAt: Instant;
  readonly sentAt?: Instant;
  readonly occurredAt?: Instant;
  readonly mapping: { readonly name: string; readonly version: number };
  /** Trigger or interaction, for people: `ADT^A01`, `PUT Patient`, `Bundle transaction`. */
  readonly label: string;
  /** Character set by which `received` is read: `utf-8`, `iso-8859-1`, `iso-8859-15`, `windows-1252`, `us-ascii`. */
  readonly charset: string;
  /** `AA`, `CA`, `200`…: what the sender was told. */
  readonly acknowledgement: string;
  readonly warnings: readonly Warning[];
  readonly changes: readonly Change[];
  /** The received bytes; fields that the law forbids are blanked. */
  readonly received: Uint8Array;
}

/** An event as the log gives it back. */
export interface RecordedEvent {
  readonly position: Position;
  /** The log's own stamp (Kafka LogAppendTime); `recorded` is its running maximum. */
  readonly appendedAt: Instant;
  readonly event: LogEvent;
  /** First 16 bytes of SHA-256 over the received bytes: what "same bytes" means. */
  readonly receivedHash: Uint8Array;
}
