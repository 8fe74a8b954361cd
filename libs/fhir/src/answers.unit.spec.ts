import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Failure, failureCodes, Instant, RecordKey } from '#domain';
import { history, searchset, writeResponse } from './bundles.js';
import { capabilityStatement, WrittenStatement } from './capability-statement.js';
import { InvalidContent } from './issue.js';
import { operationOutcome } from './operation-outcome.js';
import { parseSearch } from './parse-search.js';
import { readWrite } from './read-write.js';
import { hasIdentifier, patientPaths, resourceTypes } from './resource-types.js';
import { validateResource } from './validate-resource.js';
import { withMeta } from './with-meta.js';

const errors = (resource: unknown): unknown[] => {
  const value = JSON.parse(JSON.stringify(resource)) as { resourceType: string };
  return validateResource(value.resourceType, value).filter((issue) => issue.severity === 'error');
};
const parsed = (bytes: Buffer): unknown => JSON.parse(bytes.toString('utf8'));

const at = Instant.parse('2026-11-20T13:30:00Z');
const content = withMeta(
  Buffer.from('{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.30}}'),
  {
    id: 'o1',
    versionId: '1-812',
    lastUpdated: at,
  },
);
const fullUrl = 'http://127.0.0.1:8081/establishments/330000019/fhir/Observation/o1';

describe('bundles', () => {
  it('a searchset is valid FHIR and holds the bytes', () => {
    const bytes = searchset({
      links: { self: 'http://h/Observation', next: 'http://h/Observation?_cursor=x' },
      total: 2,
      entries: [{ fullUrl, content }],
      outcome: operationOutcome(
        [{ severity: 'warning', code: 'not-supported', text: 'ignored: colour', location: '' }],
        'en',
      ),
    });
    expect(errors(parsed(bytes))).toEqual([]);
    expect(bytes.includes(content)).toBe(true);
    expect(parsed(bytes)).toMatchObject({
      total: 2,
      entry: [{ search: { mode: 'match' } }, { search: { mode: 'outcome' } }],
    });
  });

  it('an empty one has no entry', () => {
    const empty = parsed(searchset({ links: { self: 'http://h/Observation' }, total: 0, entries: [] }));
    expect(empty).toEqual({
      resourceType: 'Bundle',
      type: 'searchset',
      total: 0,
      link: [{ relation: 'self', url: 'http://h/Observation' }],
    });
    expect(errors(empty)).toEqual([]);
  });

  it('a history tells a deletion without a resource', () => {
    const record = RecordKey.parse('Observation/o1');
    const bytes = history({
      links: { self: 'http://h' },
      total: 2,
      entries: [
        { fullUrl, record, versionId: '1-900', recordedAt: at },
        { fullUrl, record, versionId: '1-812', recordedAt: at, content },
      ],
    });
    expect(errors(parsed(bytes))).toEqual([]);
    expect(parsed(bytes)).toMatchObject({
      entry: [
        { request: { method: 'DELETE', url: 'Observation/o1' }, response: { status: '204', etag: 'W/"1-900"' } },
        { resource: { id: 'o1' }, request: { method: 'PUT' }, response: { etag: 'W/"1-812"' } },
      ],
    });
  });

  it('the answer to a transaction is valid FHIR', () => {
    const answer = parsed(
      writeResponse('transaction', 'http://h/fhir', [
        { record: RecordKey.parse('Patient/1'), status: '201' },
        { record: RecordKey.parse('Patient/2'), status: '204' },
      ]),
    );
    expect(errors(answer)).toEqual([]);
    expect(answer).toMatchObject({
      type: 'transaction-response',
      entry: [{ response: { location: 'http://h/fhir/Patient/1' } }, {}],
    });
  });
});

describe('operationOutcome', () => {
  it('answers every failure in both languages, as valid FHIR', () => {
    for (const code of failureCodes)
      for (const language of ['fr', 'en'] as const)
        expect(errors(operationOutcome(new Failure(code, 'what', 'remedy'), language))).toEqual([]);
    expect(operationOutcome(new Failure('gone', 'm', 'h'), 'fr').issue).toEqual([
      { severity: 'error', code: 'deleted', details: { text: 'Supprimé.' }, diagnostics: 'm — h' },
    ]);
  });
  it('tells every issue of an invalid content', () => {
    const issue = { severity: 'error', code: 'structure', text: 't', location: 'Patient.name' } as const;
    const outcome = operationOutcome(new InvalidContent([issue, issue]), 'en');
    expect(outcome.issue).toHaveLength(3);
    expect(outcome.issue[1]).toMatchObject({ expression: ['Patient.name'], diagnostics: 't' });
    expect(errors(outcome)).toEqual([]);
  });
});

