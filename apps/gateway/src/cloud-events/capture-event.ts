import { Failure } from '#domain';
import { inLanguage, scanJson, valueAt, type WriteRequest } from '#fhir';
import type { Captured, CaptureMessage, Envelope, Publisher } from '#usecases';
import { type CloudEvent, eventMessageId, type ReadEvent } from './read-cloud-events.js';

const fhirMethods: Readonly<Record<string, 'PUT' | 'PATCH' | 'DELETE'>> = {
  'org.hl7.fhir.r4.put': 'PUT',
  'org.hl7.fhir.r4.patch': 'PATCH',
  'org.hl7.fhir.r4.remove': 'DELETE',
};
const hl7Type = 'org.hl7.v2.message';
export const eventTypes = [...Object.keys(fhirMethods), hl7Type];

/** What the sender was told, for the log. */
const told = '202';

const envelopeOf = ({ source, id, time }: CloudEvent): Envelope => ({
  messageId: eventMessageId(source, id),
  ...(time !== undefined && { sentAt: time }),
  cloudEvent: { source, id },
});

/** FHIRPath Patch: what is no JSON is told so when it is read. */
const isParameters = (data: Uint8Array): boolean => {
  try {
    const { bytes, members } = scanJson(data);
    const type = members.get('resourceType');
    return type !== undefined && valueAt(bytes, type) === 'Parameters';
  } catch {
    return false;
  }
};

/** Data that is called JSON, or FHIR, is a merge patch where the event's type says patch: contract, section 4. */
const isMergePatch = ({ contentType, data }: CloudEvent): boolean =>
  /^(?:application\/(?:fhir\+)?json)?\s*(?:;|$)/i.test(contentType) && !isParameters(data);

const writeOf = (event: CloudEvent, method: WriteRequest['method']): WriteRequest => {
  const contentType =
    method === 'PATCH' && isMergePatch(event)
      ? event.contentType.replace(/^[^;]*/, 'application/merge-patch+json')
      : event.contentType;
  return {
    method,
    path: event.subject,
    headers: contentType === '' ? {} : { 'content-type': contentType },
    body: event.data,
  };
};

const unknownType = new Failure(
  'input.not-supported',
  'this type of event is not taken here',
  `send one of ${eventTypes.join(', ')}`,
);

/** A record is written under its id: what else a URL may say is no subject. */
const unwritable = ({ subject }: CloudEvent): Failure | undefined => {
  if (/^\/?[A-Z][A-Za-z]+\/[^/?]+$/.test(subject)) return undefined;
  const what = subject === '' ? 'the event has no subject' : 'the event’s subject names no record';
  return new Failure('input.invalid', what, 'name the record: subject = Type/id');
};

/** One event into the log, or why not. */
export const captureEvent = async (
  capture: CaptureMessage,
  publisher: Publisher,
  event: ReadEvent,
): Promise<Captured> => {
  const { language } = publisher.sender;
  if ('failure' in event) {
    const unread = { method: 'POST', body: event.bytes } as const;
    return capture.refuseWrite(publisher, unread, event, inLanguage(event.failure, language));
  }
  const envelope = envelopeOf(event);
  if (event.type === hl7Type) return capture.hl7(publisher, event.data, envelope);
  const method = fhirMethods[event.type];
  const write = writeOf(event, method ?? 'POST');
  const failure = method ? unwritable(event) : unknownType;
  if (failure) return capture.refuseWrite(publisher, write, envelope, inLanguage(failure, language));
  return capture.fhir(publisher, write, { ...envelope, told });
};
