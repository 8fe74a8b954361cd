import type { JsonObject } from '#domain';
import type { Composite } from '../message/segment.js';
import type { Numbered } from './authorities.js';
import { assignerOf, authorityIn, domainOf, systemOf, takeAuthority } from './authority.js';
import { concept, members } from './fhir-json.js';
import type { Mapping } from './mapping.js';
import { Remembered } from './remembered.js';
import { table } from '../message/table.js';
import { listedOf } from '../represented/not-taken.js';

export const v2Types = 'http://terminology.hl7.org/CodeSystem/v2-0203';
export const frenchTypes = 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203';

/** Types that FR Core defines itself (domain facts, section 3.1). */
const frenchCodes = new Set([
  'ADELI',
  'RPPS',
  'IDNPS',
  'NDP',
  'RRI',
  'INS-C',
  'FINEJ',
  'FINEG',
  'SIREN',
  'SIRET',
  'IDNST',
]);

interface InsKind {
  readonly code: string;
  readonly use: string;
  readonly nature: 'production' | 'test' | 'computed';
}

/** In HL7 v2 the OID tells the kinds of INS apart, in FHIR the type does (domain facts, section 1.2). */
export const insKinds = table<InsKind>({
  '1.2.250.1.213.1.4.8': { code: 'INS-NIR', use: 'official', nature: 'production' },
  '1.2.250.1.213.1.4.9': { code: 'INS-NIA', use: 'temp', nature: 'production' },
  '1.2.250.1.213.1.4.10': { code: 'INS-NIR-TEST', use: 'official', nature: 'test' },
  '1.2.250.1.213.1.4.11': { code: 'INS-NIR-DEMO', use: 'official', nature: 'test' },
  '1.2.250.1.213.1.4.2': { code: 'INS-C', use: 'secondary', nature: 'computed' },
});

/** The billing number (NSS) is written under the OID of the INS: only the type tells that it is none. */
export const isIns = (identifier: Composite): boolean => identifier.text(5).startsWith('INS');

const oidOf = (identifier: Composite, { authorities }: Mapping): string =>
  authorities.spelt(authorityIn(identifier, 4)).universal;

/** What stands under an OID of the INS; `undefined` under any other. */
export const insKindAt = (identifier: Composite, mapping: Mapping): InsKind | undefined =>
  insKinds[oidOf(identifier, mapping)];

const uses = table<string>({ PI: 'usual', MR: 'usual', MRN: 'usual', RRI: 'secondary' });

interface IdentifierKind {
  readonly use?: string;
  readonly type?: JsonObject;
}

const typesOfIns = new Map<InsKind, IdentifierKind>(
  Object.values(insKinds).flatMap((kind) =>
    kind ? [[kind, { use: kind.use, type: concept(frenchTypes, kind.code) }]] : [],
  ),
);

const kindNamed = (code: string): IdentifierKind => {
  const use = uses[code];
  return { ...(use !== undefined && { use }), type: concept(frenchCodes.has(code) ? frenchTypes : v2Types, code) };
};

const untyped: IdentifierKind = {};
const remembered = new Remembered<IdentifierKind>(500);

/** FHIR type and use of a CX. */
const kindOf = (identifier: Composite, mapping: Mapping): IdentifierKind => {
  const code = identifier.text(5);
  if (code === '') return untyped;
  if (!code.startsWith('INS')) return remembered.of(code, kindNamed);
  const kind = insKindAt(identifier, mapping);
  return (kind && typesOfIns.get(kind)) ?? { type: { text: code } };
};

/** Two dates that stand side by side as a FHIR Period. */
export const periodIn = (
  composite: Composite,
  component: number,
  mapping: Mapping,
  location: string,
): JsonObject | undefined => {
  const from = composite.take(component);
  const to = composite.take(component + 1);
  if (from === '' && to === '') return undefined;
  const start = mapping.time(from, `${location}.${component}`)?.text;
  const end = mapping.time(to, `${location}.${component + 1}`)?.text;
  return start === undefined && end === undefined ? undefined : members({ start, end });
};

