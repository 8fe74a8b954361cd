import { describe, expect, it } from 'vitest';
import type { Sender } from '#domain';
import { Failure, Instant } from '#domain';
import { InvalidContent } from './issue.js';
import { readWrite } from './read-write.js';
import type { WriteContext, WriteRequest, Written } from './write-request.js';

const sender = {
  name: 'dpi',
  finess: '330000019',
  language: 'en',
  foreignFiness: 'warn',
  testIdentities: 'warn',
  productionIdentities: 'accept',
  acknowledgement: 'as-asked',
  incarnation: 1,
} as unknown as Sender;

const context = (settings: Partial<Sender> = {}): WriteContext => {
  let next = 0;
  return {
    sender: { ...sender, ...settings },
    newId: () => `new-${++next}`,
    derivedId: (uuid) => `derived-${uuid.slice(0, 4)}`,
  };
};

const request = (
  method: WriteRequest['method'],
  path: string,
  body: unknown = '',
  headers: WriteRequest['headers'] = {},
): WriteRequest => ({
  method,
  path,
  headers,
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});

const write = (...args: Parameters<typeof request>): Written => readWrite(request(...args), context());

const refusalOf = (...args: Parameters<typeof request>): Failure => {
  try {
    write(...args);
  } catch (error) {
    if (Failure.is(error)) return error;
    throw error;
  }
  throw new Error('was accepted');
};

const contentOf = (written: Written, index = 0): string => {
  const change = written.changes[index];
  return change?.kind === 'put' || change?.kind === 'merge-patch' ? Buffer.from(change.content).toString('utf8') : '';
};

const observation =
  '{ "resourceType":"Observation",\n "status":"final", "code":{"text":"t"}, "valueQuantity":{"value":1.30}, "subject":{"reference":"Patient/p1"}, "effectiveDateTime":"2026-11-20T14:30:00+01:00" }';

describe('PUT', () => {
  it('is one put with the bytes as sent, pointing into the received body', () => {
    const sent = request('PUT', 'Observation/o1', `\n${observation}\n`);
    const written = readWrite(sent, context());
    expect(written).toMatchObject({
      label: 'PUT Observation',
      warnings: [],
      occurredAt: Instant.parse('2026-11-20T13:30:00Z'),
      changes: [{ kind: 'put', record: 'Observation/o1', patient: 'Patient/p1' }],
    });
    const [change] = written.changes;
    expect(contentOf(written)).toBe(observation);
    expect(change?.kind === 'put' && change.content.buffer === sent.body.buffer).toBe(true);
  });

  it('a Patient is its own patient; an organization is nobody’s', () => {
    expect(write('PUT', '/Patient/p1/', { resourceType: 'Patient' }).changes[0]).toMatchObject({
      patient: 'Patient/p1',
    });
    expect(write('PUT', 'Organization/o', { resourceType: 'Organization', name: 'x' }).changes[0]).not.toHaveProperty(
      'patient',
    );
  });

  it('keeps the body’s id when it is the URL’s, does without, refuses another', () => {
    expect(write('PUT', 'Patient/p1', { resourceType: 'Patient', id: 'p1' }).changes).toHaveLength(1);
    expect(refusalOf('PUT', 'Patient/p1', { resourceType: 'Patient', id: 'p2' }).message).toMatch(/^\$\.id: /);
    expect(refusalOf('PUT', 'Patient/p1', { resourceType: 'Patient', id: 7 }).message).toMatch(/^\$\.id: /);
  });

  it('is refused with every error, without any value', () => {
    const bad = {
      resourceType: 'Patient',
      gender: 'Secret1',
      birthDate: 'Secret2',
      secretName: 'Secret3',
      name: [{ family: 'Secret4' }],
    };
    const failure = refusalOf('PUT', 'Patient/p1', bad);
    expect(failure).toBeInstanceOf(InvalidContent);
    expect(failure.code).toBe('input.invalid');
    expect((failure as InvalidContent).issues.filter((issue) => issue.severity === 'error')).toHaveLength(3);
    expect(JSON.stringify([failure, failure.message])).not.toMatch(/Secret\d/);
  });

  it.each([
    ['PUT', 'Patient', 'input.not-supported'],
    ['PUT', '', 'input.not-supported'],
    ['PUT', 'Patient?identifier=1', 'input.not-supported'],
    ['DELETE', 'Patient?identifier=1', 'input.not-supported'],
    ['POST', 'Patient/p1', 'input.not-supported'],
    ['POST', 'Patient/$match', 'input.not-supported'],
    ['PUT', 'Patient/p1/_history/2', 'input.not-supported'],
    ['DELETE', 'Patient', 'input.not-supported'],
    ['PUT', 'Patiente/p1', 'input.invalid'],
    ['PUT', 'Resource/p1', 'input.invalid'],
    ['PUT', 'Patient/a b', 'input.invalid'],
    ['PUT', `Patient/${'x'.repeat(65)}`, 'input.invalid'],
  ] as const)('%s %s is refused: %s', (method, path, code) => {
    expect(refusalOf(method, path, { resourceType: 'Patient' }).code).toBe(code);
  });

  it.each(['if-match', 'if-none-match', 'if-none-exist', 'if-modified-since'])(
    'with %s is refused by name',
    (header) => {
      const failure = refusalOf('PUT', 'Patient/p1', { resourceType: 'Patient' }, { [header]: 'W/"1"' });
      expect(failure.code).toBe('input.not-supported');
      expect(failure.message).toContain(header);
    },
  );

  it.each([
    ['application/fhir+xml', /XML/],
    ['application/fhir+json; charset=iso-8859-1', /charset/],
    ['application/fhir+json; fhirVersion=5.0', /FHIR version/],
    ['text/plain', /content type/],
  ])('as %s is refused by name', (type, name) => {
    const failure = refusalOf('PUT', 'Patient/p1', { resourceType: 'Patient' }, { 'content-type': type });
    expect(failure.code).toBe('input.not-supported');
    expect(failure.message).toMatch(name);
  });

  it.each(['application/fhir+json', 'application/json', 'Application/FHIR+JSON; charset=UTF-8; fhirVersion=4.0'])(
    'as %s is taken',
    (type) => {
      expect(write('PUT', 'Patient/p1', { resourceType: 'Patient' }, { 'content-type': type }).changes).toHaveLength(1);
    },
  );
});

