import type { IncomingHttpHeaders } from 'node:http';
import { Failure, Instant } from '#domain';
import { elementsAt, type JsonScan, type Member, membersAt, scanJson, type Span, valueAt } from '#fhir';

/** One CloudEvent 1.0, whatever mode it came in. */
export interface CloudEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time?: Instant;
  readonly contentType: string;
  readonly data: Uint8Array;
}

export type CloudEventsMode = 'binary' | 'structured' | 'batch';

/** An event, or what is wrong with it; of a batch each one by itself. `bytes` are the event's own, for the journal. */
export type ReadEvent = CloudEvent | { readonly failure: Failure; readonly id: string; readonly bytes: Uint8Array };

export interface ReadEvents {
  readonly mode: CloudEventsMode;
  readonly events: readonly ReadEvent[];
}

const attributeLengthMax = 1_024;
const batchMax = 10_000;
const hint = 'CloudEvents 1.0: specversion 1.0, id, source and type; time in RFC 3339';
const invalid = (what: string): Failure => new Failure('input.invalid', what, hint);

/**
 * CloudEvents over HTTP, section 3 of the HTTP protocol binding: structured and batch are told by their content type, all else is
 * binary. Throws `input.*` where the whole cannot be read.
 */
export const readCloudEvents = (headers: IncomingHttpHeaders, body: Uint8Array): ReadEvents => {
  const contentType = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!contentType.startsWith('application/cloudevents'))
    return { mode: 'binary', events: [eventOf(binaryAttributes(headers), () => body, body)] };
  const scan = scanJson(body);
  if (contentType === 'application/cloudevents+json')
    return { mode: 'structured', events: [structured(scan, scan.root)] };
  if (contentType !== 'application/cloudevents-batch+json')
    throw new Failure('input.not-supported', 'this event format is not supported', 'send application/cloudevents+json');
  if (body[scan.root.start] !== 0x5b) throw invalid('a batch is an array of events');
  const elements = elementsAt(body, scan.root);
  if (elements.length === 0) throw invalid('the batch holds no event');
  if (elements.length > batchMax)
    throw new Failure('input.too-large', `a batch holds at most ${batchMax} events`, 'split it');
  return { mode: 'batch', events: elements.map((span) => structured(scan, span)) };
};

type Attributes = Readonly<Record<string, unknown>>;

/** Section 3.1.3.2: values are percent-encoded. */
const binaryAttributes = (headers: IncomingHttpHeaders): Attributes => {
  const attributes: Record<string, unknown> = { datacontenttype: headers['content-type'] ?? '' };
  for (const [name, value] of Object.entries(headers))
    if (name.startsWith('ce-') && typeof value === 'string') attributes[name.slice(3)] = decoded(value);
  return attributes;
};

const decoded = (value: string): string | undefined => {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
};

const structured = ({ bytes }: JsonScan, span: Span): ReadEvent => {
  const members = new Map(membersAt(bytes, span).map((member) => [member.name, member]));
  const attributes: Record<string, unknown> = {};
  for (const [name, member] of members)
    if (name !== 'data' && name !== 'data_base64') attributes[name] = valueAt(bytes, member);
  return eventOf(attributes, () => dataOf(bytes, members), bytes.subarray(span.start, span.end));
};

/** JSON data to the letter, text as its characters in UTF-8, `data_base64` as its bytes (JSON format, section 3.1). */
const dataOf = (bytes: Uint8Array, members: ReadonlyMap<string, Member>): Uint8Array => {
  const [data, base64] = [members.get('data'), members.get('data_base64')];
  if (data && base64) throw invalid('the event has data and data_base64');
  if (base64) {
    const text = valueAt(bytes, base64);
    if (typeof text !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw invalid('data_base64 is no base64');
    return Buffer.from(text, 'base64');
  }
  if (!data) return Buffer.alloc(0);
  if (bytes[data.start] !== 0x22) return bytes.subarray(data.start, data.end);
  return Buffer.from(String(valueAt(bytes, data)));
};

/** CloudEvents 1.0, type system: a String holds none of these; and Postgres would not store a NUL. */
const disallowed = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;

const required = (attributes: Attributes, name: string): string => {
  const value = attributes[name];
  if (typeof value !== 'string' || value === '' || value.length > attributeLengthMax || disallowed.test(value))
    throw invalid(`the event has no ${name} that can be read`);
  return value;
};

/** RFC 3986: what no URI-reference holds. Without a space in the source, source + space + id is one pair and no other. */
const noUri = /[\s"<>\\^`{|}]/;

const sourceOf = (attributes: Attributes): string => {
  const source = required(attributes, 'source');
  if (noUri.test(source)) throw invalid('the event’s source is no URI-reference');
  return source;
};

const optional = (attributes: Attributes, name: string): string =>
  attributes[name] === undefined || attributes[name] === null ? '' : required(attributes, name);

const eventOf = (attributes: Attributes, data: () => Uint8Array, bytes: Uint8Array): ReadEvent => {
  try {
    if (attributes['specversion'] !== '1.0') throw invalid('the event’s specversion is not 1.0');
    const time = optional(attributes, 'time');
    return {
      id: required(attributes, 'id'),
      source: sourceOf(attributes),
      type: required(attributes, 'type'),
      subject: optional(attributes, 'subject'),
      ...(time !== '' && { time: Instant.parse(time) }),
      contentType: optional(attributes, 'datacontenttype'),
      data: data(),
    };
  } catch (error) {
    if (!Failure.is(error)) throw error;
    const { id } = attributes;
    const isShown = typeof id === 'string' && !disallowed.test(id);
    return { failure: error, id: isShown ? id.slice(0, attributeLengthMax) : '', bytes };
  }
};
