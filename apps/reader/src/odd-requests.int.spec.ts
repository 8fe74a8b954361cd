import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anEstablishment, AReader, type Bundle, idsOf, putPatient, putText } from '../test/a-reader.spec.js';

const one = anEstablishment();
const sent = '{"resourceType":"Observation","id":"o","performer":[{"reference":"Practitioner?identifier=urn:rpps|1"}]}';
const formType = 'application/x-www-form-urlencoded';
const bases = [`/establishments/${one}/fhir`, '/territories/ght-test/fhir'];
let reader: AReader;

beforeAll(async () => {
  reader = await AReader.open();
  await reader.feed(one, [
    putPatient('p', { identifier: [{ system: 'urn:ipp', value: 'é 1%' }], name: [{ family: 'Lefèvre' }] }),
    putText('Observation/o', sent),
  ]);
  await reader.serve({ me: [one] });
});
afterAll(() => reader.close());

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}
interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Bundle;
}

/** As it stands on the wire: nothing is encoded, added or left out. */
const ask = (path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Told> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(reader.url);
    const asked = httpRequest({ hostname, port, path, method, headers: { authorization: 'Bearer me', ...headers } });
    asked.on('error', reject).on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: (text === '' ? {} : JSON.parse(text)) as Bundle,
        }),
      );
    });
    asked.end(body);
  });
const post = (path: string, body: string | Buffer, headers: Readonly<Record<string, string>>): Promise<Told> =>
  ask(path, { method: 'POST', body, headers: { 'content-length': String(Buffer.byteLength(body)), ...headers } });

/** A refusal says what is wrong and what helps, as an OperationOutcome. */
const refusedWith = (status: number): unknown => ({
  status,
  headers: expect.objectContaining({ 'content-type': 'application/fhir+json; charset=utf-8' }),
  body: {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: expect.any(String), diagnostics: expect.stringMatching(/.+: .+/) }],
  },
});

const questions = [
  'identifier',
  'name',
  'family:exact',
  'birthdate',
  'gender',
  '_id',
  '_lastUpdated',
  '_count',
  '_asOf',
  '_cursor',
  '_format',
  'nothing',
];
const controls = ['%00', 'x%00y', '%01', '%09', '%0A', '%0d%0a', '%1b', '%7F', '%C2%85'];
const broken = ['%ff', '%', '%f', '%zz', '100%', '%c3', '%c3%28', '%ed%a0%80', '%e9t%e9', '%f5%80%80%80'];

describe('a value that cannot be asked for', () => {
  it.each([...controls, ...broken])(
    '%s is 400 in every parameter, at every base, in an address and in a form',
    async (value) => {
      for (const base of bases)
        for (const name of questions) {
          expect([name, await ask(`${base}/Patient?${name}=${value}`)]).toEqual([name, refusedWith(400)]);
          const form = await post(`${base}/Patient/_search`, `${name}=${value}`, { 'content-type': formType });
          expect([name, form]).toEqual([name, refusedWith(400)]);
        }
    },
  );

  it.each([...controls, ...broken])('%s is 400 as a name, in a read and in a history', async (value) => {
    const [base] = bases;
    for (const path of [
      `/Patient?${value}=x`,
      `/Patient/p?_asOf=${value}`,
      `/Patient/p/_history?_since=${value}`,
      `/_history?_count=${value}`,
      `/metadata?_format=${value}`,
    ])
      expect([path, await ask(`${base}${path}`)]).toEqual([path, refusedWith(400)]);
    const lenient = await ask(`${base}/Patient?nothing=${value}`, { headers: { prefer: 'handling=lenient' } });
    expect(lenient).toEqual(refusedWith(400));
  });

  it.each([...controls, ...broken])(
    '%s in the path is not found, or cannot be read, and never a failure',
    async (value) => {
      for (const base of bases)
        for (const path of [
          `/${value}`,
          `/Patient/${value}`,
          `/Patient/${value}/_history`,
          `/Patient/p/_history/${value}`,
          `/${value}/_search`,
        ]) {
          const { status } = await ask(`${base}${path}`);
          expect([path, status === 400 || status === 404]).toEqual([path, true]);
        }
    },
  );

  it('is refused as bytes that are no UTF-8, and found as those that are', async () => {
    for (const base of bases) {
      const latin1 = await post(`${base}/Patient/_search`, Buffer.from('identifier=é', 'latin1'), {
        'content-type': formType,
      });
      expect(latin1).toEqual(refusedWith(400));
      const utf8 = await post(`${base}/Patient/_search`, 'family=Lefèvre', { 'content-type': formType });
      expect(idsOf(utf8.body)).toEqual(['p']);
      for (const query of [
        'identifier=urn:ipp%7C%C3%A9+1%25',
        'identifier=urn:ipp|%c3%a9%201%25',
        'family=lef%C3%A8vre&',
      ])
        expect([query, idsOf((await ask(`${base}/Patient?${query}`)).body)]).toEqual([query, ['p']]);
    }
  });

  it('is refused within a cursor that somebody made', async () => {
    for (const base of bases) {
      const path = `${base}/Patient?_count=1`;
      const madeFor = ['me', `${reader.url}${base}`, 'Patient', '_count=1'];
      const digest = createHash('sha256').update(JSON.stringify(madeFor)).digest('base64url').slice(0, 22);
      const follow = (place: string): Promise<Told> => {
        const places = base.startsWith('/territories') ? [one, place] : [place];
        return ask(`${path}&_cursor=${Buffer.from(JSON.stringify([digest, ...places])).toString('base64url')}`);
      };
      expect((await follow('a')).status).toBe(200);
      for (const place of ['\0', 'p\0', '\ud800', 'é', '']) expect(await follow(place)).toEqual(refusedWith(400));
    }
  });
});

