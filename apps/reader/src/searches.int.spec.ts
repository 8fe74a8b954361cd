import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, fhir, firstEvents, martin } from '../test/a-hospital.spec.js';
import { Instant, RecordKey } from '#domain';
import { patientKey } from '../../../libs/testing/src/builders/feed.js';
import { anEstablishment, AReader, changes, idsOf, nextOf, putPatient, putText } from '../test/a-reader.spec.js';

const one = anEstablishment();
const two = anEstablishment();
const three = anEstablishment();
const merging = anEstablishment();
let reader: AReader;

/** Three records of one person, each with a result of its own: a into b into c. */
const merges = [
  ...['a', 'b', 'c'].flatMap((id) => [
    changes({ kind: 'identify', patient: patientKey(id), edits: [] }),
    putText(
      `Observation/of-${id}`,
      `{"resourceType":"Observation","id":"of-${id}","subject":{"reference":"${patientKey(id)}"}}`,
      patientKey(id),
    ),
  ]),
  changes({ kind: 'link', patient: patientKey('a'), into: patientKey('b') }),
  changes({ kind: 'link', patient: patientKey('b'), into: patientKey('c') }),
  changes({ kind: 'unlink', patient: patientKey('a'), from: patientKey('b') }),
];

beforeAll(async () => {
  reader = await AReader.open();
  await reader.feed(one, firstEvents);
  await reader.feed(two, [putPatient('p1', { name: [{ family: 'Autre' }] }), putPatient('q9', martin)]);
  await reader.feed(merging, merges);
  await reader.serve({ both: [one, two], first: [one], third: [three], merging: [merging], nobody: [] });
});
afterAll(async () => {
  await reader.close();
});

