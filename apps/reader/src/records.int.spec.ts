import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, exact, fhir, firstEvents } from '../test/a-hospital.spec.js';
import { anEstablishment, AReader, nextOf, start } from '../test/a-reader.spec.js';

const one = anEstablishment();
let reader: AReader;

beforeAll(async () => {
  reader = await AReader.open();
  await reader.feed(one, firstEvents);
  await reader.serve({ first: [one] });
});
afterAll(async () => {
  await reader.close();
});

describe('a record', () => {
  it('comes back to the letter, with id and meta set, and the watermark', async () => {
    const { status, text, headers } = await reader.get(`${fhir(one)}/Observation/o1`, 'first');
    expect(status).toBe(200);
    expect(text).toBe(
      exact.replace('"meta":{"tag"', '"meta":{"versionId":"1-2","lastUpdated":"2026-09-21T14:13:22.000Z","tag"'),
    );
    expect(headers.get('content-type')).toBe('application/fhir+json; charset=utf-8');
    expect(headers.get('etag')).toBe('W/"1-2"');
    expect(headers.get('last-modified')).toBe('Mon, 21 Sep 2026 14:13:22 GMT');
    expect(headers.get('reprise-watermark')).toBe(`"${one}";position=8;timeline=1;age=0.0;state=live`);
  });

  it('is not sent again to who has it', async () => {
    const asked = (headers: Record<string, string>) => reader.get(`${fhir(one)}/Patient/p1`, 'first', { headers });
    expect((await asked({ 'if-none-match': 'W/"1-0", W/"1-4"' })).status).toBe(304);
    const unchanged = await asked({ 'if-none-match': 'W/"1-4"' });
    expect([unchanged.status, unchanged.text, unchanged.headers.get('etag')]).toEqual([304, '', 'W/"1-4"']);
    expect(unchanged.headers.get('reprise-watermark')).toContain('position=8');
    expect((await asked({ 'if-none-match': 'W/"1-0"' })).status).toBe(200);
    const lastModified = (await asked({})).headers.get('last-modified') ?? '';
    expect((await asked({ 'if-modified-since': lastModified })).status).toBe(304);
    expect((await asked({ 'if-modified-since': new Date(start + 10_000).toUTCString() })).status).toBe(304);
    expect((await asked({ 'if-modified-since': new Date(start).toUTCString() })).status).toBe(200);
    expect((await asked({ 'if-modified-since': 'yesterday' })).status).toBe(200);
    // ETag decides where both are sent (RFC 9110, section 13.2.2).
    expect((await asked({ 'if-none-match': 'W/"1-0"', 'if-modified-since': lastModified })).status).toBe(200);
  });

  it('is not found, or gone, each with an OperationOutcome and the watermark', async () => {
    for (const path of ['Patient/none', 'Patient/p1%2Fx', 'Nothing/p1', 'Patient/_search', 'Observation/p1']) {
      const { status, body } = await reader.get(`${fhir(one)}/${path}`, 'first');
      expect([path, status, body.resourceType, body.issue[0]?.code]).toEqual([
        path,
        404,
        'OperationOutcome',
        'not-found',
      ]);
    }
    expect((await reader.get(`${fhir(one)}/Patient/none`, 'first')).headers.get('reprise-watermark')).toContain(one);
    const gone = await reader.get(`${fhir(one)}/Observation/o2`, 'first');
    expect([gone.status, gone.body.issue[0]?.code, gone.headers.get('etag')]).toEqual([410, 'deleted', 'W/"1-5"']);
    expect(gone.headers.get('reprise-watermark')).toContain('position=8');
  });

  it('has versions', async () => {
    const versions = async (id: string) => (await reader.get(`${fhir(one)}/Patient/p1/_history/${id}`, 'first')).status;
    expect(await Promise.all(['1-0', '1-4', '1-1', '2-0', 'x', '1-999999'].map(versions))).toEqual([
      200, 200, 404, 404, 404, 404,
    ]);
    const old = await reader.get(`${fhir(one)}/Patient/p1/_history/1-0`, 'first');
    expect(old.text).toContain('"gender":"female"');
    expect((await reader.get(`${fhir(one)}/Observation/o2/_history/1-5`, 'first')).status).toBe(410);
    expect((await reader.get(`${fhir(one)}/Observation/o2/_history/1-3`, 'first')).status).toBe(200);
  });

  it('that was replaced by a merge stays readable, and says by whom', async () => {
    const old = await reader.get(`${fhir(one)}/Patient/pold`, 'first');
    expect(old.status).toBe(200);
    expect(old.text).toContain('"link":[{"other":{"reference":"Patient/pnew"},"type":"replaced-by"}]');
  });

  it('answers HEAD without a body', async () => {
    const { status, text, headers } = await reader.get(`${fhir(one)}/Patient/p1`, 'first', { method: 'HEAD' });
    expect([status, text, headers.get('etag')]).toEqual([200, '', 'W/"1-4"']);
  });
});

describe('a history', () => {
  const walk = async (path: string): Promise<readonly string[]> => {
    const seen: string[] = [];
    for (let url: string | undefined = path; url !== undefined; ) {
      const { status, body } = await reader.get(url, 'first');
      expect(status).toBe(200);
      seen.push(
        ...(body.entry ?? []).map(
          ({ fullUrl, request, response }) =>
            `${request?.method} ${fullUrl.split('/fhir/')[1]} ${response?.etag.slice(3, -1)}`,
        ),
      );
      url = nextOf(body);
    }
    return seen;
  };
  const all = [
    'PUT Patient/pold 1-8',
    'PUT Patient/pnew 1-8',
    'PUT Patient/pnew 1-7',
    'PUT Patient/pold 1-6',
    'DELETE Observation/o2 1-5',
    'PUT Patient/p1 1-4',
    'PUT Observation/o2 1-3',
    'PUT Observation/o1 1-2',
    'PUT Patient/p2 1-1',
    'PUT Patient/p1 1-0',
  ];

  it('of a record, a type, everything: newest first, whatever the page', async () => {
    for (const count of [1, 2, 3, 50]) {
      expect(await walk(`${fhir(one)}/_history?_count=${count}`)).toEqual(all);
      expect(await walk(`${fhir(one)}/Patient/_history?_count=${count}`)).toEqual(
        all.filter((entry) => entry.includes(' Patient/')),
      );
      expect(await walk(`${fhir(one)}/Observation/o2/_history?_count=${count}`)).toEqual(
        all.filter((entry) => entry.includes(' Observation/o2 ')),
      );
    }
  });

  it('begins at an instant, and ends at one', async () => {
    expect(await walk(`${fhir(one)}/_history?_since=${at(5)}`)).toEqual(all.slice(0, 5));
    expect(await walk(`${fhir(one)}/_history?_asOf=${at(5)}`)).toEqual(all.slice(4));
    expect(await walk(`${fhir(one)}/Patient/p1/_history?_asOf=${at(3)}`)).toEqual(['PUT Patient/p1 1-0']);
  });

  it('of what is not here is not found', async () => {
    expect((await reader.get(`${fhir(one)}/Patient/none/_history`, 'first')).status).toBe(404);
    expect((await reader.get(`${fhir(one)}/Nothing/_history`, 'first')).status).toBe(404);
    expect((await reader.get(`${fhir(one)}/Basic/_history`, 'first')).status).toBe(200);
  });
});
