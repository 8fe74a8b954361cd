import type { JsonObject } from '#domain';
import type { Composite } from '../message/segment.js';
import { members } from './fhir-json.js';
import { periodIn } from './identifier.js';
import type { Mapping } from './mapping.js';
import { table } from '../message/table.js';

export const frenchProfiles = 'https://hl7.fr/ig/fhir/core/StructureDefinition/';

/** HL7 table 0200. L is the birth name in France, D the name in use (domain facts, section 2.3). */
const nameUses = table<string>({
  L: 'official',
  D: 'usual',
  M: 'maiden',
  N: 'nickname',
  S: 'anonymous',
  T: 'temp',
});

export const nameUseOf = (type: string): string => nameUses[type] ?? '';

/** Those that are not empty. */
const textsOf = (first: string, second = ''): readonly string[] =>
  first === '' ? (second === '' ? [] : [second]) : second === '' ? [first] : [first, second];

/** FHIR HumanName of an XPN; a name without type is the legal one where it stands alone (HL7 v2.3, PID-5). */
export const humanName = (name: Composite, mapping: Mapping, isAlone: boolean): JsonObject | undefined => {
  const type = name.text(7);
  const family = name.text(1);
  const given = name.text(2);
  const others = name.text(3);
  if (family === '' && given === '' && others === '') return undefined;
  const listsBirthNames = mapping.isFrench && type === 'L' && others !== '';
  return members({
    extension: listsBirthNames
      ? [{ url: `${frenchProfiles}fr-core-patient-birth-list-given-name`, valueString: others }]
      : undefined,
    use: type === '' && isAlone ? 'official' : nameUses[type],
    family,
    given: textsOf(given, listsBirthNames ? '' : others),
    prefix: textsOf(name.text(5)),
    suffix: textsOf(name.text(4)),
  });
};

/** HL7 table 0190, and words that senders write instead. */
const addressUses = table<string>({
  H: 'home',
  HOME: 'home',
  P: 'home',
  C: 'temp',
  O: 'work',
  B: 'work',
  BA: 'old',
  V: 'temp',
});

export const addressUseOf = (type: string): string => addressUses[type] ?? '';

export const isBirthplace = (address: Composite): boolean => {
  const type = address.text(7);
  return type === 'BDL' || type === 'N';
};

const inseeForm = /^\d[\dAB]\d{3}$/;

/** Communes and countries have one list of codes each; countries begin with 99. */
const inseeSystem = (code: string): string =>
  code.startsWith('99')
    ? 'https://mos.esante.gouv.fr/NOS/TRE_R20-Pays/FHIR/TRE-R20-Pays'
    : 'https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM';

/** Components of an XAD that say where; without any of them there is no address. */
const addressParts = [1, 2, 3, 4, 5, 6, 9] as const;

/** FHIR Address of an XAD; XAD-9 is the INSEE code of the commune in France, the county elsewhere. */
export const addressOf = (address: Composite, mapping: Mapping, location: string): JsonObject | undefined => {
  if (!addressParts.some((part) => address.text(part) !== '')) return undefined;
  const ninth = address.text(9);
  const insee = mapping.isFrench && inseeForm.test(ninth) ? ninth : '';
  const type = address.text(7);
  return members({
    extension:
      insee === ''
        ? undefined
        : [
            {
              url: `${frenchProfiles}fr-core-address-insee-code`,
              valueCoding: { system: inseeSystem(insee), code: insee },
            },
          ],
    use: addressUses[type],
    type: type === 'M' ? 'postal' : undefined,
    line: textsOf(address.text(1), address.text(2)),
    city: address.text(3),
    district: insee === '' ? ninth : '',
    state: address.text(4),
    postalCode: address.text(5),
    country: address.text(6),
    period: periodIn(address, 13, mapping, location),
  });
};

const telecomUses = table<string>({
  PRN: 'home',
  HOME: 'home',
  VHN: 'home',
  WPN: 'work',
  ORN: 'temp',
});
const telecomSystems = table<string>({
  FX: 'fax',
  BP: 'pager',
  INTERNET: 'email',
  'X.400': 'email',
});

const numberOf = (telecom: Composite): string => {
  const written = telecom.text(12) || telecom.text(1);
  if (written !== '') return written;
  const country = telecom.text(5);
  return [country === '' ? '' : `+${country}`, telecom.text(6), telecom.text(7), telecom.text(8)]
    .filter((part) => part !== '')
    .join(' ');
};

type FieldUse = 'home' | 'work';

const contactSystemOf = (telecom: Composite): string =>
  telecom.text(4) !== '' || telecom.text(2) === 'NET'
    ? 'email'
    : (telecomSystems[telecom.text(3).toUpperCase()] ?? 'phone');

const contactUseOf = (telecom: Composite, use: FieldUse): string =>
  telecom.text(3).toUpperCase() === 'CP' ? 'mobile' : (telecomUses[telecom.text(2)] ?? use);

/** The key by which the fold tells repetitions of `telecom` apart: use and system. */
export const contactKey = (telecom: Composite, use: FieldUse): string =>
  `${contactUseOf(telecom, use)}|${contactSystemOf(telecom)}`;

/** FHIR ContactPoint of an XTN. */
const contactPoint = (telecom: Composite, use: FieldUse): JsonObject | undefined => {
  const email = telecom.text(4);
  const value = email === '' ? numberOf(telecom) : email;
  return value === '' ? undefined : { system: contactSystemOf(telecom), value, use: contactUseOf(telecom, use) };
};

/** Those of the repetitions of a field that hold a number or an address; `use`: of the field. */
export const contactPoints = (telecoms: readonly Composite[], use: FieldUse): readonly JsonObject[] => {
  const points: JsonObject[] = [];
  for (const telecom of telecoms) {
    const point = contactPoint(telecom, use);
    if (point) points.push(point);
  }
  return points;
};
