import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordKey } from '#domain';
import { resourceTypes } from '#fhir';
import { put } from '../../../libs/testing/src/builders/feed.js';
import { fhir } from '../test/a-hospital.spec.js';
import { anEstablishment, AReader, changes, idsOf, start } from '../test/a-reader.spec.js';

const one = anEstablishment();
const two = anEstablishment();
const bases = { establishment: fhir(one), territory: '/territories/ght-test/fhir' } as const;
let reader: AReader;

interface Claimed {
  readonly implementation: { readonly url: string };
  readonly format: readonly string[];
  readonly rest: readonly {
    readonly interaction?: readonly { readonly code: string }[];
    readonly searchParam: readonly { readonly name: string }[];
    readonly resource: readonly {
      readonly type: string;
      readonly interaction: readonly { readonly code: string }[];
      readonly searchParam: readonly { readonly name: string }[];
      readonly versioning: string;
      readonly readHistory?: boolean;
      readonly conditionalRead?: string;
    }[];
  }[];
}

beforeAll(async () => {
  reader = await AReader.open();
  // One record of every type, in one event; then the same again, so that each has a past version.
  const records = (n: number) =>
    changes(...[...resourceTypes].map((type) => put(RecordKey.of(type, 'r1'), { resourceType: type, id: 'r1', n })));
  await reader.feed(one, [records(1), records(2)]);
  await reader.feed(two, [records(1)]);
  await reader.serve({ first: [one] });
});
afterAll(() => reader.close());

const claimed = async (base: string) => {
  const { status, text } = await reader.get(`${base}/metadata`, 'first');
  expect(status).toBe(200);
  const statement = JSON.parse(text) as Claimed;
  const [rest] = statement.rest;
  if (!rest || statement.rest.length > 1) throw new Error('one kind of interface is served');
  return { ...statement, rest };
};

/** How each interaction is asked for (FHIR R4, section 3.1.0), and what is found that way. */
const asked: Readonly<Record<string, (type: string) => readonly [path: string, ids: readonly string[]]>> = {
  read: (type) => [`${type}/r1`, ['r1']],
  vread: (type) => [`${type}/r1/_history/1-0`, ['r1']],
  'history-instance': (type) => [`${type}/r1/_history`, ['r1', 'r1']],
  'history-type': (type) => [`${type}/_history`, ['r1', 'r1']],
  'search-type': (type) => [type, ['r1']],
  'history-system': () => ['_history?_count=3', ['r1', 'r1', 'r1']],
};
const interactionsOf = (codes: readonly { readonly code: string }[]): readonly string[] =>
  codes.map(({ code }) => {
    if (!(code in asked)) throw new Error(`what is ${code}? it is claimed, and nobody knows how to ask for it`);
    return code;
  });

/** A value that each parameter can have. */
const values: Readonly<Record<string, string>> = {
  _id: 'r1',
  _lastUpdated: 'ge2026-01-01',
  identifier: 'urn:x|y',
  patient: 'r1',
  beneficiary: 'Patient/r1',
  subject: 'Patient/r1',
  name: 'x',
  family: 'x',
  given: 'x',
  birthdate: '1980-01-01',
  gender: 'male',
  _count: '5',
  _format: 'json',
  _summary: 'false',
  _total: 'accurate',
  _asOf: new Date(start + 1_000).toISOString(),
};
/** Has its value from the link `next`. */
const opaque = new Set(['_cursor']);

const answered = async (base: string, path: string): Promise<readonly [status: number, ids: readonly string[]]> => {
  const { status, body } = await reader.get(`${base}/${path}`, 'first');
  if (status !== 200) return [status, []];
  // A record may be a Bundle, too.
  return [status, 'id' in body ? [String(body.id)] : idsOf(body)];
};

const forAll = async <T>(some: readonly T[], look: (one: T) => Promise<void>): Promise<void> => {
  expect(some.length).toBeGreaterThan(0);
  // As many at a time as a client asks: more of one caller have to wait.
  const left = [...some];
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let one = left.pop(); one !== undefined; one = left.pop()) await look(one);
    }),
  );
};

const parametersOf = ({ rest }: Awaited<ReturnType<typeof claimed>>) =>
  new Set(rest.resource.flatMap(({ searchParam }) => searchParam.map(({ name }) => name)));