/** Types of the numbers that a patient's record may have; an untyped one may be one. Any other (a passport) is of nobody here. */
const patientTypes = new Set(['', 'PI', 'MR', 'MRN', 'MRT']);

/** Of what an identifier in a list of a patient's identifiers (PID-3, MRG-1) is the number. */
export const numberedIn = (identifier: Composite): Numbered | undefined => {
  const type = identifier.text(5);
  if (patientTypes.has(type)) return 'patient';
  return type === 'AN' ? 'account' : type === 'VN' ? 'visit' : undefined;
};

/** FHIR Identifier of a CX (HL7 v2.5, section 2.A.14). */
export const identifierOf = (
  identifier: Composite,
  mapping: Mapping,
  location: string,
  numbered?: Numbered,
): JsonObject => {
  const { use, type } = kindOf(identifier, mapping);
  identifier.accountFor((1 << 1) | (1 << 5) | listedOf.CX);
  const authority = takeAuthority(identifier, 4);
  const period = periodIn(identifier, 7, mapping, location);
  return members({
    use,
    type,
    system: systemOf(authority, mapping, numbered),
    value: identifier.text(1),
    period,
    assigner: assignerOf(authority, mapping, numbered),
  });
};

/** The same of one in a list of a patient's identifiers. */
export const patientIdentifier = (identifier: Composite, mapping: Mapping, location: string): JsonObject =>
  identifierOf(identifier, mapping, location, numberedIn(identifier));

/** The key by which the fold tells repetitions of `identifier` apart: type code and system. */
export const identifierKey = (identifier: Composite, mapping: Mapping): string => {
  const code = isIns(identifier) ? (insKindAt(identifier, mapping)?.code ?? '') : identifier.text(5);
  return `${code}|${systemOf(authorityIn(identifier, 4), mapping, numberedIn(identifier))}`;
};

/**
 * The keys that a deletion (`""^^^…^INS`) is about: of an INS without OID, whichever of its kinds is known.
 */
export const deletedKeys = (identifier: Composite, mapping: Mapping): readonly string[] =>
  isIns(identifier) && oidOf(identifier, mapping) === ''
    ? Object.entries(insKinds).map(([oid, kind]) => `${kind?.code ?? ''}|urn:oid:${oid}`)
    : [identifierKey(identifier, mapping)];

/** Does the key of a matricule INS hold? 13 digits and 97 less their remainder; 2A and 2B count as 19 and 18 (domain facts, 1.2). */
export const insKeyHolds = (value: string): boolean => {
  if (value.length !== 15) return false;
  const department = value.slice(5, 7);
  const digits = department === '2A' ? '19' : department === '2B' ? '18' : department;
  return 97 - (Number(value.slice(0, 5) + digits + value.slice(7, 13)) % 97) === Number(value.slice(13));
};

/** The key of the nth of its kind. NUL stands in no message: no sender can write the key of another's second. */
export const nthKey = (key: string, nth: number): string => (nth === 1 ? key : `${key}\u0000${nth}`);

/** An identifier and the domain in which it is unique. */
export interface Identified {
  readonly domain: string;
  readonly value: string;
}

/** The type that a number has which its field says to be of a visit or an account. */
const typesOfFields: Readonly<Partial<Record<Numbered, string>>> = { account: 'AN', visit: 'VN' };

/** The same of a number that a record is told by, or changed by. Another type than that which its field says is not shown. */
export const takeIdentified = (identifier: Composite, mapping: Mapping, numbered: Numbered | undefined): Identified => {
  const type = numbered && typesOfFields[numbered];
  if (type === undefined || identifier.text(5) === type) identifier.take(5);
  identifier.accountFor((1 << 1) | listedOf.CX);
  takeAuthority(identifier, 4);
  return identified(identifier, mapping, numbered);
};

export const identified = (identifier: Composite, mapping: Mapping, numbered: Numbered | undefined): Identified => ({
  domain: domainOf(authorityIn(identifier, 4), mapping, numbered),
  value: identifier.text(1),
});

/** One in a list of a patient's identifiers, and its domain. */
export const identifiedPatient = (identifier: Composite, mapping: Mapping): Identified =>
  identified(identifier, mapping, numberedIn(identifier));
