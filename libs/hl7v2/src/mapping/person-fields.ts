import type { JsonObject } from '#domain';
import type { Composite } from '../message/segment.js';
import { table } from '../message/table.js';
import { listedOf } from '../represented/not-taken.js';
import { members, ownExtension } from './fhir-json.js';
import { periodIn } from './identifier.js';
import type { Mapping } from './mapping.js';
import { originalCode } from './original-code.js';

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

/** Codes of table 0200 that FHIR has no use for. */
const otherNameTypes = new Set([
  'A',
  'B',
  'BAD',
  'C',
  'I',
  'K',
  'MSK',
  'NAV',
  'NB',
  'NOUSE',
  'P',
  'R',
  'REL',
  'TEMP',
  'U',
]);

export const nameUseOf = (type: string): string => nameUses[type] ?? '';

/** Those that are not empty. */
const textsOf = (...texts: readonly string[]): readonly string[] => texts.filter((text) => text !== '');

interface FamilyName {
  readonly family: string;
  readonly extension: readonly JsonObject[];
}

/** FN (HL7 v2.5, section 2.A.30): what the parts of a family name are in FHIR. */
const familyParts = [
  [2, 'own-prefix'],
  [3, 'own-name'],
  [4, 'partner-prefix'],
  [5, 'partner-name'],
] as const;

/**
 * A family name. Where its first sub-component is the whole name and the others are parts of it (FN), the parts stand beside it; any
 * other name that holds a sub-component separator is text (`MARTIN & DUPONT`).
 */
const familyOf = (name: Composite, component: number): FamilyName => {
  const surname = name.sub(component, 1);
  const parts = familyParts.map(([sub, part]) => ({ sub, part, text: name.sub(component, sub) }));
  const told = parts.filter(({ text }) => text !== '');
  const own = told.filter(({ sub }) => sub <= 3);
  const whole = surname.toUpperCase();
  const isStructured = surname !== '' && own.length > 0 && own.every(({ text }) => whole.includes(text.toUpperCase()));
  if (!isStructured) return { family: name.take(component), extension: [] };
  name.takeSub(component, 1);
  return {
    family: surname,
    extension: told.map(({ sub, part }) => ({
      url: `http://hl7.org/fhir/StructureDefinition/humanname-${part}`,
      valueString: name.takeSub(component, sub),
    })),
  };
};

/** Since when and until when: two components from `bounds` on (v2.5), or before v2.5 the sub-components of `range`. */
const validity = (
  value: Composite,
  [range, bounds]: readonly [number, number],
  mapping: Mapping,
  location: string,
): JsonObject | undefined => {
  const told = periodIn(value, bounds, mapping, location);
  if (told !== undefined || value.component(range) === '') return told;
  const start = mapping.time(value.takeSub(range, 1), `${location}.${range}`)?.text;
  const end = mapping.time(value.takeSub(range, 2), `${location}.${range}`)?.text;
  return start === undefined && end === undefined ? undefined : members({ start, end });
};

