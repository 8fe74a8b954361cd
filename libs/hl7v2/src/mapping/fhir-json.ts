import type { Json, JsonObject } from '#domain';

/** `undefined`, '' and [] are none. */
export const hasValue = (value: Json | undefined): value is Json =>
  value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);

/** An object of the members that have a value, in the order in which they are written. */
export const members = (values: Readonly<Record<string, Json | undefined>>): JsonObject => {
  const kept: Record<string, Json> = {};
  for (const name in values) {
    const value = values[name];
    if (hasValue(value)) kept[name] = value;
  }
  return kept;
};

const blank = /\s/;

/** A FHIR `code` has single blanks between its words and no others (R4, section 2.24.0.1). */
export const asCode = (text: string): string => (blank.test(text) ? text.trim().split(/\s+/).join(' ') : text);

export const coding = (system: string | undefined, code: string, display?: string): JsonObject =>
  system !== undefined && (display === undefined || display === '')
    ? { system, code: asCode(code) }
    : members({ system, code: asCode(code), display });

export const concept = (system: string | undefined, code: string, display?: string): JsonObject => ({
  coding: [coding(system, code, display)],
});

/** An extension of ours, for what FR Core and FHIR have no member of that is known to us. */
export const ownExtension = (name: string): string => `urn:reprise:${name}`;

/** FHIR R4 decimal without exponent; 18 digits bound what every store holds. */
const decimalForm = /^-?(?:0|[1-9]\d{0,17})(?:\.\d{1,17})?$/;

/** NM (HL7 v2.5, section 2.A.47): a sign, digits, a point. A plus and leading zeros mean nothing. */
const numberForm = /^([+-]?)0*(\d*)(?:\.(\d*))?$/;

/** A number of HL7 as a text that FHIR takes; `undefined`: it is none (`1,5`, `1e3`), or longer than FHIR's stores hold. */
const decimalOf = (text: string): string | undefined => {
  const parts = numberForm.exec(text);
  if (parts === null || !/\d/.test(text)) return undefined;
  const [, sign = '', digits = '', fraction = ''] = parts;
  const number = `${sign === '-' ? '-' : ''}${digits || '0'}${fraction === '' ? '' : `.${fraction}`}`;
  return decimalForm.test(number) ? number : undefined;
};

/** A number with all its decimals: 98.00 stays 98.00, and `+5`, `.5`, `5.`, `007` become what FHIR writes them as. */
export const decimal = (text: string): Json | undefined => {
  const number = decimalForm.test(text) ? text : decimalOf(text);
  return number === undefined ? undefined : (JSON.rawJSON(number) as unknown as Json);
};

export const bytesOf = (resource: JsonObject): Uint8Array => Buffer.from(JSON.stringify(resource), 'utf8');
