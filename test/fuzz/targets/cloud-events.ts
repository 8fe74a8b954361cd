import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { Failure } from '#domain';
import { captureEvent } from '../../../apps/gateway/src/cloud-events/capture-event.js';
import { type ReadEvents, readCloudEvents } from '../../../apps/gateway/src/cloud-events/read-cloud-events.js';
import { er7Seeds } from '../er7-seeds.js';
import { encounter, jsonWords, observation, patient } from '../json-seeds.js';
import { playedCapture, publisher } from '../played-capture.js';
import type { Target } from '../target.js';

const seed = (headers: Readonly<Record<string, string>>, body: unknown): Buffer => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`);
  return Buffer.from(`${lines.join('')}\n${typeof body === 'string' ? body : JSON.stringify(body)}`);
};

const event = (over: object = {}): object => ({
  specversion: '1.0',
  id: '1',
  source: 'urn:his',
  type: 'org.hl7.fhir.r4.put',
  subject: 'Patient/p1',
  time: '2026-03-10T14:30:00+01:00',
  datacontenttype: 'application/fhir+json',
  data: patient,
  ...over,
});
const binary = {
  'content-type': 'application/fhir+json',
  'ce-specversion': '1.0',
  'ce-id': '1',
  'ce-source': 'urn:his',
  'ce-type': 'org.hl7.fhir.r4.put',
  'ce-subject': 'Observation/o1',
  'ce-time': '2026-03-10T14:30:00+01:00',
};
const er7 = er7Seeds[0]?.toString('utf8') ?? '';
const v2 = { type: 'org.hl7.v2.message', subject: undefined };

const headersIn = (text: string): IncomingHttpHeaders =>
  Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]] : [];
    }),
  );

const read = (headers: IncomingHttpHeaders, body: Buffer): ReadEvents | undefined => {
  try {
    return readCloudEvents(headers, body);
  } catch (error) {
    if (Failure.is(error)) return undefined;
    throw error;
  }
};

/** Headers, an empty line, the body: in the three modes. */
export const cloudEventsTarget = (): Target => ({
  format: { delimiters: '{}[]:,"/ \n', separators: ',\n', words: jsonWords },
  seeds: [
    seed(binary, observation),
    seed({ ...binary, 'ce-type': 'org.hl7.v2.message', 'content-type': 'x-application/hl7-v2+er7' }, er7),
    seed({ 'content-type': 'application/cloudevents+json' }, event()),
    seed({ 'content-type': 'application/cloudevents+json' }, event({ ...v2, data: er7 })),
    seed({ 'content-type': 'application/cloudevents-batch+json' }, [
      event({ id: 'p', type: 'org.hl7.fhir.r4.patch', data: { active: true } }),
      event({ id: 'r', type: 'org.hl7.fhir.r4.remove', data: undefined }),
      event({ id: 'e', subject: 'Encounter/e1', data: encounter }),
      event({ id: 'b', ...v2, data: undefined, data_base64: Buffer.from(er7).toString('base64') }),
    ]),
  ],
  code: /\/dist\/(?:libs\/(?:fhir|domain|hl7v2)|apps\/gateway)\//,
  run: async (input) => {
    const end = input.indexOf('\n\n');
    const headers = headersIn(input.toString('latin1', 0, Math.max(0, end)));
    const events = read(headers, input.subarray(end + 2))?.events ?? [];
    const { capture, refusals } = playedCapture();
    for (const one of events) {
      const before = refusals();
      const { outcome } = await captureEvent(capture, publisher, one);
      assert.notEqual(outcome, 'not-now');
      assert.equal(refusals() - before, outcome === 'refused' ? 1 : 0);
    }
  },
});
