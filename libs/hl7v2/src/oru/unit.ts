import type { JsonObject } from '#domain';
import { asCode, members } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { originalCodeUrl } from '../mapping/original-code.js';
import { isUcumUnit, ucum } from '../mapping/ucum.js';
import { Composite, type Segment } from '../message/segment.js';
import { ownExtension } from '../mapping/fhir-json.js';
import { codeSystemOf, isSystemName } from '../mapping/codes.js';

/** A CE: its parts, from 1, are the components of a field, or the sub-components of a component. */
type Part = (number: number) => string;

/** A text is a unit as it stands, all of it; with a code where it is one of UCUM. */
const unitOfText = (text: string): JsonObject =>
  text === '' ? {} : isUcumUnit(text) ? { unit: text, system: ucum, code: text } : { unit: text };

/** `10` and a letter take an exponent; `9/L`, `3`, `-1` and `1.73 m` are one, or follow a number, and no name of a unit. */
const takesExponent = /(?:10|\p{L})$/u;
const exponent = /^[-+]?\d{1,2}(?:[/.\s]|$)/;

/** Senders write `10^9/L` and `kg/m^2` with a bare separator: what stands behind it belongs to the unit. */
const isPower = (part: Part): boolean => part(1) !== part(2) && takesExponent.test(part(1)) && exponent.test(part(2));

/** Where a CE, or a CWE, has its codes; text and system stand behind each, and elsewhere the version of the system. */
const codeParts = [
  { at: 1, versionAt: 7 },
  { at: 4, versionAt: 8 },
] as const;
/** What is behind CWE-9 has no meaning for a unit. */
const lastPart = 9;

/** A code or its text stands with the name of its coding system, and a name or a version with a code. */
const isWhole = (part: Part, at: number, versionAt: number): boolean =>
  part(at) !== '' || part(at + 1) !== '' || (part(at + 2) === '' && part(versionAt) === '');

/** The parts name a coding system, and all have their place: it is a CE (HL7 v2.5, section 2.A.3). */
const isCoded = (part: Part): boolean => {
  const names = codeParts.map(({ at }) => part(at + 2)).filter((name) => name !== '');
  return (
    names.length > 0 &&
    names.every(isSystemName) &&
    !isPower(part) &&
    codeParts.every(({ at, versionAt }) => isWhole(part, at, versionAt)) &&
    part(lastPart + 1) === ''
  );
};

const namedUcum = /\^+UCUM$/;

/** `10^9/L^^UCUM` and `10^9/L^10^9/L^UCUM`: the unit without the name of its coding system, once. */
const unnamed = (text: string): string => {
  const unit = text.replace(namedUcum, '');
  const middle = (unit.length - 1) / 2;
  return unit[middle] === '^' && unit.slice(0, middle) === unit.slice(middle + 1) ? unit.slice(0, middle) : unit;
};

interface UnitCode {
  readonly system: string | undefined;
  readonly version: string;
  readonly code: string;
  readonly display: string;
}

const codesOf = (part: Part, mapping: Mapping): readonly UnitCode[] =>
  codeParts.flatMap(({ at, versionAt }) => {
    const [code, display] = [part(at), part(at + 1)];
    if (code === '' && display === '') return [];
    return [{ system: codeSystemOf(part(at + 2), mapping), version: part(versionAt), code, display }];
  });

/** A Quantity has one code: of UCUM where one is, else the first. What it has no room for stands beside it. */
const unitOfCoded = (part: Part, mapping: Mapping): JsonObject => {
  const codes = codesOf(part, mapping);
  const isUsable = ({ system, code }: UnitCode): boolean => system !== undefined && code !== '' && !/\s/.test(code);
  const chosen = codes.find((one) => one.system === ucum && isUsable(one)) ?? codes.find(isUsable);
  const name = part(lastPart) || part(2) || chosen?.display || chosen?.code || part(5) || part(1) || part(4);
  const isShown = (one: UnitCode): boolean =>
    one === chosen && one.version === '' && (one.display === '' || one.display === name || one.display === one.code);
  return members({
    extension: codes
      .filter((one) => !isShown(one))
      .map((one) => ({ url: originalCodeUrl, valueCoding: members({ ...one, code: asCode(one.code) }) })),
    unit: name,
    system: chosen?.system,
    code: chosen?.code,
  });
};

const unitIn = (part: Part, whole: string, mapping: Mapping): JsonObject =>
  isCoded(part) ? unitOfCoded(part, mapping) : unitOfText(isPower(part) ? unnamed(whole) : whole);

/** OBX-6 as members of a Quantity. */
export const unitOf = (obx: Segment, mapping: Mapping): JsonObject => {
  const unit = obx.first(6);
  if (unit === undefined || unit.isNull) return {};
  const part: Part = (number) => unit.text(number);
  unit.takeWhole();
  return unitIn(part, unit.whole().trim(), mapping);
};

/** The unit, or the currency, of a CQ or MO: all that stands behind the number. */
export const unitBehindNumber = (value: Composite, mapping: Mapping): JsonObject => {
  const { component } = value.syntax;
  const at = value.raw.indexOf(component);
  if (at < 0) return {};
  const rest = new Composite(value.raw.slice(at + component.length), value.syntax);
  const part: Part = (number) => value.sub(2, number);
  return rest.component(2) === '' && isCoded(part)
    ? unitOfCoded(part, mapping)
    : unitOfText(withoutTrailing(rest.whole().trim(), component));
};

const withoutTrailing = (text: string, separator: string): string => {
  let end = text.length;
  while (end > 0 && text[end - 1] === separator) end--;
  return text.slice(0, end);
};

/** The value shows the unit itself: a Quantity has it, and a text that is an amount ends with it. */
const showsUnit = (value: JsonObject, name: string): boolean => {
  const { valueQuantity, valueString, component } = value;
  if (Array.isArray(component)) return component.every((one) => showsUnit(one as JsonObject, name));
  if (typeof valueString === 'string') return valueString.includes(name);
  if (valueQuantity !== undefined) return (valueQuantity as JsonObject)['unit'] === name;
  return value['valueRange'] !== undefined;
};

/** OBX-6 of a value that has no room for it (a code, a text, a time). */
export const unitBeside = (value: JsonObject, unit: JsonObject): readonly JsonObject[] => {
  const name = unit['unit'];
  return typeof name !== 'string' || showsUnit(value, name) ? [] : [{ url: ownExtension('unit'), valueQuantity: unit }];
};
