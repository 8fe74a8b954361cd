import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '#domain';
import { readWrite } from './read-write.js';
import { validateResource, validateTimes } from './validate-resource.js';
import type { WriteContext } from './write-request.js';

const issues = (type: string, members: object): readonly (readonly [string, string, string])[] =>
  validateResource(type, { resourceType: type, ...members }).map(
    (issue) => [issue.severity, issue.code, issue.location] as const,
  );

const observation = { status: 'final', code: { text: 'x' } };

describe('validateResource', () => {
  it.each<[string, object]>([
    ['Patient', {}],
    ['Patient', { gender: 'unknown', birthDate: '1980-03', name: [{ use: 'official', family: 'Fictif' }] }],
    [
      'Patient',
      {
        _gender: {
          extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
        },
      },
    ],
    ['Patient', { extension: [{ url: 'https://example.org/nobody-knows', valueString: 'x' }] }],
    ['Patient', { meta: { profile: ['https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-ins'] } }],
    ['Patient', { text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' } }],
    ['Observation', { ...observation, valueQuantity: { value: 1.3, unit: 'kg' } }],
    ['Observation', { ...observation, effectiveDateTime: '2026-11-20T14:30:00+01:00' }],
    ['Encounter', { status: 'in-progress', class: { code: 'IMP' } }],
  ])('%s %j is valid', (type, members) => {
    expect(issues(type, members)).toEqual([]);
  });

  it.each<[string, object, string, string]>([
    ['Patient', { gender: 'F' }, 'code-invalid', 'Patient.gender'],
    ['Patient', { name: [{ use: 'birth' }] }, 'code-invalid', 'Patient.name[0].use'],
    ['Encounter', { status: 'open', class: { code: 'IMP' } }, 'code-invalid', 'Encounter.status'],
    ['Observation', { ...observation, status: 'F' }, 'code-invalid', 'Observation.status'],
    ['DiagnosticReport', { ...observation, status: 'done' }, 'code-invalid', 'DiagnosticReport.status'],
    ['Bundle', { type: 'set' }, 'code-invalid', 'Bundle.type'],
    [
      'Patient',
      { contained: [{ resourceType: 'Organization', name: 'x', telecom: [{ system: 'tel', value: '1' }] }] },
      'code-invalid',
      'Patient.contained[0].telecom[0].system',
    ],
    ['Observation', { ...observation, valueString: 'x', valueQuantity: { value: 1 } }, 'structure', 'valueQuantity'],
    ['Patient', { birthDate: '24/03/1980' }, 'structure', 'Patient.birthDate'],
    ['Patient', { birthDate: '2023-02-29' }, 'structure', 'Patient.birthDate'],
    ['Patient', { colour: 'blue' }, 'structure', 'Patient.colour'],
    ['Patient', { 'Ada Martin': 'x' }, 'structure', 'Patient.(member)'],
    ['Patient', { name: { family: 'x' } }, 'structure', 'Patient.name'],
    ['Patient', { active: 'true' }, 'structure', 'Patient.active'],
    ['Patient', { gender: null }, 'structure', 'Patient.gender'],
    ['Observation', { status: 'final' }, 'structure', 'Observation.code'],
    ['Patient', { contact: [{ gender: 'male' }] }, 'invariant', 'Patient.contact[0]'],
  ])('%s %j is not: %s at %s', (type, members, code, location) => {
    expect(issues(type, members)).toContainEqual(['error', code, location]);
  });

  it('refuses what is no resource of the type', () => {
    for (const value of [null, 'x', 7, [], {}, { resourceType: 'Observation' }, { resourceType: 7 }])
      expect(validateResource('Patient', value)[0]).toMatchObject({ severity: 'error', code: 'structure' });
    expect(validateResource('toString', { resourceType: 'toString' })[0]).toMatchObject({ severity: 'error' });
    expect(issues('Patient', { contained: [{ resourceType: 'Nothing' }] })[0]?.[0]).toBe('error');
  });

  it('doubts a reference to another type than expected, and no reference whose type it cannot see', () => {
    const about = (reference: string): unknown => issues('Observation', { ...observation, encounter: { reference } });
    expect(about('Patient/1')).toEqual([['warning', 'structure', 'Observation.encounter']]);
    for (const reference of [
      'Encounter/1',
      'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a',
      'http://h/Encounter/1',
      '#e',
    ])
      expect(about(reference)).toEqual([]);
  });

  it('tells no value', () => {
    const secret = 'Secret1';
    const told = validateResource('Patient', {
      resourceType: 'Patient',
      gender: secret,
      birthDate: secret,
      active: secret,
      [`${secret} x`]: secret,
      managingOrganization: { reference: `${secret}/1` },
      generalPractitioner: [{ reference: secret }],
      deceasedBoolean: true,
      deceasedDateTime: secret,
      name: secret,
      contact: [{ name: secret }],
    });
    expect(told.length).toBeGreaterThan(5);
    expect(JSON.stringify(told)).not.toContain(secret);
  });

  it('is linear in the number of coded elements', () => {
    const identifier = Array.from({ length: 20_000 }, (_, i) => ({ use: 'usual', value: `v${i}` }));
    expect(issues('Patient', { identifier })).toEqual([]);
  });
});

describe('a time', () => {
  /** Every place that may hold a dateTime or an instant, with the element that is named. */
  const places: readonly (readonly [string, (time: string) => object, string])[] = [
    ['Observation', (time) => ({ ...observation, effectiveDateTime: time }), 'effective'],
    ['Observation', (time) => ({ ...observation, effectivePeriod: { start: time } }), 'effective.start'],
    ['Observation', (time) => ({ ...observation, effectiveTiming: { event: ['2026', time] } }), 'effective.event[1]'],
    [
      'Observation',
      (time) => ({ ...observation, effectiveTiming: { repeat: { boundsPeriod: { end: time } } } }),
      'effective.repeat.bounds.end',
    ],
    [
      'Observation',
      (time) => ({ ...observation, component: [{ code: { text: 'x' }, valueDateTime: time }] }),
      'component[0].value',
    ],
    ['Patient', (time) => ({ extension: [{ url: 'urn:x', valueDateTime: time }] }), 'extension[0].value'],
    [
      'Patient',
      (time) => ({ extension: [{ url: 'urn:x', extension: [{ url: 'y', valuePeriod: { end: time } }] }] }),
      'extension[0].extension[0].value.end',
    ],
    [
      'Patient',
      (time) => ({ _birthDate: { extension: [{ url: 'urn:x', valueDateTime: time }] } }),
      'birthDate.extension[0].value',
    ],
    ['Patient', (time) => ({ deceasedDateTime: time }), 'deceased'],
    ['Patient', (time) => ({ identifier: [{ value: '1', period: { start: time } }] }), 'identifier[0].period.start'],
    [
      'Patient',
      (time) => ({ contained: [{ resourceType: 'Observation', ...observation, effectiveDateTime: time }] }),
      'contained[0].effective',
    ],
    [
      'Bundle',
      (time) => ({ type: 'collection', entry: [{ resource: { resourceType: 'Patient', deceasedDateTime: time } }] }),
      'entry[0].resource.deceased',
    ],
    [
      'Parameters',
      (time) => ({ parameter: [{ name: 'x', part: [{ name: 'y', valueDateTime: time }] }] }),
      'parameter[0].part[0].value',
    ],
    ['Encounter', (time) => ({ status: 'planned', class: { code: 'IMP' }, period: { end: time } }), 'period.end'],
  ];
  const instants: typeof places = [
    ['Observation', (time) => ({ ...observation, issued: time }), 'issued'],
    ['Observation', (time) => ({ ...observation, effectiveInstant: time }), 'effective'],
    ['Patient', (time) => ({ meta: { lastUpdated: time } }), 'meta.lastUpdated'],
  ];
  const told = ([type, members, place]: (typeof places)[number], time: string): unknown =>
    validateResource(type, { resourceType: type, ...members(time) }).map(({ severity, location, text }) => [
      severity,
      location === `${type}.${place}` ? 'there' : location,
      /second and its zone/.test(text),
    ]);

  it.each([
    '2026-11-20T14:30:00',
    '2026-11-20T14:30:00.5',
    '2026-11-20T14:30',
    '2026-11-20T14:30Z',
    '2026-11-20T14',
    '2026-11-20T14Z',
    '2026-11-20Z',
    '2026-11Z',
    '2026+01:00',
    '2026-11-20T14:30:00z',
    '2026-11-20T14:30:00+0100',
    '2026-11-20 14:30:00Z',
    '20261120',
    '2026-13',
  ])('%s is refused wherever it stands, and the element is named', (time) => {
    for (const place of [...places, ...instants])
      expect([place[0], told(place, time)]).toEqual([place[0], [['error', 'there', true]]]);
  });

  it('is taken in every precision that R4 has, with its zone', () => {
    const zone = fc.constantFrom('Z', '+01:00', '-05:00', '+14:00', '-00:00', '+13:59');
    const two = (max: number, min = 0): fc.Arbitrary<string> =>
      fc.integer({ min, max }).map((n) => String(n).padStart(2, '0'));
    const fraction = fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{1,14}$/));
    const moment = fc
      .tuple(fc.constantFrom('2026-11-20', '1980-02-29'), two(23), two(59), two(60), fraction, zone)
      .map(([day, hour, minute, second, part, offset]) => `${day}T${hour}:${minute}:${second}${part}${offset}`);
    const year = fc.integer({ min: 1, max: 9_999 }).map((n) => String(n).padStart(4, '0'));
    const date = fc.oneof(
      year,
      fc.tuple(year, two(12, 1)).map((parts) => parts.join('-')),
      fc.constant('2026-11-20'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.oneof(moment, date), (place, time) => {
        expect(told(place, time)).toEqual([]);
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...instants), moment, (place, time) => {
        expect(told(place, time)).toEqual([]);
      }),
    );
  });

  it('without its zone is refused in a merge patch, too, whatever else the patch takes away', () => {
    expect(
      validateTimes('Observation', {
        status: null,
        component: [null],
        effectivePeriod: { start: null, end: '2026-11-20T14:30:00' },
        note: [{ time: '2026-11-20T14:30:00' }],
        issued: 7,
      }).map(({ location }) => location),
    ).toEqual(['Observation.effective.end', 'Observation.note[0].time']);
    expect(validateTimes('Observation', { status: null, effectiveDateTime: '2026-11-20T14:30:00Z' })).toEqual([]);
  });
});

