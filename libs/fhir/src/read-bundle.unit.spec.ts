import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sender } from '#domain';
import { Failure } from '#domain';
import { said } from './in-language.js';
import { readWrite } from './read-write.js';
import { referencesIn } from './references.js';
import { spliced } from './splice.js';
import type { WriteContext, Written } from './write-request.js';

const sender = { testIdentities: 'warn', productionIdentities: 'accept' } as unknown as Sender;
const context = (): WriteContext => {
  let next = 0;
  return { sender, newId: () => `new-${++next}`, derivedId: (uuid) => `derived-${uuid.slice(0, 4)}` };
};

const body = (bundle: unknown): Buffer => Buffer.from(typeof bundle === 'string' ? bundle : JSON.stringify(bundle));
const post = (bundle: unknown): Written =>
  readWrite({ method: 'POST', path: '', headers: {}, body: body(bundle) }, context());
const refusalOf = (bundle: unknown): Failure => {
  try {
    post(bundle);
  } catch (error) {
    if (Failure.is(error)) return error;
    throw error;
  }
  throw new Error('was accepted');
};
const bundle = (type: string, ...entry: unknown[]): unknown => ({ resourceType: 'Bundle', type, entry });
const contentOf = (written: Written, index: number): string => {
  const change = written.changes[index];
  return change?.kind === 'put' ? Buffer.from(change.content).toString('utf8') : '';
};

const patient = { resourceType: 'Patient', name: [{ family: 'Fictif' }] };
const uuid = (digit: number): string => `urn:uuid:${String(digit).repeat(8)}-0000-4000-8000-000000000000`;
const about = (reference: string): object => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'poids' },
  subject: { reference },
});

describe('a transaction', () => {
  const sent = `{ "resourceType": "Bundle", "type": "transaction", "entry": [
    { "fullUrl": "${uuid(1)}", "resource": {"resourceType":"Patient", "id":"theirs","multipleBirthInteger":  1},
      "request": { "method": "POST", "url": "Patient" } },
    { "fullUrl": "${uuid(2)}", "request": { "method": "POST", "url": "Observation" },
      "resource": {"resourceType":"Observation", "status":"final","code":{"text":"x"},
        "identifier":[{"system":"urn:ietf:rfc:3986","value":"${uuid(1)}"}],
        "subject" : { "reference" : "${uuid(1)}" }, "effectiveDateTime":"2026-02-01T10:00:00Z", "valueQuantity":{"value":1.30} } },
    { "resource": {"resourceType":"Organization","name":"(démo)"}, "request": { "method": "PUT", "url": "Organization/o1" } },
    { "request": { "method": "DELETE", "url": "Condition/c1" } },
    { "resource": {"resourceType":"Condition","subject":{"reference":"Patient/p9"},"recordedDate":"2026-01-01T10:00:00Z"},
      "request": { "method": "POST", "url": "/Condition" } } ] }`;
  const written = post(sent);

  it('is one event with a change per entry, in order', () => {
    expect(written.label).toBe('Bundle transaction');
    expect(written.changes.map((change) => [change.kind, 'record' in change && change.record, change.patient])).toEqual(
      [
        ['put', 'Patient/derived-1111', 'Patient/derived-1111'],
        ['put', 'Observation/derived-2222', 'Patient/derived-1111'],
        ['put', 'Organization/o1', undefined],
        ['remove', 'Condition/c1', undefined],
        ['put', 'Condition/new-1', 'Patient/p9'],
      ],
    );
    expect(written.entries?.map((entry) => 'status' in entry && entry.status)).toEqual([
      '201',
      '201',
      '200',
      '204',
      '201',
    ]);
    expect(written.occurredAt).toBe(Date.parse('2026-02-01T10:00:00Z'));
    expect(written.warnings).toEqual([]);
  });

  it('puts in the reference and leaves every other byte as sent', () => {
    expect(contentOf(written, 0)).toBe('{"resourceType":"Patient", "id":"theirs","multipleBirthInteger":  1}');
    expect(contentOf(written, 1)).toBe(
      `{"resourceType":"Observation", "status":"final","code":{"text":"x"},
        "identifier":[{"system":"urn:ietf:rfc:3986","value":"${uuid(1)}"}],
        "subject" : { "reference" : "Patient/derived-1111" }, "effectiveDateTime":"2026-02-01T10:00:00Z", "valueQuantity":{"value":1.30} }`,
    );
  });

  it('points into the received bytes where nothing was put in', () => {
    const received = body(sent);
    const { changes } = readWrite({ method: 'POST', path: '/', headers: {}, body: received }, context());
    const inside = changes.map(
      (change) =>
        change.kind === 'put' &&
        change.content.buffer === received.buffer &&
        change.content.byteOffset >= received.byteOffset &&
        change.content.byteOffset + change.content.byteLength <= received.byteOffset + received.byteLength,
    );
    expect(inside).toEqual([true, false, true, false, true]);
  });

  it('gives the same ids when it is sent again', () => {
    const ids = (one: Written): unknown[] =>
      one.changes.slice(0, 2).map((change) => 'record' in change && change.record);
    expect(ids(post(sent))).toEqual(ids(written));
  });

  it('follows a relative and an absolute reference to an entry that got another id', () => {
    const { changes } = post(
      bundle(
        'transaction',
        {
          fullUrl: 'http://his.example/fhir/Patient/7',
          resource: patient,
          request: { method: 'POST', url: 'Patient' },
        },
        {
          fullUrl: 'http://his.example/fhir/Observation/8',
          resource: about('Patient/7'),
          request: { method: 'POST', url: 'Observation' },
        },
        { resource: about('http://his.example/fhir/Patient/7'), request: { method: 'PUT', url: 'Observation/9' } },
      ),
    );
    expect(changes.map((change) => change.patient)).toEqual(['Patient/new-1', 'Patient/new-1', 'Patient/new-1']);
  });

  it('gives a hundred warnings and how many more there are', () => {
    const entries = Array.from({ length: 150 }, (_, i) => ({
      resource: about(uuid(9)),
      request: { method: 'PUT', url: `Observation/${i}` },
    }));
    const { warnings } = post(bundle('batch', ...entries));
    expect(warnings).toHaveLength(101);
    expect(warnings.at(-1)).toEqual({ code: 'more-warnings', location: '', text: 'and 50 more' });
  });

  it('keeps a reference that leads nowhere and says so', () => {
    const written = post(
      bundle('batch', { resource: about(uuid(9)), request: { method: 'PUT', url: 'Observation/1' } }),
    );
    expect(written.warnings).toMatchObject([
      { code: 'reference-unresolved', location: 'Bundle.entry[0].resource.subject.reference' },
    ]);
    expect(contentOf(written, 0)).toContain(uuid(9));
    expect(written.changes[0]).not.toHaveProperty('patient');
  });
});