describe('capabilityStatement', () => {
  const statement = (
    mode: 'reader' | 'territory' | 'gateway',
  ): { rest: { resource: { type: string; interaction: { code: string }[]; searchParam?: { name: string }[] }[] }[] } =>
    JSON.parse(
      JSON.stringify(
        capabilityStatement({
          mode,
          software: { name: 'Reprise', version: '0.1.0' },
          url: 'http://h/fhir',
          date: '2026-11-24',
        }),
      ),
    ) as ReturnType<typeof statement>;

  it.each(['reader', 'territory', 'gateway'] as const)('of a %s is valid FHIR', (mode) => {
    expect(errors(statement(mode))).toEqual([]);
  });

  it('declares only search parameters that are read', () => {
    const sample: Readonly<Record<string, string>> = {
      _id: 'a',
      _lastUpdated: '2026-01-01',
      identifier: 'x',
      patient: '1',
      subject: '1',
      beneficiary: '1',
      name: 'x',
      family: 'x',
      given: 'x',
      birthdate: '1980',
      gender: 'male',
    };
    for (const { type, searchParam } of statement('reader').rest[0]?.resource ?? [])
      for (const { name } of searchParam ?? [])
        expect(() => parseSearch(type, [[name, sample[name] ?? '']])).not.toThrow();
  });

  it('declares only writes that are understood, for every type', () => {
    const context = { sender: {}, newId: () => 'n', derivedId: () => 'd' } as unknown as Parameters<
      typeof readWrite
    >[1];
    const requests: Readonly<Record<string, { method: 'PUT' | 'POST' | 'PATCH' | 'DELETE'; suffix: string }>> = {
      update: { method: 'PUT', suffix: '/1' },
      create: { method: 'POST', suffix: '' },
      patch: { method: 'PATCH', suffix: '/1' },
      delete: { method: 'DELETE', suffix: '/1' },
    };
    for (const { type, interaction } of statement('gateway').rest[0]?.resource ?? [])
      for (const { code } of interaction) {
        const { method, suffix } = requests[code] ?? { method: 'POST', suffix: '/1/nothing' };
        const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/fhir+json';
        const write = (): unknown =>
          readWrite(
            { method, path: type + suffix, headers: { 'content-type': contentType }, body: Buffer.from('{"x":1}') },
            context,
          );
        // A body that is no resource of the type is invalid; the interaction itself must not be unknown.
        try {
          write();
        } catch (error) {
          expect(Failure.is(error, 'input.invalid')).toBe(true);
        }
      }
  });
});

describe('the tables of types', () => {
  const [, head = '', ...lines] = readFileSync(
    new URL('../generated/definitions.ndjson', import.meta.url),
    'utf8',
  ).split('\n');
  const { resources } = JSON.parse(head) as { resources: string[] };
  interface Element {
    readonly path: string;
    readonly type?: readonly { readonly code: string; readonly targetProfile?: readonly string[] }[];
  }
  const elements = new Map(
    resources.map((type, index) => [
      type,
      (JSON.parse(lines[index] ?? '') as { snapshot: { element: Element[] } }).snapshot.element,
    ]),
  );

  it('hold every type of R4', () => {
    // What the definitions have besides: a type of R4B, and Medplum's own.
    const beyond = resources.filter((type) => !resourceTypes.has(type));
    expect(resources.filter((type) => resourceTypes.has(type))).toHaveLength(resourceTypes.size);
    expect(resourceTypes.size).toBe(146);
    expect(beyond).toHaveLength(2);
  });

  it('say which have identifiers, and where their patient is', () => {
    for (const type of resourceTypes) {
      const paths = elements.get(type) ?? [];
      expect([type, hasIdentifier(type)]).toEqual([type, paths.some(({ path }) => path === `${type}.identifier`)]);
      const path = patientPaths.get(type);
      if (path === undefined) continue;
      const targets = paths
        .find((element) => element.path === `${type}.${path}`)
        ?.type?.find(({ code }) => code === 'Reference');
      expect([
        type,
        targets?.targetProfile?.some((profile) => /\/(?:Patient|Resource)$/.test(profile)) ?? targets !== undefined,
      ]).toEqual([type, true]);
    }
  });
});

describe('a CapabilityStatement that is written once', () => {
  it('is the same as the one that is made for the address, whatever the address', () => {
    const of = { mode: 'reader', software: { name: 'Reprise', version: '1' }, date: '2026-11-24' } as const;
    const written = new WrittenStatement(of);
    const etags = new Set<string>();
    for (const url of ['http://reader/fhir', 'http://a"b\\c/fhir', 'http://é$&/fhir']) {
      const { bytes, etag } = written.at(url);
      expect(JSON.parse(bytes.toString('utf8'))).toEqual(
        JSON.parse(JSON.stringify(capabilityStatement({ ...of, url }))),
      );
      expect(written.at(url).etag).toBe(etag);
      etags.add(etag);
    }
    expect(etags.size).toBe(3);
    expect(new WrittenStatement({ ...of, date: '2026-11-25' }).at('http://reader/fhir').etag).not.toBe(
      written.at('http://reader/fhir').etag,
    );
  });
});
