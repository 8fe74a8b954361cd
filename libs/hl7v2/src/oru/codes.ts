import type { JsonObject } from '#domain';
import type { Composite } from '../message/segment.js';
import { systemOf } from '../mapping/authority.js';
import { coding } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { table } from '../message/table.js';

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
  return number === undefined
    ? systemOf({ namespace: name, universal: '' }, mapping)
    : `http://terminology.hl7.org/CodeSystem/v2-${number}`;
};

/** Where a CWE holds its code, its alternate code and (from v2.7) its second alternate code; text and system stand behind each. */
const codeComponents = [1, 4, 10] as const;

const oddBlank = /\s\s|[^\S ]/;

/** A FHIR code holds single blanks at most (FHIR R4, section 2.24.0.1); escapes bring others. */
export const asCode = (raw: string): string => (oddBlank.test(raw) ? raw.replace(/\s+/g, ' ') : raw);

const codingsOf = (code: Composite, mapping: Mapping): readonly JsonObject[] => {
  const codings: JsonObject[] = [];
  for (const at of codeComponents) {
    const value = code.text(at);
    if (value !== '') codings.push(coding(codeSystemOf(code.text(at + 2), mapping), asCode(value), code.text(at + 1)));
  }
  return codings;
};

const conceptWith = (codings: readonly JsonObject[], code: Composite): JsonObject | undefined => {
  const text = code.text(9) || code.text(2) || code.text(5);
  if (codings.length === 0) return text === '' ? undefined : { text };
  return text === '' ? { coding: codings } : { coding: codings, text };
};

/** FHIR CodeableConcept of a CE or CWE: its codes, and the original text. */
export const conceptOf = (code: Composite, mapping: Mapping): JsonObject | undefined =>
  conceptWith(codingsOf(code, mapping), code);

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

/** What was observed, ordered or written: LOINC first, of the message or else of the sender's profile; the local codes stay. */
export const observedConcept = (code: Composite, mapping: Mapping): JsonObject | undefined => {
  const codings = codingsOf(code, mapping);
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
