import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fhir, firstEvents } from '../test/a-hospital.spec.js';
import { anEstablishment, AReader } from '../test/a-reader.spec.js';

const one = anEstablishment();
const empty = anEstablishment();
let reader: AReader;

beforeAll(async () => {
  reader = await AReader.open();
  await reader.feed(one, firstEvents);
  await reader.serve({ first: [one], lost: [empty] });
});
afterAll(async () => {
  await reader.close();
});

describe('who may ask', () => {
  it('is known', async () => {
    for (const path of [
      `${fhir(one)}/Patient/p1`,
      `${fhir(one)}/metadata`,
      '/replicas',
      '/territories/ght-test/fhir/Patient',
    ]) {
      expect([path, (await reader.get(path)).status]).toEqual([path, 401]);
      expect([path, (await reader.get(path, 'wrong')).status]).toEqual([path, 401]);
      expect([path, (await reader.get(path, 'operator')).status]).toEqual([path, 403]);
      expect([path, (await reader.get(path, 'his')).status]).toEqual([path, 403]);
    }
    const { status, body } = await reader.get('/fhir/metadata');
    expect([status, body.resourceType]).toEqual([200, 'CapabilityStatement']);
    expect((await reader.get(`${fhir(one)}/metadata`, 'first')).status).toBe(200);
  });

  it('may only read', async () => {
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE'])
      for (const path of ['', '/Patient', '/Patient/p1', '/Patient/none', '/Patient/p1/_history/1-0']) {
        const init = { method, body: '{}', headers: { 'content-type': 'application/fhir+json' } };
        const { status, body, headers } = await reader.get(fhir(one) + path, 'first', init);
        expect([method, path, status, body.resourceType, headers.get('allow')]).toEqual([
          method,
          path,
          405,
          'OperationOutcome',
          'GET, HEAD',
        ]);
      }
  });

  it('gets 404 where this replica does not hold what it may see', async () => {
    const { status, body } = await reader.get(`${fhir(empty)}/Patient/p1`, 'lost');
    expect([status, body.issue[0]?.diagnostics]).toEqual([404, expect.stringContaining('does not hold')]);
  });

  it('leaves one line of each access in the log, with what was read and nothing of its content', async () => {
    reader.lines.length = 0;
    const from = { name: 'access', caller: 'first', callerKind: 'reader', establishment: one, method: 'GET' };
    const asked: readonly [string, Record<string, unknown>, RequestInit?][] = [
      ['/Patient/p1', { interaction: 'read Patient', record: 'Patient/p1', count: 1, status: 200 }],
      ['/Patient/none', { interaction: 'read Patient', record: 'Patient/none', status: 404 }],
      ['/Patient?name=martin', { interaction: 'search Patient', count: 2, status: 200 }],
      ['/Patient?martin=x', { interaction: 'search Patient', status: 400 }],
      ['/_history', { interaction: 'history', status: 200 }],
      ['/Patient/p1', { interaction: 'read Patient', status: 406 }, { headers: { accept: 'text/html' } }],
    ];
    for (const [path, , init] of asked) await reader.get(fhir(one) + path, 'first', init);
    await expect.poll(() => reader.lines).toMatchObject(asked.map(([, fields]) => ({ ...from, ...fields })));
    for (const index of [0, 2, 4]) expect(reader.lines[index]).toHaveProperty('ageSeconds', expect.any(Number));
    expect(JSON.stringify(reader.lines)).not.toMatch(/martin/i);
  });

  it('leaves the age of what was too old', async () => {
    reader.lines.length = 0;
    reader.now += 60_000;
    const { status } = await reader.get(`${fhir(one)}/Patient/p1`, 'first', { headers: { 'reprise-max-age': '0' } });
    await expect.poll(() => reader.lines).toMatchObject([{ status, ageSeconds: expect.any(Number) }]);
    expect(status).toBe(503);
  });
});
