import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogEvent } from '#domain';
import { readMessage } from '#hl7v2';
import { anEvent } from '../../../libs/testing/src/builders/feed.js';
import { contextOf, er7 } from '../../../libs/hl7v2/src/fixtures/context.js';
import { fhir } from '../test/a-hospital.spec.js';
import { anEstablishment, AReader } from '../test/a-reader.spec.js';

/** Short ids, without what they are made of. */
const idOf = (kind: string, _domain: string, identifier: string): string =>
  `${kind}-${Buffer.from(identifier).toString('hex').slice(-40)}`;

const sent = (...segments: readonly string[]): LogEvent => {
  const reading = readMessage(er7(...segments), { ...contextOf(), idOf });
  if (!reading.accepted) throw new Error(JSON.stringify(reading.errors));
  return anEvent([], { ...reading.event, messageId: '' });
};
const pid = 'PID|1||42^^^CH^PI||FICTIVE^Zoé|||F';
const pv1 = 'PV1|1|I|3620||||||||||||||||V7^^^CH^VN';
const result = sent(
  'MSH|^~\\&|LAB|CH|EAI|GHT|20260310091500||ORU^R01^ORU_R01|R1|P|2.5',
  pid,
  pv1,
  'OBR|1|P1|F100|24326-1^Ionogramme^LN|||20260310080000||||||||||||||||||F',
  'OBX|1|NM|2823-3^Potassium^LN||5.30|mmol/L|||||F',
  'OBX|2|ED|CR^Compte rendu^L||^Application^PDF^Base64^AAAA||||||F',
);
const visit = sent(
  'MSH|^~\\&|GAM|CH|EAI|GHT|20260310070000||ADT^A01^ADT_A01|A1|P|2.5',
  'EVN||20260310070000',
  pid,
  pv1,
);

/** A reference to a visit. */
interface Named {
  readonly reference: string;
  readonly identifier: { readonly system: string; readonly value: string };
}

describe('a visit that results and documents name', () => {
  const [before, after, never] = [anEstablishment(), anEstablishment(), anEstablishment()];
  let reader: AReader;
  beforeAll(async () => {
    reader = await AReader.open();
    await reader.feed(before, [visit, result]);
    await reader.feed(after, [result, visit]);
    await reader.feed(never, [result]);
    await reader.serve({ one: [before, after, never] });
  });
  afterAll(() => reader.close());

  const get = (path: string) => reader.get(path, 'one');
  const namedIn = async (base: string): Promise<readonly Named[]> => {
    const found = await Promise.all(
      ['Observation', 'DiagnosticReport', 'DocumentReference'].map((type) => get(`${base}/${type}`)),
    );
    return found.map(({ text }) => {
      const { entry = [] } = JSON.parse(text) as {
        readonly entry?: readonly {
          readonly resource: { encounter?: Named; context?: { encounter: readonly Named[] } };
        }[];
      };
      expect(entry).toHaveLength(1);
      const resource = entry[0]?.resource;
      const named = resource?.encounter ?? resource?.context?.encounter[0];
      if (!named) throw new Error('names no visit');
      return named;
    });
  };
  const byNumber = async (base: string, { identifier: { system, value } }: Named) =>
    (await get(`${base}/Encounter?identifier=${encodeURIComponent(`${system}|${value}`)}`)).text;

  it.each([
    ['told before', before],
    ['told afterwards', after],
  ])('is found by its reference and by its number: %s', async (_when, establishment) => {
    const base = fhir(establishment);
    const named = await namedIn(base);
    expect(named.map(({ identifier }) => identifier.value)).toEqual(['V7', 'V7', 'V7']);
    for (const one of named) {
      const { status, text } = await get(`${base}/${one.reference}`);
      expect([status, JSON.parse(text)]).toMatchObject([200, { identifier: [one.identifier], status: 'in-progress' }]);
      expect(await byNumber(base, one)).toContain(`/${one.reference}"`);
    }
  });

  it('and that was never told has its number in each of them; who follows the reference is told where', async () => {
    const base = fhir(never);
    const named = await namedIn(base);
    expect(named.map(({ identifier }) => identifier)).toMatchObject(
      named.map(() => ({ type: { coding: [{ code: 'VN' }] }, system: 'urn:reprise:750712184:CH', value: 'V7' })),
    );
    for (const one of named) {
      const { status, body, text } = await get(`${base}/${one.reference}`);
      expect([status, body.resourceType]).toEqual([404, 'OperationOutcome']);
      expect(text).toContain('encounter.identifier');
      expect(await byNumber(base, one)).not.toContain('"entry"');
    }
    expect((await get(`${base}/Patient/none`)).text).not.toContain('encounter.identifier');
  });
});
