import { testKafka } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway, type TestSender } from '../test/a-gateway.spec.js';
import { admission } from '../test/messages.spec.js';
import { MllpClient } from '../test/mllp-client.spec.js';

/** What a field may hold where it ought not to: a name, and a number of a fictitious person. */
const canary = 'DUPONT Jean 279035121518989';
/** As it may be told in parts, in another case, or percent-encoded. */
const traces = /dupont|jean|279035121518989/i;

/** The senders here are French; what stands in quotes, in lists of codes and in addresses is FHIR's. */
const english = /\b(?:the|is|are|not|send|with|this|than|was|expected|may|its|invalid|missing)\b/i;
const withoutNames = (text: string): string =>
  text.replaceAll(/https?:[^\s"\\]+|\\"[^"\\]*\\"|"(?:code|id|outcome|severity)":"[^"]*"|partie de [^"]*/g, '');

type Json = null | boolean | number | string | Json[] | { readonly [name: string]: Json };

const observation: Json = {
  resourceType: 'Observation',
  id: 'o',
  meta: { profile: ['urn:p'], lastUpdated: '2026-11-20T14:30:00Z', tag: [{ system: 'urn:t', code: 'c' }] },
  contained: [{ resourceType: 'Practitioner', id: 'p', active: true, birthDate: '1980-01-01' }],
  extension: [{ url: 'urn:x', valueDecimal: 1.3 }],
  identifier: [{ system: 'urn:oid:1.2', value: 'v', use: 'usual', period: { start: '2026-01-01' } }],
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '1-1', userSelected: true }] },
  subject: { reference: 'Patient/p' },
  effectiveDateTime: '2026-11-20T14:30:00Z',
  issued: '2026-11-20T14:30:00Z',
  valueQuantity: { value: 1.3, comparator: '<', code: 'g', system: 'urn:u' },
  component: [{ code: { text: 't' }, valueInteger: 3 }],
};

/** The same with the canary in the place of each value, as the name of each member, and as an item of each list. */
const withCanary = function* (value: Json): Generator<Json> {
  yield canary;
  if (typeof value !== 'object' || value === null) {
    yield { [canary]: value };
    yield [canary];
  } else if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) for (const changed of withCanary(item)) yield value.with(at, changed);
  } else {
    for (const [name, member] of Object.entries(value)) {
      yield { ...value, [canary]: member };
      for (const changed of withCanary(member)) yield { ...value, [name]: changed };
    }
  }
};