describe('a message or collection', () => {
  it('is puts under the resources’ own ids, or what their fullUrl says', () => {
    const written = post(
      bundle(
        'collection',
        { fullUrl: uuid(1), resource: { ...patient, id: 'p1' } },
        { fullUrl: 'http://his.example/Patient/p2', resource: patient },
        { fullUrl: uuid(3), resource: about(uuid(1)) },
        { resource: about('Patient/p2') },
      ),
    );
    expect(written.changes.map((change) => ['record' in change && change.record, change.patient])).toEqual([
      ['Patient/p1', 'Patient/p1'],
      ['Patient/p2', 'Patient/p2'],
      ['Observation/derived-3333', 'Patient/p1'],
      ['Observation/new-1', 'Patient/p2'],
    ]);
  });
});

const put = (resource: unknown, url: string): unknown => ({ resource, request: { method: 'PUT', url } });

describe('a batch', () => {
  const mixed = [
    put(patient, 'Patient/1'),
    put({ resourceType: 'Patient', gender: 'F' }, 'Patient/2'),
    'none',
    { request: { method: 'GET', url: 'Patient/1' } },
    put(patient, 'Patient/1'),
    put(about('Patient?identifier=1'), 'Observation/1'),
    {
      fullUrl: uuid(1),
      resource: { resourceType: 'Patient', gender: 'F' },
      request: { method: 'POST', url: 'Patient' },
    },
    put(about(uuid(1)), 'Observation/2'),
    { request: { method: 'DELETE', url: 'Condition/1' } },
  ];

  it('takes each entry by itself: the good ones are the event, in order, the others are named', () => {
    const written = post(bundle('batch', ...mixed));
    expect(written.changes.map((change) => 'record' in change && `${change.kind} ${change.record}`)).toEqual([
      'put Patient/1',
      'put Observation/2',
      'remove Condition/1',
    ]);
    const told = written.entries?.map((entry) =>
      'failure' in entry ? `${entry.failure.code} ${entry.failure.message}` : `${entry.status} ${entry.record}`,
    );
    expect(told).toEqual([
      '200 Patient/1',
      expect.stringMatching(/^input.invalid Bundle.entry\[1\].resource.gender: /),
      'input.invalid Bundle.entry[2]: not an object',
      expect.stringMatching(/^input.not-supported Bundle.entry\[3\].request.method: /),
      'input.invalid Bundle.entry[4]: the same record as an earlier entry',
      expect.stringMatching(/^input.not-supported Bundle.entry\[5\].resource.subject.reference: /),
      expect.stringMatching(/^input.invalid Bundle.entry\[6\].resource.gender: /),
      '200 Observation/2',
      '204 Condition/1',
    ]);
    // Once it is sent as it ought to be, the entry gets the id that the others know already.
    expect(contentOf(written, 1)).toContain('"Patient/derived-1111"');
  });

  it('holds so many entries, and says nothing of each of them where there are more', () => {
    const empty = (count: number): Failure => refusalOf(bundle('batch', ...Array.from({ length: count }, () => ({}))));
    expect(empty(20_000).message).toContain('Bundle.entry[0]: no request');
    expect(empty(20_001)).toMatchObject({ code: 'input.too-large', message: 'Bundle.entry: more than 20000 entries' });
    expect(said('Bundle.entry: more than 20000 entries', 'fr')).toBe('Bundle.entry : plus de 20000 entrées');
    expect(said('$.m: more than 1000 members in one object (byte 7)', 'fr')).toContain('plus de 1000 membres');
  });

  it('keeps of what it refuses the bytes of that entry', () => {
    const written = post(bundle('batch', ...mixed));
    const bytes = written.entries?.map((entry) =>
      'failure' in entry ? Buffer.from(entry.bytes).toString() : undefined,
    );
    expect(bytes?.[1]).toBe(JSON.stringify(mixed[1]));
    expect(bytes?.[2]).toBe('"none"');
  });

  it('is refused as a whole where no entry is good', () => {
    expect(refusalOf(bundle('batch', 'none', mixed[1])).message).toBe('Bundle.entry[0]: not an object');
  });
});