describe('a search', () => {
  const found = async (question: string, token = 'first', base = fhir(one)): Promise<readonly string[]> => {
    const { status, body } = await reader.get(`${base}/${question}`, token);
    expect([question, status, body.resourceType]).toEqual([question, 200, 'Bundle']);
    return idsOf(body);
  };

  it('finds by every parameter', async () => {
    const expected: Readonly<Record<string, readonly string[]>> = {
      Patient: ['p1', 'p2', 'pnew', 'pold'],
      'Patient?_id=p2,p1,none': ['p1', 'p2'],
      'Patient?identifier=urn:ipp%7Cipp-1': ['p1'],
      'Patient?identifier=ipp-1': ['p1'],
      'Patient?identifier=urn:other%7Cipp-1': [],
      'Patient?identifier=urn:ipp%7C': ['p1'],
      'Patient?name=martin': ['p1', 'p2'],
      'Patient?name=hotel%20zoe': ['p1'],
      'Patient?family=martinez': ['p2'],
      'Patient?family:exact=Martinez': ['p2'],
      'Patient?family:exact=martinez': [],
      'Patient?given=luc': ['p2'],
      'Patient?birthdate=1980-03-24': ['p1'],
      'Patient?birthdate=ge1976': ['p1'],
      'Patient?birthdate=lt1980': ['p2'],
      'Patient?gender=male': ['p2', 'pold'],
      'Patient?gender=female': [],
      'Patient?gender=other': ['p1'],
      'Patient?name=martin&gender=male': ['p2'],
      'Patient?gender=male,other&birthdate=ge1900&name=mar': ['p1', 'p2'],
      'Observation?patient=p1': ['o1'],
      'Observation?subject=Patient/p1': ['o1'],
      'Observation?patient=p2': [],
      [`Patient?_lastUpdated=ge${at(6)}`]: ['pnew', 'pold'],
      [`Patient?_lastUpdated=lt${at(4)}`]: ['p2'],
    };
    for (const [question, ids] of Object.entries(expected))
      expect([question, await found(question)]).toEqual([question, ids]);
  });

  it('finds under the surviving record what was told under those that it replaced, for as long as it replaced them', async () => {
    const stamp = async (position: number): Promise<string> =>
      encodeURIComponent(Instant.iso(await reader.stampOf(merging, position)));
    const of = async (id: string, when = '', base = fhir(merging)): Promise<readonly string[]> =>
      found(`Observation?patient=${RecordKey.id(patientKey(id))}${when}`, 'merging', base);
    const merged = `&_asOf=${await stamp(7)}`;
    expect(await of('c', merged)).toEqual(['of-a', 'of-b', 'of-c']);
    expect(await of('b', merged)).toEqual(['of-a', 'of-b']);
    expect(await of('a', merged)).toEqual(['of-a']);
    expect(await of('c', `&_asOf=${await stamp(5)}`)).toEqual(['of-c']);
    expect(await of('c')).toEqual(['of-b', 'of-c']);
    expect(await of('c', merged, '/territories/ght-test/fhir')).toEqual(['of-a', 'of-b', 'of-c']);
    const counted = await reader.get(
      `${fhir(merging)}/Observation?subject=${patientKey('c')}&_summary=count${merged}`,
      'merging',
    );
    expect(counted.body['total']).toBe(3);
  });

  it('answers from history, tokens and all', async () => {
    expect(await found(`Patient?gender=female&_asOf=${at(3)}`)).toEqual(['p1']);
    expect(await found(`Patient?gender=other&_asOf=${at(3)}`)).toEqual([]);
    expect(await found(`Observation?patient=p2&_asOf=${at(4)}`)).toEqual(['o2']);
    expect(await found(`Patient?_asOf=${at(0)}`)).toEqual(['p1']);
    expect(await found(`Patient?_asOf=${encodeURIComponent('2020-01-01T00:00:00Z')}`)).toEqual([]);
    expect(await found('Patient?_id=p1,p2&_asOf=2026-09-21T16:13:20.000+02:00')).toEqual(['p1']);
    const { body, headers } = await reader.get(`${fhir(one)}/Patient/p1?_asOf=${at(3)}`, 'first');
    expect(body).toMatchObject({ gender: 'female', meta: { versionId: '1-0' } });
    expect(headers.get('reprise-watermark')).toBe(`"${one}";position=3;timeline=1;age=0.0;state=live`);
    expect((await reader.get(`${fhir(one)}/Observation/o2?_asOf=${at(4)}`, 'first')).status).toBe(200);
    expect((await reader.get(`${fhir(one)}/Patient/pnew?_asOf=${at(4)}`, 'first')).status).toBe(404);
    expect((await reader.get(`${fhir(one)}/Patient/p1/_history/1-4?_asOf=${at(3)}`, 'first')).status).toBe(404);
  });

  it('may come as a form, which no address repeats', async () => {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'identifier=urn:ipp|ipp-1',
    };
    const { status, body } = await reader.get(`${fhir(one)}/Patient/_search`, 'first', init);
    expect([status, idsOf(body), body.link[0]?.url]).toEqual([
      200,
      ['p1'],
      `${reader.url}${fhir(one)}/Patient/_search`,
    ]);
    const form = { ...init, body: 'birthdate=ge1900&_count=1' };
    const first = await reader.get(`${fhir(one)}/Patient/_search`, 'first', form);
    const next = nextOf(first.body) ?? '';
    expect(next).not.toContain('birthdate');
    const second = await reader.get(next, 'first', form);
    expect([idsOf(first.body), idsOf(second.body), nextOf(second.body)]).toEqual([['p1'], ['p2'], undefined]);
  });

  it('tells the total where it is asked for', async () => {
    const total = async (question: string) => (await reader.get(`${fhir(one)}/${question}`, 'first')).body;
    expect(await total('Patient')).not.toHaveProperty('total');
    expect(await total('Patient?_total=accurate&_count=1')).toMatchObject({ total: 4 });
    expect((await total('Patient?_total=accurate&_count=1')).entry).toHaveLength(1);
    expect(await total('Patient?_summary=count&name=martin')).toMatchObject({ total: 2 });
    expect(await total('Patient?_summary=count')).not.toHaveProperty('entry');
    expect(await total(`Patient?_summary=count&_asOf=${at(1)}`)).toMatchObject({ total: 2 });
  });

  it('goes on where a page ended, whatever is written meanwhile', async () => {
    const ids = Array.from({ length: 25 }, (_, i) => `p${String(i * 2).padStart(3, '0')}`);
    await reader.feed(
      three,
      ids.map((id) => putPatient(id)),
    );
    const seen: string[] = [];
    let written = 0;
    for (let url: string | undefined = `${fhir(three)}/Patient?_count=4`; url !== undefined; ) {
      const { body } = await reader.get(url, 'third');
      seen.push(...idsOf(body));
      url = nextOf(body);
      // Between any two, before and behind the page.
      await reader.feed(three, [
        putPatient(`p${String(written * 8 + 1).padStart(3, '0')}`),
        putPatient(ids[0] ?? '', { n: ++written }),
      ]);
    }
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen.filter((id) => ids.includes(id))).toEqual(ids);
  });

  it('refuses what it does not know, naming parameter and remedy', async () => {
    const questions = [
      'Patient?colour=red',
      'Patient?birthdate=soon',
      'Patient?birthdate=1980-02-30',
      'Patient?_lastUpdated=ge2026-02-30',
      'Patient?_count=many',
      'Patient?_summary=true',
      'Patient?_summary=data',
      'Patient?_elements=id',
      'Patient?_sort=birthdate',
      'Patient?_include=Patient:link',
      'Patient?_has:Observation:patient:code=1',
      'Patient?gender:not=male',
      'Patient?_total=all',
      'Patient?_asOf=2026-11-20T14:30:00',
      'Patient?_asOf=2026-02-30T14:30:00Z',
      'Patient/p1?_asOf=yesterday',
      'Patient/p1?_summary=true',
      'Patient/p1?_elements=id',
      'Patient/p1/_history/1-0?_since=2026-11-20T14:30:00Z',
      'Patient/_history?_since=2026-02-30T14:30:00Z',
      'Patient/_history?_at=2026-11-20T14:30:00Z',
      'Patient/p1/_history?_asOf=1',
      'Patient?_cursor=abc',
      'Patient/_history?_cursor=WzFd',
      'Patient?identifier=',
    ];
    for (const question of questions)
      for (const headers of [{}, { prefer: 'handling=strict' }]) {
        const { status, body } = await reader.get(`${fhir(one)}/${question}`, 'first', { headers });
        expect([question, status, body.issue?.[0]?.code]).toEqual([question, 400, 'invalid']);
      }
    const { body } = await reader.get(`${fhir(one)}/Patient?_asOf=2026-11-20T14:30:00`, 'first');
    expect(body.issue[0]?.diagnostics).toMatch(/_asOf.*RFC 3339 with a zone/);
    const future = await reader.get(`${fhir(one)}/Patient?_asOf=2099-01-01T00:00:00Z`, 'first');
    expect([future.status, future.body.issue[0]?.diagnostics]).toEqual([400, expect.stringContaining('still to come')]);
    const lenient = await reader.get(`${fhir(one)}/Patient?colour=red`, 'first', {
      headers: { prefer: 'handling=lenient' },
    });
    expect([lenient.status, lenient.text]).toEqual([200, expect.stringContaining('"mode":"outcome"')]);
    // A value that cannot be is no unknown parameter.
    const wrong = { headers: { prefer: 'handling=lenient' } };
    expect((await reader.get(`${fhir(one)}/Patient?birthdate=soon`, 'first', wrong)).status).toBe(400);
  });
});

