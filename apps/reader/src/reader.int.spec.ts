import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finess, Instant, Position, RecordKey, type Timeline } from '#domain';
import { patientKey } from '../../../libs/testing/src/builders/feed.js';
import { anEstablishment, AReader, changes, idsOf, nextOf, putPatient, putText, start } from '../test/a-reader.spec.js';

const one = anEstablishment();
const two = anEstablishment();
const three = anEstablishment();
const four = anEstablishment();
const empty = anEstablishment();
let reader: AReader;
const fhir = (finess: Finess): string => `/establishments/${finess}/fhir`;
const at = (position: number): string => encodeURIComponent(Instant.iso(Instant.of(start + position * 1000)));

const exact =
  '{ "resourceType":"Observation","id":"o1", "valueQuantity":{"value":1.30,"x":12345678901234567890} ,"meta":{"tag":[{"code":"t"}]}}';
const martin = {
  identifier: [{ system: 'urn:ipp', value: 'ipp-1' }],
  name: [{ family: "D'Hôtel-Martin", given: ['Zoé', 'Anne'] }],
  birthDate: '1980-03-24',
  gender: 'female',
};

/** Positions of establishment one. */
const firstEvents = [
  putPatient('p1', martin), // 0
  putPatient('p2', { name: [{ family: 'Martinez', given: ['Luc'] }], birthDate: '1975', gender: 'male' }), // 1
  putText('Observation/o1', exact, 'Patient/p1'), // 2
  putText(
    'Observation/o2',
    '{"resourceType":"Observation","id":"o2","subject":{"reference":"Patient/p2"}}',
    'Patient/p2',
  ), // 3
  putPatient('p1', { ...martin, gender: 'other' }), // 4
  changes({ kind: 'remove', record: RecordKey.parse('Observation/o2') }), // 5
  changes({ kind: 'identify', patient: patientKey('old'), edits: [{ op: 'set', member: 'gender', value: 'male' }] }), // 6
  changes({ kind: 'identify', patient: patientKey('new'), edits: [] }), // 7
  changes({ kind: 'link', patient: patientKey('old'), into: patientKey('new') }), // 8
];

beforeAll(async () => {
  reader = await AReader.open();
  await reader.feed(one, firstEvents);
  await reader.feed(two, [putPatient('p1', { name: [{ family: 'Autre' }] }), putPatient('q9', martin)]);
  await peer.listen();
  await reader.serve(
    {
      both: [one, two],
      first: [one],
      second: [two],
      third: [three],
      fourth: [four],
      nobody: [],
      lost: [empty],
    },
    { b: peer.url, c: 'http://127.0.0.1:1' },
  );
});
afterAll(async () => {
  await peer.close();
  await reader.close();
});

/** A second reader, over the same database as far as anyone can tell: passes on what the first says of itself. */
const peer = {
  asked: [] as [path: string, authorization: string][],
  url: '',
  server: createServer((request, response) => {
    peer.asked.push([request.url ?? '', request.headers.authorization ?? '']);
    void reader
      .get('/replicas/a', (request.headers.authorization ?? '').slice('Bearer '.length))
      .then(({ text }) => response.setHeader('content-type', 'application/json').end(text));
  }),
  async listen(): Promise<void> {
    await new Promise<void>((resolve) => peer.server.listen(0, '127.0.0.1', resolve));
    const address = peer.server.address();
    peer.url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  },
  async close(): Promise<void> {
    peer.server.closeAllConnections();
    await new Promise((resolve) => peer.server.close(resolve));
  },
};

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
      'Patient?_count=many',
      'Patient?_asOf=2026-11-20T14:30:00',
      'Patient/p1?_asOf=yesterday',
      'Patient/p1/_history?_asOf=1',
      'Patient?_cursor=abc',
      'Patient/_history?_cursor=WzFd',
      'Patient?identifier=',
    ];
    for (const question of questions) {
      const { status, body } = await reader.get(`${fhir(one)}/${question}`, 'first');
      expect([question, status, body.issue[0]?.code]).toEqual([question, 400, 'invalid']);
    }
    const { body } = await reader.get(`${fhir(one)}/Patient?_asOf=2026-11-20T14:30:00`, 'first');
    expect(body.issue[0]?.diagnostics).toMatch(/_asOf.*RFC 3339 with a zone/);
    const future = await reader.get(`${fhir(one)}/Patient?_asOf=2099-01-01T00:00:00Z`, 'first');
    expect([future.status, future.body.issue[0]?.diagnostics]).toEqual([400, expect.stringContaining('still to come')]);
    const lenient = await reader.get(`${fhir(one)}/Patient?colour=red`, 'first', {
      headers: { prefer: 'handling=lenient' },
    });
    expect([lenient.status, lenient.text]).toEqual([200, expect.stringContaining('"mode":"outcome"')]);
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

  it('leaves a line in the log, without the patient', async () => {
    reader.lines.length = 0;
    await reader.get(`${fhir(one)}/Patient/p1`, 'first');
    await reader.get(`${fhir(one)}/Patient?name=martin`, 'first');
    expect(reader.lines).toMatchObject([
      { name: 'record.read', caller: 'first', establishment: one, context: 'read Patient', count: 1, status: 200 },
      { name: 'record.read', caller: 'first', establishment: one, context: 'search Patient', count: 2, status: 200 },
    ]);
    expect(JSON.stringify(reader.lines)).not.toMatch(/p1|martin/i);
  });
});

