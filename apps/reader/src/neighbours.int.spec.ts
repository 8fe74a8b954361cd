import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fhir, firstEvents } from '../test/a-hospital.spec.js';
import { anEstablishment, AReader } from '../test/a-reader.spec.js';
import { turnBounds } from './caller-turns.js';

const one = anEstablishment();
let reader: AReader;
beforeAll(async () => {
  reader = await AReader.open();
  await reader.feed(one, firstEvents);
  await reader.serve({ hostile: [one], second: [one], third: [one], good: [one] });
});
afterAll(() => reader.close());

/** Nobody can read names while this is held. */
const holdSearches = async (): Promise<() => Promise<void>> => {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: reader.database.superuserUrl });
  await client.connect();
  await client.query('begin; lock table tokens in access exclusive mode');
  return async () => {
    await client.query('rollback');
    await client.end();
  };
};

describe('a caller that asks for more than its share', () => {
  const { ofCaller, waitingOfCaller } = turnBounds.searches;
  const taken = ofCaller + waitingOfCaller;
  const search = `${fhir(one)}/Patient?name=martin`;

  it('waits behind itself, is then told so in its language, and keeps nobody else from reading and searching', async () => {
    const release = await holdSearches();
    const french = { headers: { 'accept-language': 'fr' } };
    const hostile = Array.from({ length: taken + 5 }, () => reader.get(search, 'hostile', french));
    const refused = await Promise.race(hostile);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2']);
    expect(refused.body.issue[0]).toMatchObject({ code: 'throttled' });
    expect(refused.body.issue[0]?.diagnostics).toMatch(/demandes de cet appelant attendent déjà ici: en envoyer moins/);
    expect((await reader.get(`${fhir(one)}/Patient/p1`, 'good')).status).toBe(200);
    expect((await reader.get(`${fhir(one)}/Patient/p1`, 'hostile')).status).toBe(200);
    const good = reader.get(search, 'good');
    await release();
    expect((await good).status).toBe(200);
    const statuses = (await Promise.all(hostile)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    expect(statuses.filter((status) => status === 200)).toHaveLength(taken);
  });
});

describe('three callers with searches that take long', () => {
  it('have not all places: a fourth one is answered while none of theirs is', async () => {
    const release = await holdSearches();
    const search = `${fhir(one)}/Patient?name=martin`;
    const hostile = ['hostile', 'second', 'third'].flatMap((caller) =>
      Array.from({ length: turnBounds.searches.ofCaller }, () => reader.get(search, caller)),
    );
    // A history takes turns with the searches, and needs nothing that is held.
    const good = reader.get(`${fhir(one)}/Patient/p1/_history`, 'good');
    const first = await Promise.race([good, ...hostile]);
    expect([first.status, first.body.resourceType, first === (await good)]).toEqual([200, 'Bundle', true]);
    await release();
    expect((await Promise.all(hostile)).map(({ status }) => status)).toEqual(hostile.map(() => 200));
  });
});

describe('what the server says of itself', () => {
  it('is not sent again to who has it', async () => {
    for (const [path, token] of [
      ['/fhir/metadata', ''],
      [`${fhir(one)}/metadata`, 'good'],
      ['/territories/ght-test/fhir/metadata', 'good'],
    ] as const) {
      const first = await reader.get(path, token);
      const etag = first.headers.get('etag') ?? '';
      const again = await reader.get(path, token, { headers: { 'if-none-match': etag } });
      expect([path, first.status, again.status, again.text]).toEqual([path, 200, 304, '']);
      expect(first.body.resourceType).toBe('CapabilityStatement');
    }
  });
});