/** FHIR HumanName of an XPN; a name without type is the legal one where it stands alone (HL7 v2.3, PID-5). */
export const humanName = (
  name: Composite,
  mapping: Mapping,
  isAlone: boolean,
  location: string,
): JsonObject | undefined => {
  if (name.text(1) === '' && name.text(2) === '' && name.text(3) === '') return undefined;
  name.accountFor(listedOf.XPN);
  const type = name.take(7);
  const { family, extension: familyExtension } = familyOf(name, 1);
  const [given, others] = [name.take(2), name.take(3)];
  const listsBirthNames = mapping.isFrench && type === 'L' && others !== '';
  const use = nameUses[type];
  if (type !== '' && use === undefined && !otherNameTypes.has(type)) mapping.warn('code-unknown', `${location}.7`);
  return members({
    extension: [
      ...(listsBirthNames
        ? [{ url: `${frenchProfiles}fr-core-patient-birth-list-given-name`, valueString: others }]
        : []),
      ...(type !== '' && use === undefined ? [originalCode('0200', type)] : []),
    ],
    use: type === '' && isAlone ? 'official' : use,
    family,
    _family: familyExtension.length > 0 ? { extension: familyExtension } : undefined,
    given: textsOf(given, listsBirthNames ? '' : others),
    prefix: textsOf(name.take(5)),
    suffix: textsOf(name.take(4), name.take(6), name.take(14)),
    period: validity(name, [10, 12], mapping, location),
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
const addressParts = [1, 2, 3, 4, 5, 6, 8, 9] as const;

/** Types of address that have another place than `use`: postal, birthplace, facility of origin and of destination. */
const placedTypes = new Set(['BDL', 'DST', 'M', 'N', 'ORI']);
/** Codes of HL7 table 0190 that FHIR has no use for. */
const otherAddressTypes = new Set(['BI', 'BR', 'F', 'L', 'RH', 'S', 'SH', 'TM', 'VAC']);

/**
 * Street and number (SAD: the whole, the street, the number). Where the first sub-component is the whole, or empty, the others are
 * parts of the line; any other line that holds a sub-component separator is text.
 */
const streetOf = (address: Composite): string => {
  const [whole, street, number] = [1, 2, 3].map((sub) => address.sub(1, sub)) as [string, string, string];
  if (street === '' && number === '') return address.take(1);
  if (whole !== '' && !(whole.includes(street) && whole.includes(number))) return address.take(1);
  address.accountForSubs(1, 0b1110);
  return whole === '' ? textsOf(number, street).join(' ') : whole;
};

/** FHIR Address of an XAD; XAD-9 is the INSEE code of the commune in France, the county elsewhere. */
export const addressOf = (address: Composite, mapping: Mapping, location: string): JsonObject | undefined => {
  if (!addressParts.some((part) => address.text(part) !== '')) return undefined;
  address.accountFor(listedOf.XAD);
  const ninth = address.take(9);
  const insee = mapping.isFrench && inseeForm.test(ninth) ? ninth : '';
  const type = address.take(7);
  const use = addressUses[type];
  const isOther = type !== '' && use === undefined && !placedTypes.has(type);
  if (isOther && !otherAddressTypes.has(type)) mapping.warn('code-unknown', `${location}.7`);
  const extension = [
    ...(insee === ''
      ? []
      : [
          {
            url: `${frenchProfiles}fr-core-address-insee-code`,
            valueCoding: { system: inseeSystem(insee), code: insee },
          },
        ]),
    ...(isOther ? [originalCode('0190', type)] : []),
  ];
  return members({
    extension,
    use,
    type: type === 'M' ? 'postal' : undefined,
    line: textsOf(streetOf(address), address.take(2), address.take(8)),
    city: address.take(3),
    district: insee === '' ? ninth : '',
    state: address.take(4),
    postalCode: address.take(5),
    country: address.take(6),
    period: validity(address, [12, 13], mapping, location),
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

/** Codes of HL7 tables 0201 and 0202 that FHIR has no word for, or that say no more than the field and the value. */
const otherUses = new Set(['ASN', 'BPN', 'EMR', 'NET', 'PRS']);
const otherEquipment = new Set(['CP', 'MD', 'PH', 'SAT', 'TDD', 'TTY']);

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

const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** The number as it is written (XTN-12, XTN-1), or put together of its parts (XTN-5 to 8). Every way in which it is told differently. */
const numbersOf = (telecom: Composite): readonly string[] => {
  const country = telecom.text(5);
  const parts = textsOf(country === '' ? '' : `+${country}`, telecom.text(6), telecom.text(7), telecom.text(8));
  const numbers: string[] = [];
  for (const written of [telecom.text(12), telecom.text(1), parts.join(' ')]) {
    const digits = digitsOf(written);
    const isKnown = numbers.some((other) => other === written || (digits !== '' && digitsOf(other).endsWith(digits)));
    if (written !== '' && !isKnown) numbers.push(written);
  }
  return numbers;
};

/** Codes that FHIR has no word for, as they were sent; those of no table with a warning. */
const telecomExtensions = (telecom: Composite, mapping: Mapping, location: string): readonly JsonObject[] => {
  const [use, equipment, comment] = [telecom.take(2), telecom.take(3), telecom.take(9)];
  const extension: JsonObject[] = [];
  if (use !== '' && telecomUses[use] === undefined && use !== 'NET') {
    if (!otherUses.has(use)) mapping.warn('code-unknown', `${location}.2`);
    extension.push(originalCode('0201', use));
  }
  const type = equipment.toUpperCase();
  if (type !== '' && telecomSystems[type] === undefined && type !== 'PH' && type !== 'CP') {
    if (!otherEquipment.has(type)) mapping.warn('code-unknown', `${location}.3`);
    extension.push(originalCode('0202', equipment));
  }
  if (comment !== '') extension.push({ url: ownExtension('comment'), valueString: comment });
  return extension;
};

const partsOfNumber = [1, 5, 6, 7, 8, 12].reduce((bits, component) => bits | (1 << component), 0);

/** FHIR ContactPoints of an XTN: an address and a number that stand in one are two. */
const contactPointsOf = (
  telecom: Composite,
  use: FieldUse,
  mapping: Mapping,
  location: string,
): readonly JsonObject[] => {
  const email = telecom.text(4);
  const numbers = numbersOf(telecom);
  if (email === '' && numbers.length === 0) return [];
  telecom.accountFor(listedOf.XTN | partsOfNumber);
  const extension = telecomExtensions(telecom, mapping, location);
  const point = (system: string, value: string): JsonObject =>
    members({ extension, system, value, use: contactUseOf(telecom, use) });
  const numberSystem = telecom.text(2) === 'NET' ? 'email' : (telecomSystems[telecom.text(3).toUpperCase()] ?? 'phone');
  // Beside an address, what says that it is one (INTERNET) says nothing of the number.
  const besideEmail = numberSystem === 'email' ? 'phone' : numberSystem;
  return [
    ...(email === '' ? [] : [point('email', telecom.take(4))]),
    ...numbers
      .filter((number) => number !== email)
      .map((number) => point(email === '' ? numberSystem : besideEmail, number)),
  ];
};

/** Those of the repetitions of a field that hold a number or an address; `use`: of the field. */
export const contactPoints = (
  telecoms: readonly Composite[],
  use: FieldUse,
  mapping: Mapping,
  location: string,
): readonly JsonObject[] =>
  telecoms.flatMap((telecom, index) =>
    contactPointsOf(telecom, use, mapping, telecoms.length === 1 ? location : `${location}[${index + 1}]`),
  );
