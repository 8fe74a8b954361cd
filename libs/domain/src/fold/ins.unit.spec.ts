import { describe, expect, it } from 'vitest';
import { patientKey } from '../../../testing/src/builders/feed.js';
import { fold, recordOf } from '../../../testing/src/builders/folded.js';
import type { Json } from '../index.js';

const profiles = 'https://hl7.fr/ig/fhir/core/StructureDefinition/';
const oid = 'urn:oid:1.2.250.1.213.1.4.';
const typed = (code: string): Json => ({ coding: [{ code }] });
const ipp = { use: 'usual', type: typed('PI'), system: 'urn:ipp', value: '42' };
const ins = { use: 'official', type: typed('INS-NIR'), system: `${oid}8`, value: 'matricule' };
const temporary = { use: 'temp', type: typed('INS-NIA'), system: `${oid}9`, value: 'matricule' };

const statuses = (...codes: readonly string[]): Json => ({
  url: `${profiles}fr-core-identity-reliability`,
  extension: codes.map((code) => ({ url: 'identityStatus', valueCoding: { code } })),
});
const birthplace: Json = {
  url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
  valueAddress: { extension: [{ url: `${profiles}fr-core-address-insee-code`, valueCoding: { code: '63220' } }] },
};
const name = {
  extension: [{ url: `${profiles}fr-core-patient-birth-list-given-name`, valueString: 'Zoé Marie' }],
  use: 'official',
  family: 'FICTIVE',
  given: ['Zoé'],
};

const whole = {
  extension: [statuses('VALI'), birthplace],
  identifier: [ipp, ins],
  name: [name],
  birthDate: '1979-03-01',
  gender: 'female',
};

/** The profile that a patient of these members claims, and the values of the identifiers that are told. */
const told = (over: Readonly<Partial<Record<keyof typeof whole, Json | undefined>>>) => {
  const edits = Object.entries({ ...whole, ...over }).flatMap(([member, value]) =>
    value === undefined ? [] : [{ op: 'set', member, value } as const],
  );
  const record = recordOf(fold([{ kind: 'identify', patient: patientKey(1), edits }]), patientKey(1));
  const meta = record?.['meta'] as { profile: readonly string[] } | undefined;
  return { profile: meta?.profile.join().replace(profiles, ''), identifier: record?.['identifier'] };
};

describe('an INS', () => {
  it('is told of a qualified identity, and of one whose traits make the profile, the profile is claimed', () => {
    expect(told({})).toEqual({ profile: 'fr-core-patient-ins', identifier: [ipp, ins] });
    expect(told({ identifier: [ipp, temporary] })).toMatchObject({ profile: 'fr-core-patient-ins' });
    expect(told({ extension: [statuses('HOMD', 'VALI'), birthplace] })).toMatchObject({
      profile: 'fr-core-patient-ins',
    });
  });

  it.each([[], ['PROV'], ['VIDE'], ['VALI', 'DOUT'], ['FICT', 'VALI'], ['VALI', 'PROV'], ['HOMA']])(
    'is told of no other: %s %s',
    (...codes) => {
      const extension = [...(codes.length > 0 ? [statuses(...(codes as string[]))] : []), birthplace];
      const billing = { ...ins, type: typed('NH') };
      const computed = { ...ins, use: 'secondary', type: typed('INS-C'), system: `${oid}2` };
      expect(told({ extension, identifier: [ipp, ins, billing, temporary, computed] })).toEqual({
        profile: 'fr-core-patient',
        identifier: [ipp, billing, computed],
      });
      const untyped = { system: `${oid}10`, value: 'matricule' };
      const ofNoKind = { type: { text: 'INS' }, system: 'urn:x', value: 'matricule' };
      expect(told({ extension, identifier: [untyped, ofNoKind] }).identifier).toBeUndefined();
    },
  );

  it('that was kept back is told as soon as the identity is qualified', () => {
    const set = (member: string, value: Json) => ({ op: 'set', member, value }) as const;
    const state = fold([
      { kind: 'identify', patient: patientKey(1), edits: [set('identifier', [ipp, ins])] },
      { kind: 'identify', patient: patientKey(1), edits: [set('extension', [statuses('VALI')])] },
    ]);
    expect(recordOf(state, patientKey(1))?.['identifier']).toEqual([ipp, ins]);
  });

  it.each([
    ['birth date', { birthDate: undefined }],
    ['gender', { gender: undefined }],
    ['gender of the INS', { gender: 'other' }],
    ['birthplace', { extension: [statuses('VALI')] }],
    ['INSEE code', { extension: [statuses('VALI'), { ...birthplace, valueAddress: { city: 'VILLE' } }] }],
    ['birth name', { name: [{ ...name, use: 'usual' }] }],
    ['one birth name', { name: [name, name] }],
    ['given name', { name: [{ ...name, given: [] }] }],
    ['one given name', { name: [{ ...name, given: ['Zoé', 'Marie'] }] }],
    ['list of given names', { name: [{ use: 'official', family: 'FICTIVE', given: ['Zoé'] }] }],
    ['INS', { identifier: [ipp] }],
    ['one official identifier', { identifier: [ins, { ...ipp, use: 'official' }] }],
  ] as const)('makes no claim of the profile without: %s', (_what, over) => {
    expect(told(over)).toMatchObject({
      profile: 'fr-core-patient',
      identifier: 'identifier' in over ? over.identifier : [ipp, ins],
    });
  });
});
