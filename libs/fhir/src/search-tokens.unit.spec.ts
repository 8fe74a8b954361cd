import { describe, expect, it } from 'vitest';
import { patientOf } from './patient-of.js';
import { searchTokens } from './search-tokens.js';

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

const patient = {
  resourceType: 'Patient',
  identifier: [
    { system: 'urn:oid:1.2.3', value: 'IPP-1' },
    { value: 'loose' },
    { system: 'http://a|b', value: 'c|d' },
    { system: 'urn:only-a-system' },
  ],
  name: [
    { use: 'official', family: 'Le Goff-Ébène', given: ['Marie-Laure', 'Zoé'], prefix: ['Mme'] },
    { use: 'usual', family: "D'Œuvre", text: 'Marie Œuvre' },
  ],
  birthDate: '1980-03-24',
  gender: 'female',
};

describe('searchTokens', () => {
  it('names every identifier, name, birth date and gender of a patient, sorted and once', () => {
    const tokens = searchTokens('Patient', json(patient));
    expect(tokens).toEqual([...tokens].sort());
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(tokens).toEqual([
      'birthdate|1980-03-24',
      "family:exact|D'Œuvre",
      'family:exact|Le Goff-Ébène',
      'family|doeuvre',
      'family|legoffebene',
      'gender|female',
      'given:exact|Marie-Laure',
      'given:exact|Zoé',
      'given|marielaurezoe',
      'given|zoe',
      'identifier|%|loose',
      'identifier|http://a%7Cb|c|d',
      'identifier|urn:oid:1.2.3|IPP-1',
      'identifier||IPP-1',
      'identifier||c|d',
      'identifier||loose',
      'name|doeuvre',
      'name|ebene',
      'name|goffebene',
      'name|laurezoe',
      'name|legoffebene',
      'name|marielaurezoe',
      'name|marieoeuvre',
      'name|oeuvre',
      'name|zoe',
      'text:exact|Marie Œuvre',
    ]);
  });

  it('takes a single identifier as well as a list, and only identifiers of other types', () => {
    expect(searchTokens('Composition', json({ identifier: { system: 's', value: 'v' }, name: 'x' }))).toEqual([
      'identifier|s|v',
      'identifier||v',
    ]);
    expect(searchTokens('Observation', json({ contained: [{ identifier: [{ value: 'inner' }] }] }))).toEqual([]);
    expect(searchTokens('Binary', json({ identifier: [{ value: 'v' }] }))).toEqual([]);
    expect(searchTokens('NoSuchType', json({ identifier: [{ value: 'v' }] }))).toEqual([]);
  });

  it('replaces what is too long by a hash of fixed length', () => {
    const long = 'x'.repeat(5000);
    const tokens = searchTokens(
      'Patient',
      json({ identifier: [{ system: 's', value: long }], name: [{ family: long }] }),
    );
    expect(Math.max(...tokens.map((token) => token.length))).toBeLessThanOrEqual(200);
    expect(tokens.filter((token) => /^identifier\|#[0-9a-f]{32}$/.test(token))).toHaveLength(2);
  });

  it('cuts a long name, and makes no more tokens than it has words', () => {
    const many = Array.from({ length: 400 }, (_, n) => `w${n}`);
    const tokens = searchTokens('Patient', json({ name: [{ given: many, text: `𝔸${'é'.repeat(300)}` }] }));
    for (const kind of ['given', 'name'])
      expect(tokens.filter((token) => token.startsWith(`${kind}|w`))).toHaveLength(many.length);
    expect(tokens).toContain(`name|a${'e'.repeat(63)}`);
    for (const token of tokens.filter((one) => !one.includes(':exact')))
      expect(Array.from(token).length).toBeLessThanOrEqual(70);
  });

  it('lives with a content that a patch has made odd', () => {
    for (const odd of [null, 'x', 7, {}, [null, 'x', [1]], [{ value: 7, system: [] }], { family: {} }])
      expect(searchTokens('Patient', json({ identifier: odd, name: odd, birthDate: odd, gender: odd }))).toBeInstanceOf(
        Array,
      );
  });
});

describe('patientOf', () => {
  it.each([
    ['Observation', { subject: { reference: 'Patient/p1' } }, 'Patient/p1'],
    ['Observation', { subject: { reference: 'http://his.example/fhir/Patient/p1' } }, 'Patient/p1'],
    ['Observation', { subject: { reference: 'Patient/p1/_history/3' } }, 'Patient/p1'],
    ['Observation', { subject: { reference: 'Group/g' } }, undefined],
    ['Observation', { subject: { reference: '#p' } }, undefined],
    ['Observation', { subject: { identifier: { value: 'x' } } }, undefined],
    ['Observation', { patient: { reference: 'Patient/p1' } }, undefined],
    ['Immunization', { patient: { reference: 'Patient/p1' } }, 'Patient/p1'],
    ['Task', { for: { reference: 'Patient/p1' } }, 'Patient/p1'],
    [
      'Appointment',
      { participant: [{ actor: { reference: 'Location/l' } }, { actor: { reference: 'Patient/p1' } }] },
      'Patient/p1',
    ],
    ['Account', { subject: [{ reference: 'Patient/p1' }, { reference: 'Patient/p1' }] }, 'Patient/p1'],
    ['Account', { subject: [{ reference: 'Patient/p1' }, { reference: 'Patient/p2' }] }, undefined],
    ['Organization', { subject: { reference: 'Patient/p1' } }, undefined],
  ])('%s %j', (type, content, expected) => {
    expect(patientOf(type, json(content))).toBe(expected);
  });
});