describe('is refused', () => {
  it.each<[string, unknown, string, RegExp]>([
    [
      'an invalid entry, named',
      bundle('transaction', put(patient, 'Patient/1'), put({ resourceType: 'Patient', gender: 'F' }, 'Patient/2')),
      'input.invalid',
      /^Bundle\.entry\[1\]\.resource\.gender: not one of male/,
    ],
    [
      'another type than the URL’s',
      bundle('batch', put(patient, 'Observation/1')),
      'input.invalid',
      /Bundle\.entry\[0\]\.resource|resourceType/,
    ],
    [
      'the same record twice',
      bundle('transaction', put(patient, 'Patient/1'), put(patient, 'Patient/1')),
      'input.invalid',
      /entry\[1\]: the same record/,
    ],
    [
      'the same fullUrl twice',
      bundle(
        'collection',
        { fullUrl: uuid(1), resource: { ...patient, id: '1' } },
        { fullUrl: uuid(1), resource: { ...patient, id: '2' } },
      ),
      'input.invalid',
      /fullUrl/,
    ],
    ['no entry', bundle('transaction'), 'input.invalid', /no entry/],
    ['no request', bundle('transaction', { resource: patient }), 'input.invalid', /entry\[0\]: no request/],
    ['no resource', bundle('transaction', put(undefined, 'Patient/1')), 'input.invalid', /no resource/],
    [
      'no such type in a collection',
      bundle('collection', { resource: { resourceType: 'Nothing' } }),
      'input.invalid',
      /no resource type/,
    ],
    ['an entry that is none', bundle('batch', 'x'), 'input.invalid', /not an object/],
    [
      'an id that is none',
      bundle('collection', { resource: { ...patient, id: 'a b' } }),
      'input.invalid',
      /not a record/,
    ],
    ['no Bundle', patient, 'input.invalid', /not a Bundle/],
    ['no type', { resourceType: 'Bundle', entry: [] }, 'input.invalid', /Bundle\.type/],
    ['a searchset', bundle('searchset', { resource: patient }), 'input.not-supported', /searchset/],
    ['a history', bundle('history', put(patient, 'Patient/1')), 'input.not-supported', /history/],
    ['a document', bundle('document', { resource: patient }), 'input.not-supported', /document/],
    [
      'a read in a batch',
      bundle('batch', { request: { method: 'GET', url: 'Patient/1' } }),
      'input.not-supported',
      /method/,
    ],
    [
      'a conditional create',
      bundle('transaction', {
        resource: patient,
        request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=x' },
      }),
      'input.not-supported',
      /ifNoneExist/,
    ],
    [
      'a conditional update',
      bundle('transaction', put(patient, 'Patient?identifier=x')),
      'input.not-supported',
      /conditional/,
    ],
    [
      'ifMatch',
      bundle('transaction', { resource: patient, request: { method: 'PUT', url: 'Patient/1', ifMatch: 'W/"1"' } }),
      'input.not-supported',
      /ifMatch/,
    ],
    [
      'a conditional reference to a patient',
      bundle('transaction', put(about('Patient?identifier=x'), 'Observation/1')),
      'input.not-supported',
      /conditional reference/,
    ],
  ])('%s', (_what, sent, code, message) => {
    const failure = refusalOf(sent);
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
  });

  it('with prototypes as its type', () => {
    for (const type of ['toString', 'hasOwnProperty']) expect(refusalOf(bundle(type, {})).code).toBe('input.invalid');
  });
});

