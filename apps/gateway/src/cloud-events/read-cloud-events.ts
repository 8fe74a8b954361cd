import type { IncomingHttpHeaders } from 'node:http';
import { Failure, Instant } from '#domain';
import {
  elementsAt,
  isObjectAt,
  type JsonScan,
  type Member,
  membersAt,
  scanJson,
  type Span,
  UnsupportedMedia,
  valueAt,
} from '#fhir';

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

/** An event, or what is wrong with it; of a batch each one by itself. */
export type ReadEvent = CloudEvent | UnreadEvent;

export interface UnreadEvent {
  readonly failure: Failure;
  readonly id: string;
  /** As of an event that was read; of what names itself only in part, that part. */
  readonly messageId: string;
  /** The event's own, for the journal. */
  readonly bytes: Uint8Array;
}

export interface ReadEvents {
  readonly mode: CloudEventsMode;
  readonly events: readonly ReadEvent[];
}

/** `source` + `id` identify an event, wherever it came by: in the log, and in the journal of refusals. */
export const eventMessageId = (source: string, id: string): string =>
  [source, id].filter((part) => part !== '').join(' ');

/** @limit Gateway | characters of an attribute of a CloudEvent | 422 */
const attributeLengthMax = 1_024;
/** @limit Gateway | events in a batch | 413 */
const batchMax = 10_000;
const invalid = (what: string, hint: string): Failure => new Failure('input.invalid', what, hint);

/**
 * CloudEvents over HTTP, section 3 of the HTTP protocol binding: structured and batch are told by their content type, all else is
 * binary. Throws `UnsupportedMedia`.
 */
export const modeOf = (headers: IncomingHttpHeaders): CloudEventsMode => {
  const contentType = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (contentType === 'application/cloudevents-batch+json') return 'batch';
  if (contentType === 'application/cloudevents+json') return 'structured';
  if (contentType.startsWith('application/cloudevents'))
    throw new UnsupportedMedia(
      'this event format is not supported',
      'send application/cloudevents+json (one event) or application/cloudevents-batch+json (a list)',
    );
  if (Object.keys(headers).some((name) => name.startsWith('ce-'))) return 'binary';
  throw new UnsupportedMedia(
    'neither the Content-Type nor a header ce-… makes this a CloudEvent',
    'send application/cloudevents+json (one event) or application/cloudevents-batch+json (a list), or the attributes as the headers ce-specversion, ce-id, ce-source and ce-type',
  );
};

/** Throws `input.*` where the whole cannot be read. */
export const readCloudEvents = (headers: IncomingHttpHeaders, body: Uint8Array): ReadEvents => {
  const mode = modeOf(headers);
  if (mode === 'binary') return { mode, events: [eventOf(binaryAttributes(headers), () => body, body)] };
  const scan = scanJson(body);
  if (mode === 'structured') return { mode, events: [structured(scan, scan.root)] };
  if (body[scan.root.start] !== 0x5b)
    throw invalid('a batch is an array of events', 'send [event, …]; one event alone as application/cloudevents+json');
  const elements = elementsAt(body, scan.root);
  if (elements.length === 0) throw invalid('the batch holds no event', 'send at least one');
  if (elements.length > batchMax)
    throw new Failure('input.too-large', `a batch holds at most ${batchMax} events`, 'split it');
  return { mode, events: elements.map((span) => structured(scan, span)) };
};

type Attributes = Readonly<Record<string, unknown>>;

/** The id under which an event of binary mode stands in the log or the journal; empty where its headers do not tell. */
export const messageIdOfHeaders = (headers: IncomingHttpHeaders): string =>
  shownIds(binaryAttributes(headers)).messageId;