describe.each(Object.entries(bases))('what is claimed at the base of an %s', (_, base) => {
  it('is at that base, for every type', async () => {
    const { implementation, rest } = await claimed(base);
    expect(implementation.url).toBe(reader.url + base);
    expect(rest.resource.map(({ type }) => type)).toEqual([...resourceTypes]);
  });

  it('can be asked for, and nothing else can', async () => {
    const { rest } = await claimed(base);
    const isSo = async (code: string, type: string, isClaimed: boolean): Promise<void> => {
      const [path, ids] = asked[code]?.(type) ?? ['', []];
      expect([path, ...(await answered(base, path))]).toEqual([path, ...(isClaimed ? [200, ids] : [404, []])]);
    };
    await isSo('history-system', '', interactionsOf(rest.interaction ?? []).includes('history-system'));
    const ofTypes = Object.keys(asked).filter((code) => code !== 'history-system');
    await forAll(rest.resource, async ({ type, interaction }) => {
      const claims = interactionsOf(interaction);
      expect(ofTypes).toEqual(expect.arrayContaining([...claims]));
      for (const code of ofTypes) await isSo(code, type, claims.includes(code));
    });
    for (const [method, path] of [
      ['PUT', 'Patient/r1'],
      ['PATCH', 'Patient/r1'],
      ['DELETE', 'Patient/r1'],
      ['POST', 'Patient'],
      ['POST', ''],
    ] as const)
      expect((await reader.get(`${base}/${path}`, 'first', { method })).status).toBe(405);
  });

  it('can be searched by, alone and together, and by nothing else', async () => {
    const statement = await claimed(base);
    const { rest } = statement;
    const known = parametersOf(statement);
    expect(known.size).toBeGreaterThan(5);
    const pairOf = (name: string): string => {
      const value = values[name];
      if (value === undefined) throw new Error(`no value for ${name}, which is claimed`);
      return `${name}=${encodeURIComponent(value)}`;
    };
    const shaping = rest.searchParam.map(({ name }) => name).filter((name) => !opaque.has(name));
    await forAll(rest.resource, async ({ type, searchParam }) => {
      const names = searchParam.map(({ name }) => name);
      for (const name of known) {
        const [status] = await answered(base, `${type}?${pairOf(name)}`);
        expect([type, name, status]).toEqual([type, name, names.includes(name) ? 200 : 400]);
      }
      const [status] = await answered(base, `${type}?${[...names, ...shaping].map(pairOf).join('&')}`);
      expect([type, status]).toEqual([type, 200]);
    });
    expect((await answered(base, 'Patient?_since=2026-01-01T00:00:00Z'))[0]).toBe(400);
  });

  it('is JSON, and nothing else', async () => {
    const { format } = await claimed(base);
    expect(format).toEqual(['json']);
    const statusOf = async (path: string, accept: string): Promise<number> =>
      (await reader.get(`${base}/${path}`, 'first', { headers: { accept } })).status;
    for (const path of ['metadata', 'Patient']) {
      expect(await statusOf(path, 'application/fhir+json')).toBe(200);
      expect(await statusOf(path, 'application/fhir+xml')).toBe(406);
      expect(await statusOf(`${path}?_format=xml`, '*/*')).toBe(406);
      expect(await statusOf(`${path}?_format=json`, 'application/fhir+xml')).toBe(200);
    }
  });
});

describe('what is claimed of a record', () => {
  it('are its versions, and that it is not sent again to who has it', async () => {
    const { rest } = await claimed(bases.establishment);
    await forAll(rest.resource, async ({ type, versioning, readHistory, conditionalRead }) => {
      expect([versioning, readHistory, conditionalRead]).toEqual(['versioned', true, 'full-support']);
      const path = `${bases.establishment}/${type}/r1`;
      const { headers, text } = await reader.get(path, 'first');
      expect(JSON.parse(text)).toMatchObject({ id: 'r1', n: 2, meta: { versionId: '1-1' } });
      expect(JSON.parse((await reader.get(`${path}/_history/1-0`, 'first')).text)).toMatchObject({ n: 1 });
      const statusWith = async (name: string, value: string | null): Promise<number> =>
        (await reader.get(path, 'first', { headers: { [name]: value ?? '' } })).status;
      expect(await statusWith('if-none-match', headers.get('etag'))).toBe(304);
      expect(await statusWith('if-none-match', 'W/"1-0"')).toBe(200);
      expect(await statusWith('if-modified-since', new Date(start + 5_000).toUTCString())).toBe(304);
      expect(await statusWith('if-modified-since', new Date(start - 5_000).toUTCString())).toBe(200);
    });
  });

  it('is claimed to strangers in the same words', async () => {
    const { rest } = await claimed(bases.establishment);
    const open = JSON.parse((await reader.get('/fhir/metadata')).text) as Claimed;
    expect(open.rest).toEqual([rest]);
    expect(open.implementation.url).toBe(`${reader.url}/establishments/{finess}/fhir`);
  });
});
