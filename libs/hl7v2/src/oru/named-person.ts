import type { JsonObject } from '#domain';
import type { Value } from '../mapping/field-rules.js';
import { members, ownExtension } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { practitionerOf } from '../mapping/practitioner.js';
import { Composite } from '../message/segment.js';

/** Parts of a CNN, from the ninth on: namespace, identifier and type of the authority. An XCN has all three in its ninth. */
const authorityParts = [9, 10, 11] as const;
const everyPart = 0b1111_1111_1110;

/** A person in the sub-components of NDL-1 (CNN, HL7 v2.5, section 2.A.7). */
const namedPerson = (named: Composite, mapping: Mapping): JsonObject | undefined => {
  const { component, subcomponent } = named.syntax;
  const parts = named.component(1).split(subcomponent);
  const authority = authorityParts.map((part) => parts[part - 1] ?? '').join(subcomponent);
  const person = practitionerOf(
    new Composite([...parts.slice(0, 8), authority].join(component), named.syntax),
    mapping,
  );
  if (person) named.accountForSubs(1, everyPart);
  return person;
};

/** Since when, until when and where somebody did it: what stands behind the person. */
const circumstances = (named: Composite, mapping: Mapping, location: string): readonly JsonObject[] => {
  const [start, end] = [2, 3].map((component) => mapping.time(named.take(component), `${location}.${component}`)?.text);
  const place = [4, 5, 6, 7, 8, 9, 10, 11].flatMap((component) => named.take(component) || []).join(' ');
  return [
    ...(start === undefined && end === undefined
      ? []
      : [{ url: ownExtension('acted'), valuePeriod: members({ start, end }) }]),
    ...(place === '' ? [] : [{ url: ownExtension('acted-at'), valueString: place }]),
  ];
};

const isName = (text: string): boolean => text !== '' && !/^\d{4}/.test(text);

/** Who interpreted, assisted or wrote (NDL, HL7 v2.5, section 2.A.47); many write an XCN there: a name stands where NDL has a time. */
export const actorOf = (named: Composite, mapping: Mapping, location: string): JsonObject | undefined => {
  const { subcomponent } = named.syntax;
  if (!named.component(1).includes(subcomponent) && isName(named.text(2))) return practitionerOf(named, mapping);
  const person = namedPerson(named, mapping);
  const extension = person && circumstances(named, mapping, location);
  return person && members({ extension, ...person });
};

export const asActor: Value = (value, mapping, location) => {
  const person = actorOf(value, mapping, location);
  return person && { valueReference: person };
};

/** A person and when he did it (PPN, HL7 v2.5, section 2.A.51). */
export const signatoryOf = (person: Composite, mapping: Mapping, location: string): JsonObject | undefined => {
  const reference = practitionerOf(person, mapping);
  if (reference === undefined) return undefined;
  const time = mapping.time(person.text(15), `${location}.15`)?.text;
  return time === undefined
    ? reference
    : { extension: [{ url: ownExtension('acted'), valuePeriod: { start: time } }], ...reference };
};

export const asSignatory: Value = (value, mapping, location) => {
  const reference = signatoryOf(value, mapping, location);
  return reference && { valueReference: reference };
};