describe('whatever the content', () => {
  const context = {
    sender: { testIdentities: 'refuse', productionIdentities: 'warn' },
    newId: () => 'n',
    derivedId: () => 'd',
  } as unknown as WriteContext;
  const odd = fc.oneof(
    fc.constant(null),
    fc.string({ maxLength: 3 }),
    fc.integer(),
    fc.boolean(),
    fc.constant([]),
    fc.constant({}),
    fc.constant([null]),
    fc.constant([[1]]),
    fc.constant({ reference: 7 }),
  );
  const name = fc.constantFrom(
    'resourceType',
    'id',
    'meta',
    'identifier',
    'name',
    'gender',
    'subject',
    'extension',
    'contained',
    'text',
    '_gender',
    'deceasedBoolean',
    'entry',
    'type',
    'request',
    'resource',
    'fullUrl',
    'url',
    'valueString',
  );
  const member = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      odd,
      fc.dictionary(name, tie('value'), { maxKeys: 4 }),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
  })).value;

  it('a write is read or refused as a Failure', () => {
    fc.assert(
      fc.property(
        fc.dictionary(name, member, { maxKeys: 5 }),
        fc.constantFrom('Patient', 'Observation', 'Bundle', 'Questionnaire', 'Appointment'),
        fc.constantFrom('PUT', 'POST', 'PATCH', 'BUNDLE'),
        (members, type, verb) => {
          const bundle = {
            ...members,
            resourceType: 'Bundle',
            type: 'batch',
            entry: [
              { request: { method: 'PUT', url: `${type}/1` }, resource: { ...members, resourceType: type } },
              members,
            ],
          };
          const body = Buffer.from(
            JSON.stringify(
              verb === 'BUNDLE' ? bundle : verb === 'PATCH' ? members : { ...members, resourceType: type },
            ),
          );
          const method = verb === 'BUNDLE' ? 'POST' : verb;
          const path = verb === 'BUNDLE' ? '' : verb === 'POST' ? type : `${type}/1`;
          const headers = verb === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
          try {
            expect(readWrite({ method, path, headers, body }, context).changes.length).toBeGreaterThan(0);
          } catch (error) {
            if (!Failure.is(error)) throw error;
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