describe('what the gateway cannot follow', () => {
  const toldOf = (written: Written): readonly unknown[] =>
    (written.entries ?? []).map((entry) =>
      'warnings' in entry
        ? entry.warnings?.map(({ code, location, text }) => [code, location, text.length > 30])
        : 'none',
    );
  const observation = (members: object): object => ({ ...about('Patient/1'), ...members });
  const by = 'Practitioner?identifier=urn:rpps|1';

  it.each<[string, object, string]>([
    ['in an element', { specimen: { reference: 'Specimen?identifier=s|v' } }, 'specimen.reference'],
    ['in a list', { performer: [{ display: 'x' }, { reference: by }] }, 'performer[1].reference'],
    ['of an absolute address', { performer: [{ reference: `https://h/fhir/${by}` }] }, 'performer[0].reference'],
    ['that begins with a slash', { performer: [{ reference: `/${by}` }] }, 'performer[0].reference'],
    [
      'in an extension',
      { extension: [{ url: 'urn:x', valueReference: { reference: by } }] },
      'extension[0].valueReference.reference',
    ],
    [
      'in a contained resource',
      { contained: [{ resourceType: 'PractitionerRole', id: 'r', practitioner: { reference: by } }] },
      'contained[0].practitioner.reference',
    ],
  ])(
    'says of a conditional reference %s that it is kept, in the answer and in the journal',
    (_what, members, place) => {
      const resource = observation(members);
      const one = (path: string, method: 'PUT' | 'POST'): Written =>
        readWrite({ method, path, headers: {}, body: body(resource) }, context());
      for (const written of [one('Observation/1', 'PUT'), one('Observation', 'POST')]) {
        expect(written.warnings).toMatchObject([{ code: 'reference-conditional', location: `Observation.${place}` }]);
        expect(contentOf(written, 0)).toBe(JSON.stringify(resource));
      }
      for (const type of ['transaction', 'batch']) {
        const written = post(bundle(type, put(patient, 'Patient/1'), put(resource, 'Observation/1')));
        const where = `Bundle.entry[1].resource.${place}`;
        expect(toldOf(written)).toEqual(['none', [['reference-conditional', where, true]]]);
        expect(written.warnings).toMatchObject([{ code: 'reference-conditional', location: where }]);
        expect(contentOf(written, 1)).toBe(JSON.stringify(resource));
      }
    },
  );

  it('refuses a conditional reference to a patient, however it is addressed: the record would be nobody’s', () => {
    for (const reference of [
      'Patient?identifier=s|v',
      '/Patient?identifier=s|v',
      'http://h/fhir/Patient?identifier=s|v',
    ])
      expect(refusalOf(bundle('transaction', put(about(reference), 'Observation/1')))).toMatchObject({
        code: 'input.not-supported',
        message: expect.stringContaining('Bundle.entry[0].resource.subject.reference: '),
      });
  });

  const posted = (resource: object, fullUrl?: string): unknown => ({
    ...(fullUrl !== undefined && { fullUrl }),
    resource,
    request: { method: 'POST', url: String((resource as { resourceType?: string }).resourceType) },
  });

  it.each([
    ['without a fullUrl', posted({ ...patient, id: '0' }), 'Patient/0'],
    ['of another fullUrl', posted({ ...patient, id: '0' }, uuid(1)), 'Patient/0'],
    ['by a version of it', posted({ ...patient, id: '0' }), 'Patient/0/_history/1'],
  ])(
    'says that a reference leads nowhere when it names a posted entry %s by the id in its body',
    (_what, entry, ref) => {
      for (const type of ['transaction', 'batch']) {
        const written = post(bundle(type, entry, put(about(ref), 'Observation/1')));
        const told = [['reference-replaced', 'Bundle.entry[1].resource.subject.reference', true]];
        expect(toldOf(written)).toEqual(['none', told]);
        expect(written.warnings).toHaveLength(1);
        expect(contentOf(written, 1)).toContain(ref);
      }
    },
  );

  it.each([
    ['an entry that is put under it', posted({ ...patient, id: '0' }), put({ ...patient, id: '0' }, 'Patient/0')],
    ['a fullUrl that ends so', posted({ ...patient, id: '0' }, 'http://h/fhir/Patient/0'), put(patient, 'Patient/9')],
    ['a resource of another type', posted({ resourceType: 'Group', id: '0', type: 'person', actual: true })],
    ['a posted resource without an id', posted(patient)],
    ['nothing of this Bundle', put(patient, 'Patient/9')],
  ])('says nothing of Patient/0 beside %s', (_what, ...entries) => {
    const written = post(bundle('transaction', ...entries, put(about('Patient/0'), 'Observation/1')));
    expect([written.warnings, written.entries?.some((entry) => 'warnings' in entry)]).toEqual([[], false]);
  });

  it('says where the first of a kind is, and how many others there are', () => {
    const resource = observation({ performer: Array.from({ length: 40 }, () => ({ reference: by })) });
    const { warnings } = readWrite(
      { method: 'PUT', path: 'Observation/1', headers: {}, body: body(resource) },
      context(),
    );
    expect(warnings).toEqual([
      {
        code: 'reference-conditional',
        location: 'Observation.performer[0].reference',
        text: expect.stringMatching(/where it is known \(and 39 more\)$/),
      },
    ]);
  });

  it('tells a thousand warnings in the answer, and of the entries behind them only how many there are', () => {
    const entries = Array.from({ length: 1_100 }, (_, n) => put(about(uuid(9)), `Observation/${n}`));
    const written = post(bundle('batch', ...entries));
    const codes = (written.entries ?? []).map((entry) => 'warnings' in entry && entry.warnings?.[0]?.code);
    expect([codes[999], codes[1_000], codes[1_099]]).toEqual([
      'reference-unresolved',
      'more-warnings',
      'more-warnings',
    ]);
    expect(written.warnings).toHaveLength(101);
  });
});

