import type { JsonObject } from '#domain';
import { conceptOf, observedConcept } from '../mapping/codes.js';
import { pairIdentifiers } from '../mapping/entity.js';
import { ownExtension } from '../mapping/fhir-json.js';
import { readWithin } from '../mapping/inner.js';
import type { Mapping } from '../mapping/mapping.js';
import { distinct, extensionsOf } from '../mapping/own-extensions.js';
import type { Segment } from '../message/segment.js';
import { noteExtensions, notesOf } from './notes.js';
import { mdmOrderExtensions, orderExtensions } from './order-fields.js';
import type { OrderGroup } from './order-groups.js';
import { numberIdentifier, orderIdentifiers } from './order-number.js';

/** Numbers of the order that this one follows from (OBR-29, ORC-8, EIP). */
const parentOrders = ({ obr, orc }: OrderGroup, mapping: Mapping): readonly JsonObject[] =>
  distinct(
    [...obr.repetitions(29), ...(orc?.repetitions(8) ?? [])].flatMap((parent) =>
      pairIdentifiers(parent, mapping)
        .toReversed()
        .map((identifier) => ({ type: 'ServiceRequest', identifier })),
    ),
  );

/** Numbers that the ORC has otherwise than the OBR. */
const otherNumbers = ({ obr, orc }: OrderGroup, mapping: Mapping): readonly JsonObject[] =>
  (
    [
      [2, 'PLAC'],
      [3, 'FILL'],
    ] as const
  ).flatMap(([field, type]) => {
    const other = orc?.first(field);
    const isOther = other !== undefined && other.text(1) !== '' && other.raw !== obr.first(field)?.raw;
    return isOther && obr.text(field) !== '' ? [numberIdentifier(other, type, mapping)] : [];
  });

/** The result that an order was made for (OBR-26, PRL): its code, its sub-id, and what it says. */
const parentResults = (obr: Segment, mapping: Mapping): readonly JsonObject[] =>
  obr.repetitions(26).flatMap((parent) => {
    const code = readWithin(parent, 1, (inner) => conceptOf(inner, mapping));
    const extension = [
      ...(code ? [{ url: 'code', valueCodeableConcept: code }] : []),
      ...[2, 3].flatMap((component) => {
        const text = parent.take(component);
        return text === '' ? [] : [{ url: component === 2 ? 'sub-id' : 'value', valueString: text }];
      }),
    ];
    return extension.length === 0 ? [] : [{ url: ownExtension('parent-result'), extension }];
  });

/** What is told of an order beside its number, its code and its times. */
export interface OrderFacts {
  readonly extension: readonly JsonObject[];
  /** Further numbers of the order. */
  readonly identifier: readonly JsonObject[];
  /** The orders that it follows from. */
  readonly basedOn: readonly JsonObject[];
}

/** `isSpecimenOfObr`: a Specimen was made of the OBR, and shows what it says of one. */
export const factsOf = (order: OrderGroup, isSpecimenOfObr: boolean, mapping: Mapping): OrderFacts => ({
  extension: [
    ...parentResults(order.obr, mapping),
    ...orderExtensions(order, isSpecimenOfObr, mapping),
    ...noteExtensions(notesOf(order.patientNotes, mapping), 'patient-note'),
  ],
  identifier: otherNumbers(order, mapping),
  basedOn: parentOrders(order, mapping),
});

/** What a document says of an order that it answers. */
export interface OrderOfDocument {
  readonly related: readonly JsonObject[];
  readonly event: readonly JsonObject[];
  readonly extension: readonly JsonObject[];
}

/** An order that an MDM tells with its document (HL7 v2.6 and later). */
export const orderOfDocument = (order: OrderGroup, mapping: Mapping): OrderOfDocument => {
  const { placer, filler } = orderIdentifiers(order, mapping);
  const facts = factsOf(order, false, mapping);
  const code = order.obr.first(4);
  const concept = code && observedConcept(code, mapping);
  const numbers = [placer, filler, ...facts.identifier];
  return {
    related: [
      ...numbers.flatMap((identifier) => (identifier ? [{ type: 'ServiceRequest', identifier }] : [])),
      ...facts.basedOn,
    ],
    event: concept ? [concept] : [],
    extension: [...facts.extension, ...extensionsOf(order.obr, mdmOrderExtensions, mapping)],
  };
};
