import type { JsonObject } from '#domain';
import type { Composite } from '../message/segment.js';
import { systemOf } from '../mapping/authority.js';
import { coding, members } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { table } from '../message/table.js';

/** HL7 table 0396, the coding systems that have a URI of their own. */
const systems = table<string>({
  LN: 'http://loinc.org',
  SCT: 'http://snomed.info/sct',
  UCUM: 'http://unitsofmeasure.org',
  I10: 'http://hl7.org/fhir/sid/icd-10',
});

const hl7Table = /^HL7(\d{4})$/;

/** FHIR system of a coding system's name: a local one is a name within the sender's establishment. */
export const codeSystemOf = (name: string, mapping: Mapping): string | undefined => {
  if (name === '') return undefined;
  const number = hl7Table.exec(name)?.[1];
  if (number !== undefined) return `http://terminology.hl7.org/CodeSystem/v2-${number}`;
  return systems[name] ?? systemOf({ namespace: name, universal: '' }, mapping);
};

/** FHIR CodeableConcept of a CE or CWE: code and alternate code, and the original text. */
export const conceptOf = (code: Composite, mapping: Mapping): JsonObject | undefined => {
  const codings = [1, 4]
    .filter((at) => code.text(at) !== '')
    .map((at) => coding(codeSystemOf(code.text(at + 2), mapping), code.text(at), code.text(at + 1)));
  const text = code.text(9) || code.text(2) || code.text(5);
  return codings.length === 0 && text === '' ? undefined : members({ coding: codings, text });
};

/** Where a required code is not said. */
export const unknownCode: JsonObject = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'unknown' }],
};