describe('a search by POST', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['JSON', { 'content-type': 'application/json' }],
    ['FHIR JSON', { 'content-type': 'application/fhir+json' }],
    ['XML', { 'content-type': 'application/xml' }],
    ['text', { 'content-type': 'text/plain' }],
    ['several parts', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['nothing', {}],
    ['an empty name', { 'content-type': '' }],
    ['no type', { 'content-type': 'form' }],
    ['a form in Latin-1', { 'content-type': `${formType}; charset=ISO-8859-1` }],
    ['a packed form', { 'content-type': formType, 'content-encoding': 'gzip' }],
  ])('called %s is 415, and says as what it is taken', async (_what, headers) => {
    for (const base of bases)
      for (const body of ['family=Lef', '{"family":"Lef"}', '<x/>']) {
        const told = await post(`${base}/Patient/_search`, body, headers);
        expect(told).toEqual(refusedWith(415));
        expect(told.body.issue[0]?.diagnostics).toContain(formType);
      }
  });

  it.each([formType, `${formType}; charset=UTF-8`, `${formType.toUpperCase()};charset="utf-8"`])(
    'called %s is taken, and without a body whatever its type',
    async (type) => {
      for (const base of bases) {
        const found = await post(`${base}/Patient/_search`, 'family=Lef', { 'content-type': type });
        expect([found.status, idsOf(found.body)]).toEqual([200, ['p']]);
      }
      const empty = await post(`${bases[0]}/Patient/_search?family=Lef`, '', { 'content-type': 'application/json' });
      expect([empty.status, idsOf(empty.body)]).toEqual([200, ['p']]);
    },
  );
});

describe('a slash at the end', () => {
  it('is as none, with a query or without', async () => {
    for (const base of bases)
      for (const path of ['/Patient', '/metadata']) {
        const query = path === '/metadata' ? '?_format=json' : '?family=lef&_total=accurate';
        for (const asked of ['', query]) {
          const [without, slashed] = [await ask(`${base}${path}${asked}`), await ask(`${base}${path}/${asked}`)];
          expect([path, without.status, slashed.status]).toEqual([path, 200, 200]);
          expect(slashed.body).toEqual(without.body);
        }
      }
    const [base] = bases;
    for (const path of [
      '/Patient/p',
      '/Patient/p/_history',
      '/Patient/p/_history/1-0',
      '/Patient/_history',
      '/_history',
    ])
      expect([path, (await ask(`${base}${path}/`)).body]).toEqual([path, (await ask(`${base}${path}`)).body]);
    expect((await post(`${base}/Patient/_search/`, 'family=Lef', { 'content-type': formType })).status).toBe(200);
    expect((await ask(`${base}/Patient/none/`)).status).toBe(404);
    expect((await ask(`${base}/Patient//p`)).status).toBe(404);
  });
});

describe('Accept', () => {
  it.each([
    '',
    '  ',
    ',',
    '*/*',
    '*/*;q=0.1',
    'application/fhir+json;q=0.001',
    'application/fhir+xml, application/*;q=0.2',
  ])('%j is answered in JSON', async (accept) => {
    for (const path of [`${bases[0]}/Patient/p`, `${bases[0]}/Patient`, `${bases[1]}/Patient`, '/fhir/metadata']) {
      const { status, headers } = await ask(path, { headers: { accept } });
      expect([path, status, headers['content-type']]).toEqual([path, 200, 'application/fhir+json; charset=utf-8']);
    }
  });

  it.each(['application/fhir+xml', 'text/html', '*/*;q=0', 'application/fhir+json;q=0, */*', 'x'])(
    '%j is 406',
    async (accept) => {
      for (const path of [`${bases[0]}/Patient/p`, `${bases[1]}/Patient`, '/fhir/metadata'])
        expect([path, await ask(path, { headers: { accept } })]).toEqual([path, refusedWith(406)]);
    },
  );
});

describe('whatever else comes', () => {
  it('is refused in the words of FHIR, with what helps', async () => {
    const [base] = bases;
    for (const [path, asked, status] of [
      ['/Patient/p', { method: 'PUT', body: '{}', headers: { 'content-type': 'nonsense' } }, 405],
      ['/Patient/p', { method: 'PATCH', body: '{}', headers: { 'content-type': '' } }, 405],
      ['/Patient/p/', { method: 'DELETE' }, 405],
      ['/nothing/at/all/here', {}, 404],
      ['/Patient/p', { headers: { 'reprise-max-age': '\u00e9' } }, 400],
    ] as const)
      expect([path, await ask(`${base}${path}`, asked)]).toEqual([path, refusedWith(status)]);
    for (const version of ['1-99999999999999999999', '99999999999-1', '1-9007199254740993', '-1--1', '0-0'])
      expect([version, await ask(`${base}/Patient/p/_history/${version}`)]).toEqual([version, refusedWith(404)]);
  });

  it.each(['0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'])(
    'the moment %s is one',
    async (moment) => {
      for (const path of [
        `/Patient?_lastUpdated=ge${moment}`,
        `/_history?_since=${moment}`,
        `/Patient/p?_asOf=${moment}`,
      ]) {
        const { status } = await ask(`${bases[0]}${path}`);
        expect([path, status < 500]).toEqual([path, true]);
      }
    },
  );

  it('a conditional reference comes back as it was sent', async () => {
    const { body } = await ask(`${bases[0]}/Observation/o`);
    expect(body).toMatchObject({ performer: [{ reference: 'Practitioner?identifier=urn:rpps|1' }] });
  });
});
