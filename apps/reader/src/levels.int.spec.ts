import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer } from 'node:http';
import { Instant, Position, RecordKey, type Timeline } from '#domain';
import { patientKey } from '../../../libs/testing/src/builders/feed.js';
import { fhir, firstEvents, martin } from '../test/a-hospital.spec.js';
import { anEstablishment, AReader, changes, idsOf, putPatient } from '../test/a-reader.spec.js';

const one = anEstablishment();
const two = anEstablishment();
const four = anEstablishment();
let reader: AReader;

beforeAll(async () => {
  reader = await AReader.open();
  await reader.feed(one, firstEvents);
  await reader.feed(two, [putPatient('p1', { name: [{ family: 'Autre' }] }), putPatient('q9', martin)]);
  await peer.listen();
  const peers = { b: peer.url, c: 'http://127.0.0.1:1' };
  await reader.serve({ both: [one, two], first: [one], second: [two], fourth: [four] }, peers);
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
