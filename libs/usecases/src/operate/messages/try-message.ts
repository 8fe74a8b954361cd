import { createSecretKey, type KeyObject } from 'node:crypto';
import {
  type Change,
  decodeEvent,
  type Effects,
  encodeEvent,
  type Establishment,
  evolve,
  FoldMemory,
  Instant,
  type LogEvent,
  originalTimeline,
  type Outcome,
  parseLossless,
  Position,
  type Sender,
  type Warning,
} from '#domain';
import {
  acknowledge,
  answers,
  type MessageError,
  readMessage,
  type Reading,
  type SeenAuthority,
  seenAuthorities,
} from '#hl7v2';
import { recordIds } from '../../capture/record-ids.js';
import { segmentTree, type TreeSegment } from './segment-tree.js';
import { type Framing, splitMessages } from './split-messages.js';

/** What would become of one message of a file; nothing is sent. */
export interface TriedMessage {
  /** From 1, in the order of the file. */
  readonly number: number;
  readonly framing: Framing;
  readonly sizeBytes: number;
  /** By which its bytes are read, and what MSH-18 says. */
  readonly charset: string;
  readonly declaredCharset: string;
  readonly controlId: string;
  readonly label: string;
  readonly state: Exclude<Outcome, 'omitted'> | 'refused';
  readonly segments: readonly TreeSegment[];
  readonly warnings: readonly Warning[];
  /** Why it would be refused, as ERR says it. */
  readonly errors: readonly MessageError[];
  /** The acknowledgements as they would be sent, ER7. */
  readonly answers: readonly string[];
  /** Bodies are shown as what they hold. */
  readonly changes: readonly unknown[];
  /** Authorities that it names by namespace and OID together: a profile may declare them. */
  readonly authorities: readonly SeenAuthority[];
  /** Of what would wait; empty otherwise. */
  readonly waitsFor: string;
  /** What the records are after it: FHIR R4. */
  readonly records: readonly { readonly record: string; readonly deleted: boolean; readonly content: unknown }[];
}

export interface Try {
  readonly sender: Sender;
  readonly establishment: Establishment;
  /** Of the establishment's record ids; without it, ids are made with a secret for trying, and are others than in production. */
  readonly secret?: KeyObject;
  readonly now: Instant;
}

const trySecret = createSecretKey(Buffer.from('reprise: a secret for trying only, known to all'));

const decoded = (bytes: Uint8Array, charset: string): string =>
  charset === 'iso-8859-1' || charset === 'us-ascii'
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    : new TextDecoder(charset).decode(bytes);

/** Bytes as the JSON, or the text, that they are. */
const shown = (_name: string, value: unknown): unknown => {
  const bytes =
    typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value
      ? Buffer.from(value.data as number[])
      : value instanceof Uint8Array
        ? Buffer.from(value)
        : undefined;
  return bytes === undefined ? value : contentOf(bytes);
};

const contentOf = (bytes: Uint8Array): unknown => {
  const text = Buffer.from(bytes).toString('utf8');
  try {
    return parseLossless(text);
  } catch {
    return text;
  }
};

const changeShown = (change: Change): unknown => parseLossless(JSON.stringify(change, shown));

/** The fold of a file's messages, from nothing. */
class TryOut {
  private readonly memory = new FoldMemory(Instant.of(0));
  private position = 0;

  constructor(private readonly given: Try) {}

  fold(reading: Extract<Reading, { accepted: true }>, acknowledgement: string): Effects {
    const { sender, now } = this.given;
    const event: LogEvent = {
      ...reading.event,
      sender: sender.name,
      incarnation: sender.incarnation,
      receivedAt: now,
      acknowledgement,
    };
    const recorded = {
      position: Position.of(this.position++),
      appendedAt: Instant.of(now + this.position),
      ...decodeEvent(encodeEvent(event)),
    };
    const effects = evolve(this.memory, recorded, originalTimeline);
    this.memory.absorb(effects);
    return effects;
  }
}

const folded = (effects: Effects): Pick<TriedMessage, 'state' | 'waitsFor' | 'records'> => ({
  state: effects.outcome === 'omitted' ? 'unmapped' : effects.outcome,
  waitsFor: effects.park?.reason ?? '',
  records: effects.versions.map(({ key, deleted, content }) => ({
    record: key,
    deleted,
    content: deleted ? null : contentOf(content),
  })),
});

/** Bytes -> messages -> segments -> warnings or refusal -> changes -> records, as the gateway and the replicas would make them. */
export const tryMessages = (bytes: Uint8Array, given: Try): readonly TriedMessage[] => {
  const { sender, establishment, secret = trySecret } = given;
  const { framing, messages } = splitMessages(bytes);
  const context = { sender, establishment, idOf: recordIds(secret) };
  const tryOut = new TryOut(given);
  return messages.map((message, index) => {
    const reading = readMessage(message, context);
    const { head } = reading;
    const codes = answers(head, sender, reading.accepted ? 'durable' : 'refused');
    const errors = reading.accepted ? [] : reading.errors;
    const isUnmapped = reading.accepted && reading.event.changes.length === 0;
    const content = { at: given.now, errors, isUnmapped };
    const effects = reading.accepted ? tryOut.fold(reading, codes.join(' ') || 'none') : undefined;
    return {
      number: index + 1,
      framing,
      sizeBytes: message.byteLength,
      charset: head.charset,
      declaredCharset: head.declaredCharset,
      controlId: head.controlId,
      label: head.label,
      segments: segmentTree(decoded(message, head.charset), head),
      warnings: reading.accepted ? [...reading.event.warnings, ...(effects?.warnings ?? [])] : [],
      errors,
      answers: codes.map((code) => decoded(acknowledge(head, code, content), head.charset)),
      authorities: seenAuthorities(message),
      changes: reading.accepted ? reading.event.changes.map(changeShown) : [],
      ...(effects ? folded(effects) : { state: 'refused' as const, waitsFor: '', records: [] }),
    };
  });
};