/** Section 3.1.3.2: values are percent-encoded. */
const binaryAttributes = (headers: IncomingHttpHeaders): Attributes => {
  const attributes: Record<string, unknown> = { datacontenttype: headers['content-type'] };
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
  const own = bytes.subarray(span.start, span.end);
  if (!isObjectAt(bytes, span)) {
    const hint = 'send {"specversion": "1.0", …}; a list of events as application/cloudevents-batch+json';
    return { failure: invalid('an event is a JSON object', hint), id: '', messageId: '', bytes: own };
  }
  const members = new Map(membersAt(bytes, span).map((member) => [member.name, member]));
  const attributes: Record<string, unknown> = {};
  for (const [name, member] of members)
    if (name !== 'data' && name !== 'data_base64') attributes[name] = valueAt(bytes, member);
  return eventOf(attributes, () => dataOf(bytes, members), own);
};

/** JSON data to the letter, text as its characters in UTF-8, `data_base64` as its bytes (JSON format, section 3.1). */
const dataOf = (bytes: Uint8Array, members: ReadonlyMap<string, Member>): Uint8Array => {
  const [data, base64] = [members.get('data'), members.get('data_base64')];
  if (data && base64) throw invalid('the event has data and data_base64', 'send one of them');
  if (base64) {
    const text = valueAt(bytes, base64);
    if (typeof text !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
      throw invalid('data_base64 is no base64', 'send base64 without blanks (RFC 4648, section 4)');
    return Buffer.from(text, 'base64');
  }
  if (!data) return Buffer.alloc(0);
  if (bytes[data.start] !== 0x22) return bytes.subarray(data.start, data.end);
  return Buffer.from(String(valueAt(bytes, data)));
};

/** CloudEvents 1.0, type system: a String holds none of these; and Postgres would not store a NUL. */
const disallowed = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;

const isReadable = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= attributeLengthMax && !disallowed.test(value);

const required = (attributes: Attributes, name: string): string => {
  const value = attributes[name];
  if (!isReadable(value))
    throw invalid(
      `the event has no ${name} that can be read`,
      `send ${name}: 1 to ${attributeLengthMax} characters, none of them a control character, percent-encoded in a header ce-…`,
    );
  return value;
};

/** RFC 3986: what no URI-reference holds. Without a space in the source, source + space + id is one pair and no other. */
const noUri = /[\s"<>\\^`{|}]/;

const sourceOf = (attributes: Attributes): string => {
  const source = required(attributes, 'source');
  if (noUri.test(source))
    throw invalid(
      'the event’s source is no URI-reference',
      'send a URI-reference without blanks and quotes, for example urn:his',
    );
  return source;
};

const optional = (attributes: Attributes, name: string): string =>
  attributes[name] === undefined || attributes[name] === null ? '' : required(attributes, name);

const timeOf = (attributes: Attributes): Instant | undefined => {
  const time = optional(attributes, 'time');
  try {
    return time === '' ? undefined : Instant.parse(time);
  } catch (error) {
    throw Failure.is(error) ? invalid(`time: ${error.message}`, error.hint) : error;
  }
};

/** What of its ids can be shown, of an event that cannot be read as well. */
const shownIds = ({ id, source }: Attributes): { readonly id: string; readonly messageId: string } => {
  const shown = isReadable(id) ? id : '';
  const from = isReadable(source) && !noUri.test(source) ? source : '';
  return { id: shown, messageId: eventMessageId(from, shown) };
};

const eventOf = (attributes: Attributes, data: () => Uint8Array, bytes: Uint8Array): ReadEvent => {
  try {
    if (attributes['specversion'] !== '1.0')
      throw invalid('the event’s specversion is not 1.0', 'send specversion "1.0" (CloudEvents 1.0)');
    const time = timeOf(attributes);
    return {
      id: required(attributes, 'id'),
      source: sourceOf(attributes),
      type: required(attributes, 'type'),
      subject: optional(attributes, 'subject'),
      ...(time !== undefined && { time }),
      contentType: optional(attributes, 'datacontenttype'),
      data: data(),
    };
  } catch (failure) {
    if (!Failure.is(failure)) throw failure;
    return { failure, ...shownIds(attributes), bytes };
  }
};