describe('rewriting', () => {
  it('replaces what is resolved under the members that refer, and keeps all other bytes', () => {
    const name = fc.constantFrom('reference', 'url', 'value', 'display', 'system');
    const text = fc.constantFrom(uuid(1), uuid(2), 'Patient/1', 'x"\\y', 'é');
    // As in FHIR, an array holds values of one kind, and no arrays.
    const { object } = fc.letrec<{ object: Record<string, unknown>; value: unknown }>((tie) => ({
      object: fc.dictionary(name, tie('value'), { maxKeys: 4 }),
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        text,
        fc.integer(),
        fc.array(text, { maxLength: 3 }),
        tie('object'),
        fc.array(tie('object'), { maxLength: 3 }),
      ),
    }));
    const expected = (value: unknown, under = ''): unknown => {
      if (value === uuid(1)) return under === 'reference' || under === 'url' ? 'Patient/a' : value;
      if (Array.isArray(value)) return value.map((element) => expected(element, under));
      if (typeof value === 'object' && value !== null)
        return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, expected(inner, key)]));
      return value;
    };
    fc.assert(
      fc.property(object, fc.constantFrom(undefined, 1), (sent, indent) => {
        const content = Buffer.from(JSON.stringify(sent, undefined, indent));
        const { splices } = referencesIn(
          content,
          { resolved: new Map([[uuid(1), 'Patient/a']]), replaced: new Set() },
          'x',
        );
        const got = spliced(content, splices).toString('utf8');
        expect(got).toBe(JSON.stringify(expected(sent), undefined, indent));
      }),
    );
  });
});