describe('what a refusal says', () => {
  let gateway: TestGateway;
  let sender: TestSender;
  beforeAll(async () => {
    gateway = await startTestGateway(testKafka().brokers);
    [sender] = gateway.senders;
  });
  afterAll(() => gateway.stop());

  const send = async (
    method: string,
    path: string,
    { body, headers = {} }: { readonly body?: string; readonly headers?: Record<string, string> },
  ): Promise<{ readonly status: number; readonly text: string }> => {
    const answer = await fetch(`${gateway.base}/establishments/${sender.finess}${path}`, {
      method,
      headers: { authorization: `Bearer ${sender.token}`, 'content-type': 'application/fhir+json', ...headers },
      ...(body !== undefined && { body }),
    });
    return { status: answer.status, text: await answer.text() };
  };
  /** Of the newest refusals: why. Their bytes and ids are the message itself, which is shown to whom may see it. */
  const reasons = async (): Promise<string> =>
    JSON.stringify(
      (await gateway.refusals(sender.finess)).map(({ refusal }) => [
        refusal.reasons,
        refusal.label,
        refusal.acknowledgement,
      ]),
    );

  it('of a FHIR write, holds no value and no odd name of it, and is French', async () => {
    let refused = 0;
    for (const changed of withCanary(observation)) {
      const { status, text } = await send('PUT', '/fhir/Observation/o', { body: JSON.stringify(changed) });
      expect([200, 422]).toContain(status);
      expect(text).not.toMatch(traces);
      if (status === 422) expect(withoutNames(text)).not.toMatch(english);
      refused += status === 422 ? 1 : 0;
      if (refused % 50 === 49) expect(await reasons()).not.toMatch(traces);
    }
    expect(refused).toBeGreaterThan(100);
  }, 120_000);

  it('of a Bundle, a patch, an address and a header, neither', async () => {
    const odd = encodeURIComponent(canary);
    const entry = {
      fullUrl: 'urn:uuid:1',
      resource: { resourceType: 'Patient', id: 'x' },
      request: { method: 'PUT', url: 'Patient/x' },
    };
    const bundles = [...withCanary({ resourceType: 'Bundle', type: 'transaction', entry: [entry] })];
    const merge = { 'content-type': 'application/merge-patch+json' };
    const asked = [
      ...bundles.map((body) => send('POST', '/fhir', { body: JSON.stringify(body) })),
      ...[
        `/fhir/${odd}/x`,
        `/fhir/Patient/${odd}`,
        `/fhir/Patient?identifier=${odd}`,
        `/fhir/Patient/x/${odd}`,
        `/fhir/$${odd}`,
      ].map((path) => send('PUT', path, { body: '{}' })),
      ...['content-type', 'content-encoding', 'if-match', 'if-none-exist'].map((name) =>
        send('PUT', '/fhir/Patient/x', { body: '{"resourceType":"Patient","id":"x"}', headers: { [name]: canary } }),
      ),
      ...[`{"${canary}"`, `"${canary}"`, `[${canary}]`, canary, `{"id":"${canary}"}`].map((body) =>
        send('PATCH', '/fhir/Patient/x', { body, headers: merge }),
      ),
      send('GET', `/fhir/Patient?name=${odd}`, {}),
      send('PUT', '/fhir/Patient/x', { body: '{}', headers: { 'idempotency-key': canary.repeat(20) } }),
    ];
    for (const { status, text } of await Promise.all(asked))
      expect([status < 500 || status === 501, text]).toEqual([true, expect.not.stringMatching(traces) as string]);
    expect(await reasons()).not.toMatch(traces);
  }, 60_000);

  it('of a CloudEvent, neither, and is French', async () => {
    const event = {
      specversion: '1.0',
      id: 'i',
      source: 'urn:his',
      type: 'org.hl7.fhir.r4.put',
      subject: 'Patient/x',
      time: '2026-11-20T14:30:00Z',
      datacontenttype: 'application/fhir+json',
      data: { resourceType: 'Patient', id: 'x' },
    };
    for (const [name] of Object.entries(event)) {
      const changed = JSON.stringify({ ...event, [name]: canary });
      for (const [type, body] of [
        ['application/cloudevents+json', changed],
        ['application/cloudevents-batch+json', `[${changed}]`],
      ] as const) {
        const { text } = await send('POST', '/events', { body, headers: { 'content-type': type } });
        // The sender's own id names the event that is spoken of.
        expect(text.replace(`"id":"${canary}"`, '')).not.toMatch(traces);
        expect(withoutNames(text)).not.toMatch(english);
      }
      const { data, ...attributes } = event;
      const headers = Object.fromEntries(
        Object.entries({ ...attributes, [name]: canary }).map(([own, value]) => [`ce-${own}`, value]),
      );
      const { text } = await send('POST', '/events', { body: JSON.stringify(data), headers });
      expect(text.replace(`"id":"${canary}"`, '')).not.toMatch(traces);
    }
    expect(await reasons()).not.toMatch(traces);
  }, 60_000);

  it('of an HL7 message, neither, whatever field it stands in', async () => {
    const client = await MllpClient.plain(sender.mllpPort);
    const segments = admission('canary').toString().split('\r');
    for (const [at, segment] of segments.entries()) {
      const fields = segment.split('|');
      for (const [field] of fields.entries()) {
        const changed = segments.with(at, fields.with(field, field === 0 ? `${canary}|${segment}` : canary).join('|'));
        const answer = await client.ask(Buffer.from(changed.join('\r')));
        // MSA and MSH repeat what names the message and its parties (HL7 v2.5, section 2.9.2).
        for (const line of answer.split('\r').filter((one) => one.startsWith('ERR'))) expect(line).not.toMatch(traces);
      }
    }
    client.close();
    expect(await reasons()).not.toMatch(traces);
  }, 60_000);

  it('stands in no log line and no metric', async () => {
    expect(gateway.logged.length).toBeGreaterThan(0);
    expect(gateway.logged.join('')).not.toMatch(traces);
    expect(await (await fetch(`${gateway.base}/metrics`)).text()).not.toMatch(traces);
  });
});
