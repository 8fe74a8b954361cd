import type { JsonObject } from '#domain';
import type { Composite } from '../message/segment.js';
import { table } from '../message/table.js';
import { listedOf } from '../represented/not-taken.js';
import { systemOfName } from './authority.js';
import { asCode, coding, members } from './fhir-json.js';
import type { Mapping } from './mapping.js';

const loinc = 'http://loinc.org';

/** HL7 table 0396, the coding systems that have a URI of their own, by name and by OID. */
const systems = table<string>({
  LN: loinc,
  '2.16.840.1.113883.6.1': loinc,
  SCT: 'http://snomed.info/sct',
  '2.16.840.1.113883.6.96': 'http://snomed.info/sct',
  UCUM: 'http://unitsofmeasure.org',
  '2.16.840.1.113883.6.8': 'http://unitsofmeasure.org',
  I10: 'http://hl7.org/fhir/sid/icd-10',
});

const hl7Table = /^HL7(\d{4})$/;

/** FHIR system of a coding system's name: a local one is a name within the sender's establishment. */
export const codeSystemOf = (name: string, mapping: Mapping): string | undefined => {
  if (name === '') return undefined;
  const known = systems[name];
  if (known !== undefined) return known;
  const number = hl7Table.exec(name)?.[1];
  return number === undefined ? systemOfName(name, mapping) : `http://terminology.hl7.org/CodeSystem/v2-${number}`;
};

const systemName = /^(?:[0-2](?:\.\d+)+|https?:\/\/\S+|(?:99)?\p{L}[^&<>;^~|/]*)$/u;

/** What can be the name of a coding system: an OID, or words; not the number or the comparator that stands there in other types. */
export const isSystemName = (name: string): boolean => systemName.test(name);

/** FHIR system of a table of HL7 v2. */
export const v2Table = (number: string): string => `http://terminology.hl7.org/CodeSystem/v2-${number}`;

/** Where a CWE holds its code, its alternate code and (from v2.7) its second alternate code; text and system stand behind each. */
const codeComponents = [1, 4, 10] as const;
/** Where the versions of their coding systems stand. */
const versionOf = { 1: 7, 4: 8, 10: 13 } as const;

/**
 * Codes that stand in a CWE, and a text whose coding system is named. `tableSystem`: of a code that names no coding system, where the
 * field has a table of its own.
 */
const codingsOf = (code: Composite, mapping: Mapping, tableSystem?: string): readonly JsonObject[] => {
  const codings: JsonObject[] = [];
  for (const at of codeComponents) {
    if (code.text(at) === '' && (code.text(at + 1) === '' || code.text(at + 2) === '')) continue;
    const value = asCode(code.take(at));
    const system = codeSystemOf(code.take(at + 2), mapping) ?? tableSystem;
    const version = code.take(versionOf[at]);
    const display = code.take(at + 1);
    codings.push(
      version === '' && value !== ''
        ? coding(system, value, display)
        : members({ system, version, code: value, display }),
    );
  }
  return codings;
};

const conceptWith = (codings: readonly JsonObject[], code: Composite): JsonObject | undefined => {
  code.accountFor(listedOf.CWE);
  const at = [9, 2, 5].find((component) => code.text(component) !== '');
  const text = at === undefined ? '' : code.take(at);
  if (codings.length === 0) return text === '' ? undefined : { text };
  return text === '' ? { coding: codings } : { coding: codings, text };
};

/** FHIR CodeableConcept of a CE or CWE: its codes, and the original text. `tableSystem`: of a code without a coding system. */
export const conceptOf = (code: Composite, mapping: Mapping, tableSystem?: string): JsonObject | undefined =>
  conceptWith(codingsOf(code, mapping, tableSystem), code);

/** LOINC of a local code in the sender's profile, by `code^system` or by `code`. */
const loincOf = (code: Composite, mapping: Mapping): JsonObject | undefined => {
  const known = mapping.context.sender.hl7?.loinc;
  if (known === undefined) return undefined;
  for (const at of codeComponents) {
    const value = code.text(at);
    if (value === '') continue;
    for (const key of [`${value}^${code.text(at + 2)}`, value]) {
      const found = Object.hasOwn(known, key) ? known[key] : undefined;
      if (found) return coding(loinc, found.code, found.display);
    }
  }
  return undefined;
};

const isLoinc = ({ system }: JsonObject): boolean => system === loinc;

/**
 * What was observed, ordered or written: LOINC first, of the message or else of the sender's profile; the local codes stay.
 * `tableSystem`: of a code without a coding system.
 */
export const observedConcept = (code: Composite, mapping: Mapping, tableSystem?: string): JsonObject | undefined => {
  const codings = codingsOf(code, mapping, tableSystem);
  if (codings[0] === undefined || !isLoinc(codings[0])) {
    const first = codings.find(isLoinc);
    const told = first ?? loincOf(code, mapping);
    if (told) return conceptWith([told, ...codings.filter((other) => other !== told)], code);
  }
  return conceptWith(codings, code);
};

/** What tells codes apart: code and coding system, or the text where there is no code, or else the alternate code. */
export const codeKey = (code: Composite | undefined): string => {
  if (code === undefined) return '';
  const codeAt = (at: number): string => (code.text(at) === '' ? '' : `${code.text(at)}^${code.text(at + 2)}`);
  return codeAt(1) || code.text(2) || codeAt(4) || code.text(5) || code.text(9);
};

/** Where a required code is not said. */
export const unknownCode: JsonObject = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'unknown' }],
};
