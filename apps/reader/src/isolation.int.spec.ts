import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finess } from '#domain';
import { anEstablishment, AReader, type Answered, changes, nextOf, putPatient } from '../test/a-reader.spec.js';
import { patientKey, put } from '../../../libs/testing/src/builders/feed.js';
import { RecordKey } from '#domain';

const mine = anEstablishment();
const other = anEstablishment();
const missing = anEstablishment();
const canary = 'CANARY-OF-THE-OTHER';
let reader: AReader;

beforeAll(async () => {
  reader = await AReader.open();
  const patients = (secret: string) => [
    ...Array.from({ length: 6 }, (_, n) =>
      putPatient(`p${n}`, {
        name: [{ family: secret }],
        identifier: [{ system: 'urn:ipp', value: secret }],
        gender: 'male',
      }),
    ),
    changes(put(RecordKey.parse(`Observation/${secret}`), { status: 'final' }, patientKey(1))),
    changes({
      kind: 'merge-patch',
      record: RecordKey.parse('Observation/none'),
      patient: patientKey(1),
      content: Buffer.from('{}'),
    }),
  ];
  await reader.feed(mine, patients('mine'));
  await reader.feed(other, patients(canary));
  await reader.serve({ me: [mine], them: [other], nobody: [] });
});
afterAll(() => reader.close());

const fhir = (finess: Finess | string): string => `/establishments/${finess}/fhir`;
const now = (): string => encodeURIComponent(new Date(reader.now).toISOString());
const form = (body: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body,
});

/** Every way to read below an establishment's base. */
const routes = (): readonly (readonly [path: string, init?: RequestInit])[] => [
  ['/metadata'],
  ['/Patient'],
  ['/Patient?_id=p1'],
  ['/Patient?name=canary'],
  ['/Patient?_total=accurate&_summary=count'],
  [`/Patient?_asOf=${now()}`],
  ['/Patient/_search', form('name=canary')],
  ['/Patient/p1'],
  ['/Patient/none'],
  [`/Patient/p1?_asOf=${now()}`],
  ['/Patient/p1/_history'],
  ['/Patient/p1/_history/1-1'],
  ['/Patient/_history'],
  ['/_history'],
  [`/_history?_asOf=${now()}`],
  [`/Observation/${canary}`],
];

const told = ({ status, text, headers }: Answered): string =>
  [status, text, ...[...headers].filter(([name]) => name !== 'date' && name !== 'x-correlation-id')].join('\n');

describe('another establishment', () => {
  it('is refused at every address, in the same words whether it, or the record, exists or not', async () => {
    for (const [path, init] of routes()) {
      const answers = await Promise.all(
        [fhir(other), fhir(missing), fhir('nonsense'), `${fhir(other)}`.toLowerCase()].map((base) =>
          reader.get(base + path, 'me', init),
        ),
      );
      expect([path, ...answers.map(({ status }) => status)]).toEqual([path, 403, 403, 403, 403]);
      expect(new Set(answers.map(told)).size).toBe(1);
      expect(told(answers[0] as Answered)).not.toMatch(new RegExp(`${canary}|${other}|watermark`, 'i'));
    }
  });

  it('cannot be named in any other way', async () => {
    const tricks = [
      `/establishments/${mine}%2F..%2F${other}/fhir/Patient/p1`,
      `${fhir(mine)}/..%2F..%2F${other}%2Ffhir/Patient/p1`,
      `${fhir(mine)}/Patient/..%2F..%2F..%2F${other}%2Ffhir%2FPatient%2Fp1`,
      `/establishments/${mine},${other}/fhir/Patient`,
      `${fhir(mine)}/Patient?establishment=${other}`,
      `${fhir(mine)}/Observation/${canary}`,
      `${fhir(mine)}/Patient?_id=p1&finess=${other}`,
      `/territories/${other}/fhir/Patient`,
    ];
    for (const path of tricks) {
      const answer = await reader.get(path, 'me');
      expect([path, [400, 403, 404].includes(answer.status)]).toEqual([path, true]);
      expect(told(answer)).not.toContain(canary);
    }
  });

  it('is in no search of the territory, nor in its totals, watermark and list of replicas', async () => {
    for (const [path, init] of [
      ['/territories/ght-test/fhir/Patient?_total=accurate'],
      ['/territories/ght-test/fhir/Patient/_search', form('identifier=CANARY-OF-THE-OTHER')],
      ['/territories/ght-test/fhir/Patient/_search', form('gender=male&_count=2')],
      [`/territories/ght-test/fhir/Patient?_asOf=${now()}`],
      [`/territories/ght-test/fhir/Observation?patient=p1`],
      ['/replicas'],
      ['/replicas/a'],
    ] as const) {
      const answer = await reader.get(path, 'me', init);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(told(answer)).not.toContain(canary);
      expect(told(answer)).not.toContain(other);
      expect(told(await reader.get(path, 'nobody', init))).not.toContain(mine);
    }
    expect((await reader.get('/territories/ght-test/fhir/Patient?_total=accurate', 'me')).body.total).toBe(6);
  });
});

