import type { JsonObject } from '#domain';
import { authorityOfEntity, systemOf } from '../mapping/authority.js';
import { asCode, concept, members } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { practitionerOf } from '../mapping/practitioner.js';
import { numberIdentifier } from '../oru/order-number.js';
import { observedConcept } from '../mapping/codes.js';
import { present } from '../oru/present.js';
import type { Composite, Segment } from '../message/segment.js';
import { table } from '../message/table.js';
import type { ToldDocument } from './document.js';

/** TXA-17, HL7 table 0271, as FHIR CompositionStatus. */
export const completionStatuses = {
  AU: 'final',
  DI: 'preliminary',
  DO: 'preliminary',
  IN: 'preliminary',
  IP: 'preliminary',
  LA: 'final',
  PA: 'preliminary',
} as const;

/** TXA-18, HL7 table 0272, as FHIR's confidentiality. */
export const confidentialityStatuses = { R: 'R', U: 'N', V: 'V' } as const;

/**
 * TXA-19, HL7 table 0273, as FHIR DocumentReferenceStatus. CA is withdrawn: who read it must learn of it, so that the reference stays,
 * entered in error, and its content goes.
 */
export const availabilityStatuses = {
  AV: 'current',
  CA: 'entered-in-error',
  OB: 'superseded',
  UN: 'current',
} as const;

const completion = table<string>(completionStatuses);
const confidentiality = table<string>(confidentialityStatuses);
const availability = table<ToldDocument['status']>(availabilityStatuses);

const isNumber = (entity: Composite | undefined): entity is Composite => entity !== undefined && entity.text(1) !== '';

/** TXA-2 in HL7 table 0270, unless it names its own coding system. */
const typeOf = (txa: Segment, mapping: Mapping): JsonObject | undefined => {
  const type = txa.first(2);
  const code = type?.text(1) ?? '';
  if (type === undefined || code === '') return undefined;
  if (type.text(3) !== '') return observedConcept(type, mapping);
  const told = observedConcept(type, mapping)?.['coding'];
  const loinc = Array.isArray(told) && told.length > 1 ? told.slice(0, 1) : [];
  const local = concept('http://terminology.hl7.org/CodeSystem/v2-0270', asCode(code), type.text(2));
  return { coding: [...loinc, ...(local['coding'] as readonly JsonObject[])] };
};

const personsOf = (txa: Segment, fields: readonly number[], mapping: Mapping): readonly JsonObject[] => {
  for (const field of fields) {
    const persons = present(txa.repetitions(field).map((person) => practitionerOf(person, mapping)));
    if (persons.length > 0) return persons;
  }
  return [];
};

/** Numbers of the order that a document answers: TXA-14 and TXA-15. */
const ordersOf = (txa: Segment, mapping: Mapping): readonly JsonObject[] =>
  (
    [
      [14, 'PLAC'],
      [15, 'FILL'],
    ] as const
  ).flatMap(([field, type]) =>
    txa
      .repetitions(field)
      .filter(isNumber)
      .map((entity) => ({ type: 'ServiceRequest', identifier: numberIdentifier(entity, type, mapping) })),
  );

/** What a TXA says of a document (HL7 v2.5, section 9.6.1), whatever message it stands in. */
export const toldByHeader = (txa: Segment, mapping: Mapping): Partial<ToldDocument> => {
  const time = (field: number): ReturnType<Mapping['time']> => mapping.time(txa.text(field), `TXA-${field}`);
  const edited = [time(8), time(6), time(4)].find((moment) => moment?.precision === 'time');
  const activity = time(4)?.text;
  const label = confidentiality[txa.text(18)];
  const number = txa.first(12);
  const orders = ordersOf(txa, mapping);
  const author = personsOf(txa, [9, 5, 11], mapping);
  const type = typeOf(txa, mapping);
  const status = availability[txa.text(19)];
  const docStatus = completion[txa.text(17)];
  if (txa.text(19) !== '' && status === undefined) mapping.warn('code-unknown', 'TXA-19');
  return {
    ...(status !== undefined && { status }),
    ...(isNumber(number) && {
      masterIdentifier: { system: systemOf(authorityOfEntity(number), mapping), value: number.text(1) },
    }),
    ...(docStatus !== undefined && { docStatus }),
    ...(type && { type }),
    ...(edited && { date: edited.text }),
    ...(author.length > 0 && { author }),
    authenticator: personsOf(txa, [22], mapping)[0],
    description: txa.text(25) || txa.text(16),
    ...(label !== undefined && {
      securityLabel: [concept('http://terminology.hl7.org/CodeSystem/v3-Confidentiality', label)],
    }),
    ...(activity !== undefined && { period: members({ start: activity }) }),
    ...(orders.length > 0 && { related: orders }),
  };
};