describe('a territory', () => {
  it('is searched over what the caller may see, page by page', async () => {
    for (const count of [1, 2, 50]) {
      const seen: string[] = [];
      for (let url: string | undefined = `/territories/ght-test/fhir/Patient?_count=${count}`; url !== undefined; ) {
        const { body, headers } = await reader.get(url, 'both');
        expect(headers.get('reprise-watermark')).toBe(
          `"${one}";position=8;timeline=1;age=0.0;state=live, "${two}";position=1;timeline=1;age=0.0;state=live`,
        );
        seen.push(...(body.entry ?? []).map(({ fullUrl }) => fullUrl.replace(reader.url, '')));
        url = nextOf(body);
      }
      expect(seen).toEqual([
        ...['p1', 'p2', 'pnew', 'pold'].map((id) => `${fhir(one)}/Patient/${id}`),
        ...['p1', 'q9'].map((id) => `${fhir(two)}/Patient/${id}`),
      ]);
    }
    const { body } = await reader.get('/territories/ght-test/fhir/Patient?name=zoe&_total=accurate', 'both');
    expect([idsOf(body), body.total]).toEqual([['p1', 'q9'], 2]);
    expect((await reader.get('/territories/ght-other/fhir/Patient', 'both')).status).toBe(404);
    const none = await reader.get('/territories/ght-test/fhir/Patient', 'nobody');
    expect([none.status, none.body.entry, none.headers.get('reprise-watermark')]).toEqual([200, undefined, null]);
  });
});