describe('DELETE and POST', () => {
  it('removes, and names the patient where the URL does', () => {
    expect(write('DELETE', 'Patient/p1')).toEqual({
      label: 'DELETE Patient',
      warnings: [],
      changes: [{ kind: 'remove', record: 'Patient/p1', patient: 'Patient/p1' }],
    });
    expect(write('DELETE', 'Observation/o1').changes).toEqual([{ kind: 'remove', record: 'Observation/o1' }]);
  });

  it('gives an id, whatever the body says, and keeps the bytes', () => {
    const sent = '{"resourceType":"Patient","id":"theirs"}';
    const written = write('POST', 'Patient', sent);
    expect(written).toMatchObject({
      assigned: 'new-1',
      label: 'POST Patient',
      changes: [{ record: 'Patient/new-1', patient: 'Patient/new-1' }],
    });
    expect(contentOf(written)).toBe(sent);
    expect(refusalOf('POST', 'Patient', { resourceType: 'Observation' }).message).toMatch(/resourceType/);
  });
});

describe('PATCH', () => {
  const merge = { 'content-type': 'application/merge-patch+json' };
  it('is a merge patch', () => {
    const written = write(
      'PATCH',
      'Observation/o1',
      '{"status":"amended","subject":{"reference":"Patient/p2"}}',
      merge,
    );
    expect(written).toMatchObject({
      label: 'PATCH Observation',
      changes: [{ kind: 'merge-patch', record: 'Observation/o1', patient: 'Patient/p2' }],
    });
    expect(contentOf(written)).toBe('{"status":"amended","subject":{"reference":"Patient/p2"}}');
  });
  it('of another kind is refused by name', () => {
    const json = refusalOf('PATCH', 'Patient/p1', '[]', { 'content-type': 'application/json-patch+json' });
    expect(json.code).toBe('input.not-supported');
    expect(json.message).toMatch(/JSON Patch/);
    expect(refusalOf('PATCH', 'Patient/p1', '{}', { 'content-type': 'application/fhir+json' }).message).toMatch(
      /FHIRPath Patch/,
    );
    expect(refusalOf('PATCH', 'Patient/p1', '{}').code).toBe('input.not-supported');
  });
  it.each(['[]', '"x"', 'null', '{"id":"p2"}', '{"id":null}', '{"resourceType":"Basic"}', '{"a":1,"a":2}'])(
    'refuses %s',
    (body) => {
      expect(refusalOf('PATCH', 'Patient/p1', body, merge).code).toBe('input.invalid');
    },
  );
});

describe('INS identities', () => {
  const withIns = (root: number, type?: unknown): unknown => ({
    resourceType: 'Patient',
    identifier: [{ system: `urn:oid:1.2.250.1.213.1.4.${root}`, value: '000000000000097', ...(type ? { type } : {}) }],
  });
  const put = (body: unknown, settings: Partial<Sender>): Written =>
    readWrite(request('PUT', 'Patient/p1', body), context(settings));
  it('are taken, warned of or refused as the sender is set', () => {
    expect(put(withIns(10), {}).warnings).toEqual([
      { code: 'ins-test', location: 'Patient.identifier[0]', text: 'an INS of test or demonstration' },
    ]);
    expect(put(withIns(8), {}).warnings).toEqual([]);
    expect(put(withIns(8), { productionIdentities: 'warn' }).warnings).toMatchObject([{ code: 'ins-production' }]);
    for (const [root, settings] of [
      [11, { testIdentities: 'refuse' }],
      [9, { productionIdentities: 'refuse' }],
    ] as const)
      expect(() => put(withIns(root), settings)).toThrow(expect.objectContaining({ code: 'refused-by-policy' }));
  });
  it('are not told from a billing number by the system alone', () => {
    const billing = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'NH' }] };
    expect(put(withIns(8, billing), { productionIdentities: 'refuse' }).warnings).toEqual([]);
  });
});

const json = { 'content-type': 'application/fhir+json' };

it('a resource holds so many values, wherever it stands: to validate more would keep others waiting', () => {
  const extension = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ url: `http://example.org/${n}`, valueBoolean: true }));
  const patient = (count: number) => ({ resourceType: 'Patient', id: 'p', extension: extension(count) });
  const bundle = (count: number) => ({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ resource: patient(count), request: { method: 'PUT', url: 'Patient/p' } }],
  });
  const told = /more than 50000 values in one resource/;
  expect(() => write('PUT', 'Patient/p', patient(17_000), json)).toThrow(told);
  expect(() => write('POST', '', bundle(17_000), json)).toThrow(told);
  expect(() =>
    write('PATCH', 'Patient/p', patient(17_000), { 'content-type': 'application/merge-patch+json' }),
  ).toThrow(told);
  expect(write('PUT', 'Patient/p', patient(1_000), json).changes).toHaveLength(1);
  // What stands behind them is not even read: here it is no JSON.
  expect(() => write('PUT', 'Patient/p', `[${'1,'.repeat(50_001)}no JSON`, json)).toThrow(told);
});
