import { Failure } from '#domain';
import { UnsupportedMedia } from '#fhir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CloudEvent, messageIdOfHeaders, type ReadEvent, readCloudEvents } from './read-cloud-events.js';

const attributes = { specversion: '1.0', id: '1', source: '/his', type: 'org.hl7.fhir.r4.put', subject: 'Patient/1' };
const structuredType = { 'content-type': 'application/cloudevents+json; charset=UTF-8' };
const batchType = { 'content-type': 'application/cloudevents-batch+json' };

const only = (headers: Record<string, string>, body: string): CloudEvent => {
  const [event] = readCloudEvents(headers, Buffer.from(body)).events;
  if (!event || 'failure' in event) throw new Error(event?.failure.message ?? 'none');
  return event;
};
const dataOf = (event: ReadEvent): string =>
  'data' in event ? Buffer.from(event.data).toString() : event.failure.message;

describe('reading CloudEvents', () => {
  it('decodes what binary mode percent-encodes', () => {
    const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
    const event = only({ ...headers, 'ce-source': '/h%C3%B4pital', 'content-type': 'application/json' }, '{}');
    expect([event.source, event.contentType, dataOf(event)]).toEqual(['/hôpital', 'application/json', '{}']);
    const [broken] = readCloudEvents({ ...headers, 'ce-source': '%C3' }, Buffer.from('{}')).events;
    expect(broken && 'failure' in broken).toBe(true);
  });

  it.each(['%00', '%0A', '%C2%85', '%EF%BF%BF', '\0', '\x1f'])(
    'refuses %j in an attribute: what is kept must be storable',
    (text) => {
      for (const name of Object.keys(attributes).filter((one) => one !== 'specversion')) {
        const headers = Object.fromEntries(Object.entries(attributes).map(([own, value]) => [`ce-${own}`, value]));
        const [read] = readCloudEvents({ ...headers, [`ce-${name}`]: `x${text}` }, Buffer.from('{}')).events;
        expect(read && 'failure' in read && [read.failure.code, read.id]).toEqual([
          'input.invalid',
          name === 'id' ? '' : '1',
        ]);
      }
    },
  );

  it('takes JSON data to the letter, text as its characters, base64 as its bytes, and none as none', () => {
    const data = '{ "a" : 1.30, "b":"\\u00e9" }';
    const withData = (member: string): string =>
      `${JSON.stringify(attributes).slice(0, -1)}${member === '' ? '' : `,${member}`}}`;
    expect(dataOf(only(structuredType, withData(`"data":${data}`)))).toBe(data);
    expect(dataOf(only(structuredType, withData('"data":"MSH|\\rPID|\\u00e9"')))).toBe('MSH|\rPID|é');
    const latin1 = Buffer.from('MSH|\xe9', 'latin1');
    const base64 = only(structuredType, withData(`"data_base64":"${latin1.toString('base64')}"`));
    expect(Buffer.from(base64.data).equals(latin1)).toBe(true);
    expect(dataOf(only(structuredType, withData('')))).toBe('');
  });

  it('reads every event of a batch by itself', () => {
    const events = [attributes, { ...attributes, specversion: '0.3' }, 3, attributes];
    const read = readCloudEvents(batchType, Buffer.from(JSON.stringify(events)));
    expect(read.events.map((event) => 'failure' in event)).toEqual([false, true, true, false]);
  });

  it.each([
    ['both kinds of data', structuredType, { ...attributes, data: 1, data_base64: '' }],
    ['base64 that is none', structuredType, { ...attributes, data_base64: 'é' }],
    ['a local time', structuredType, { ...attributes, time: '2026-11-20T14:30:00' }],
    ['an id that is no text', structuredType, { ...attributes, id: 1 }],
    ['a source that is no URI-reference', structuredType, { ...attributes, source: 'urn:x y' }],
    ['an empty source', structuredType, { ...attributes, source: '' }],
    ['an id without end', structuredType, { ...attributes, id: 'x'.repeat(2_000) }],
  ])('refuses %s', (_what, headers, event) => {
    const [read] = readCloudEvents(headers, Buffer.from(JSON.stringify(event))).events;
    expect(read && 'failure' in read && read.failure.code).toBe('input.invalid');
  });

  it.each<[string, object, string]>([
    ['both', { specversion: '0.3' }, '/his 1'],
    ['both, its time is none', { time: 'x' }, '/his 1'],
    ['its id alone', { source: 'a b' }, '1'],
    ['its source alone', { id: '' }, '/his'],
    ['nothing', { id: 1, source: null }, ''],
  ])('gives an unread event the id of a read one, as far as it names itself: %s', (_what, over, messageId) => {
    const [unread] = readCloudEvents(structuredType, Buffer.from(JSON.stringify({ ...attributes, ...over }))).events;
    expect(unread && 'failure' in unread && unread.messageId).toBe(messageId);
    const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
    expect(messageIdOfHeaders(headers)).toBe('/his 1');
    expect(messageIdOfHeaders({})).toBe('');
  });

  it('does not take for binary mode what has no attribute at all', () => {
    for (const headers of [{}, { 'content-type': 'application/json' }, { 'content-type': '' }, { accept: 'ce-' }])
      expect(() => readCloudEvents(headers, Buffer.from('{}'))).toThrow(UnsupportedMedia);
  });

  it('fails on any bytes as a Failure and never otherwise', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.constantFrom(structuredType, batchType, {}), bytes, (headers, body) => {
        try {
          readCloudEvents(headers, body);
        } catch (error) {
          expect(Failure.is(error)).toBe(true);
        }
      }),
    );
  });
});