describe('how old an answer is', () => {
  it('is said, and refused where the caller cannot use it', async () => {
    const ask = (maxAge?: string) =>
      reader.get(
        `${fhir(one)}/Patient/p1`,
        'first',
        maxAge === undefined ? {} : { headers: { 'reprise-max-age': maxAge } },
      );
    reader.now += 59_950;
    expect((await ask('60')).headers.get('reprise-watermark')).toContain(';age=60.0;state=live');
    reader.now += 250;
    expect((await ask()).headers.get('reprise-watermark')).toContain(';age=60.2;state=stale');
    expect((await ask('61')).status).toBe(200);
    const old = await ask('60');
    expect([old.status, old.headers.get('retry-after')]).toEqual([503, '2']);
    expect(old.body.issue[0]?.diagnostics).toContain(`${one}: 60.2 s`);
    expect((await ask('soon')).status).toBe(400);
    const territory = await reader.get('/territories/ght-test/fhir/Patient', 'both', {
      headers: { 'reprise-max-age': '1' },
    });
    expect(territory.status).toBe(503);
    reader.now -= 60_200;
  });

  it('is said to be incomplete where an event waits for that patient', async () => {
    const patch = {
      kind: 'merge-patch',
      record: RecordKey.parse('Observation/none'),
      patient: patientKey(1),
      content: Buffer.from('{}'),
    } as const;
    await reader.feed(four, [putPatient('p1'), putPatient('p2'), changes(patch)]);
    const said = async (path: string) =>
      (await reader.get(`${fhir(four)}/${path}`, 'fourth')).headers.get('reprise-watermark');
    const since = `;incomplete-since=@${(await reader.stampOf(four, 2)) / 1000}`;
    expect(await said('Patient/p1')).toContain(since);
    expect(await said('Observation/none')).toContain(since);
    expect(await said('Patient/p2')).not.toContain('incomplete');
    expect(await said('Patient?_id=p2')).toContain(since);
    expect(
      await said(`Patient/p1?_asOf=${encodeURIComponent(Instant.iso(await reader.stampOf(four, 1)))}`),
    ).not.toContain('incomplete');
  });
});

describe('a promotion', () => {
  it('is seen by the next read, and a rollback by the one after', async () => {
    const generations = await reader.store.generations(two);
    const timeline: Timeline = {
      number: 2,
      parent: { number: 1 },
      branch: Position.of(0),
      cut: Position.of(0),
      exclusions: { senders: [], types: [], between: [], clock: 'recorded' },
      plannedAt: Position.of(1),
      afterCut: 'omit',
      resumeAt: Position.of(1),
    };
    const restored = await reader.build(two, timeline, 0);
    expect((await reader.get(`${fhir(two)}/Patient/q9`, 'second')).status).toBe(200);
    const epoch = await reader.store.takeOver(two);
    await reader.store.makeLive(two, restored, epoch);
    const { status, headers } = await reader.get(`${fhir(two)}/Patient/q9`, 'second');
    expect([status, headers.get('reprise-watermark')]).toEqual([
      404,
      `"${two}";position=0;timeline=2;age=0.0;state=restored`,
    ]);
    const kept = await reader.get(`${fhir(two)}/Patient/p1`, 'second');
    expect([kept.status, kept.headers.get('etag')]).toEqual([200, 'W/"1-0"']);
    expect(idsOf((await reader.get(`${fhir(two)}/Patient`, 'second')).body)).toEqual(['p1']);
    await reader.store.makeLive(two, generations[0]?.generation ?? 0, epoch);
    expect((await reader.get(`${fhir(two)}/Patient/q9`, 'second')).status).toBe(200);
  });
});

describe('the replicas', () => {
  it('tell how level each is, and which does not answer', async () => {
    const { status, text } = await reader.get('/replicas', 'both');
    expect(status).toBe(200);
    const at = { timeline: 1, ageSeconds: 0, state: 'live', levelAt: Instant.iso(Instant.of(reader.now)) };
    const establishments = [
      { establishment: one, position: 8, ...at },
      { establishment: two, position: 1, ...at },
    ];
    const own = { replica: 'a', url: reader.url, state: 'reachable', level: true, establishments };
    expect(JSON.parse(text)).toEqual({
      territory: 'ght-test',
      replicas: [
        own,
        { ...own, replica: 'b', url: peer.url },
        { replica: 'c', url: 'http://127.0.0.1:1', state: 'unreachable', level: false, establishments: [] },
      ],
    });
    expect(peer.asked).toEqual([['/replicas/b', 'Bearer both']]);
    expect(JSON.parse((await reader.get('/replicas/a', 'both')).text)).toEqual(own);
    expect((await reader.get('/replicas/b', 'both')).status).toBe(404);
  });
});

describe('a database that goes away', () => {
  it('is answered by 503, and read again when it is back', async () => {
    const { name } = reader.database;
    await reader.superuser.query(`alter database ${name} allow_connections false`);
    const cut =
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = 'reprise_reader'";
    await reader.superuser.query(cut, [name]);
    const away = await reader.get(`${fhir(one)}/Patient/p1`, 'first');
    expect([away.status, away.headers.get('retry-after'), away.body.resourceType]).toEqual([
      503,
      '2',
      'OperationOutcome',
    ]);
    expect((await reader.get('/readyz')).status).toBe(503);
    expect((await reader.get('/livez')).status).toBe(200);
    const { text } = await reader.get('/replicas', 'first');
    expect(JSON.parse(text)).toMatchObject({ replicas: [{ replica: 'a', state: 'unreachable' }, {}, {}] });
    await reader.superuser.query(`alter database ${name} allow_connections true`);
    const answers = await Promise.all(Array.from({ length: 40 }, () => reader.get(`${fhir(one)}/Patient/p1`, 'first')));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });
});
