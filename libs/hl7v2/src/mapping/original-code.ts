import type { JsonObject } from '#domain';
import { v2Table } from './codes.js';
import { asCode, coding } from './fhir-json.js';

/** On an element that FHIR has its own codes for: the code that was sent, where FHIR has no word for it. */
export const originalCodeUrl = 'urn:reprise:original-code';

/** What stands beside a member that FHIR has its own codes for (`_status` beside `status`): the code that was sent. */
export const besideCode = (table: string, code: string): JsonObject => ({ extension: [originalCode(table, code)] });

/** Extension with a code of HL7 v2 as it was sent. `table`: number of its HL7 table (`0201`). */
export const originalCode = (table: string, code: string): JsonObject => ({
  url: originalCodeUrl,
  valueCoding: coding(v2Table(table), asCode(code)),
});