describe('a cursor', () => {
  const cursorOf = async (path: string, token: string): Promise<string> => {
    const { body } = await reader.get(path, token);
    return new URL(nextOf(body) ?? '').searchParams.get('_cursor') ?? '';
  };

  it('is of no use to another caller, at another address, or with another question', async () => {
    const search = await cursorOf(`${fhir(mine)}/Patient?_count=2`, 'me');
    const historic = await cursorOf(`${fhir(mine)}/Patient/_history?_count=2`, 'me');
    const theirs = await cursorOf(`${fhir(other)}/Patient?_count=2`, 'them');
    const territory = await cursorOf('/territories/ght-test/fhir/Patient?_count=2', 'them');
    const uses: readonly (readonly [path: string, cursor: string])[] = [
      [`${fhir(mine)}/Patient?_count=2`, theirs],
      ['/territories/ght-test/fhir/Patient?_count=2', territory],
      [`${fhir(mine)}/Patient?_count=2&gender=male`, search],
      [`${fhir(mine)}/Observation?_count=2`, search],
      [`${fhir(mine)}/Patient/_history?_count=2`, search],
      [`${fhir(mine)}/_history?_count=2`, historic],
      [`${fhir(mine)}/Patient?_count=2`, historic],
      ['/territories/ght-test/fhir/Patient?_count=2', search],
    ];
    for (const [path, cursor] of uses) {
      const { status } = await reader.get(`${path}&_cursor=${cursor}`, 'me');
      expect([path, status]).toEqual([path, 400]);
    }
    expect((await reader.get(`${fhir(mine)}/Patient?_count=2&_cursor=${search}`, 'me')).status).toBe(200);
    expect((await reader.get(`${fhir(other)}/Patient?_count=2&_cursor=${theirs}`, 'me')).status).toBe(403);
  });

  it('that was forged shows nothing that its bearer may not see', async () => {
    const real = await cursorOf('/territories/ght-test/fhir/Patient?_count=2', 'me');
    const [digest] = JSON.parse(Buffer.from(real, 'base64url').toString('utf8')) as [string];
    const forged = Buffer.from(JSON.stringify([digest, other, 'p0'])).toString('base64url');
    const answer = await reader.get(`/territories/ght-test/fhir/Patient?_count=2&_cursor=${forged}`, 'me');
    expect(told(answer)).not.toContain(canary);
    for (const place of [[], [1], ['p1', 'p2', 'p3'], [{}, 'p'], ['x'.repeat(300)]]) {
      const odd = Buffer.from(JSON.stringify([digest, ...place])).toString('base64url');
      expect((await reader.get(`/territories/ght-test/fhir/Patient?_count=2&_cursor=${odd}`, 'me')).status).toBe(400);
    }
  });
});

describe('callers that take turns', () => {
  it('each get their own, whatever connection serves them', async () => {
    const answers = await Promise.all(
      Array.from({ length: 300 }, async (_, n) => {
        const [token, finess, secret] =
          n % 2 === 0 ? (['me', mine, 'mine'] as const) : (['them', other, canary] as const);
        const path = n % 3 === 0 ? '/territories/ght-test/fhir/Patient' : `${fhir(finess)}/Patient/p${n % 6}`;
        const { status, text } = await reader.get(path, token);
        return status === 200 && text.includes(secret) && !text.includes(secret === 'mine' ? canary : '"mine"');
      }),
    );
    expect(answers.filter((right) => !right)).toEqual([]);
  });
});
