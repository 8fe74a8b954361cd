import type { JsonObject } from '#domain';
import { assignerOf, authorityOfEntity, domainOf, systemOf, takeAuthorityOfEntity } from '../mapping/authority.js';
import type { Numbered } from '../mapping/authorities.js';
import { concept, members } from '../mapping/fhir-json.js';
import { nthKey, v2Types } from '../mapping/identifier.js';
import type { Mapping } from '../mapping/mapping.js';
import type { Composite } from '../message/segment.js';
import type { OrderGroup } from './order-groups.js';

/** What the records of one order are told by: a number and the domain in which it is unique. */
export interface OrderNumber {
  readonly domain: string;
  readonly value: string;
}

/** Where the number stands that a sender may give twice, and what beside it tells one order from another. */
export interface Reusable {
  readonly place: string;
  /** A hash of the placer's number; none where it is that number, or the same once more. */
  readonly placer: string | undefined;
}

export interface ToldNumber extends OrderNumber {
  /** The sender gave it: within one message, two patients who have it are a number that was given twice. */
  readonly isGiven: boolean;
  /** Absent where the number names the patient. */
  readonly reusable?: Reusable;
}

type Order = Pick<OrderGroup, 'orc' | 'obr' | 'hasReport' | 'observations'>;

const isNumber = (entity: Composite | undefined): entity is Composite => entity !== undefined && entity.text(1) !== '';

const placerOf = ({ orc, obr }: Order): Composite | undefined => [obr.first(2), orc?.first(2)].find(isNumber);

/** Of what a field is the number; the first that is told counts. */
const numbersByField = [
  [3, 'order'],
  [2, 'placer'],
] as const satisfies readonly (readonly [number, Numbered])[];

/** The filler's, else the placer's; none where neither is told. */
const givenNumber = ({
  orc,
  obr,
}: Order): { readonly entity: Composite; readonly place: string; readonly numbered: Numbered } | undefined => {
  for (const [field, numbered] of numbersByField)
    for (const segment of [obr, orc]) {
      const entity = segment?.first(field);
      if (segment && isNumber(entity))
        return { entity, place: `${segment.name}[${segment.sequence}]-${field}`, numbered };
    }
  return undefined;
};

const placerBeside = (number: Composite, order: Order, mapping: Mapping): string | undefined => {
  const placer = placerOf(order)?.text(1) ?? '';
  return placer === '' || placer === number.text(1)
    ? undefined
    : mapping.context.idOf('placer', mapping.finess, placer);
};

/** When it was observed: OBR-7, else OBX-14 of the first result. */
const momentOf = ({ obr, observations: [first] }: Order, mapping: Mapping): string | undefined => {
  const moments = [
    mapping.time(obr.text(7), `OBR[${obr.sequence}]-7`),
    first && mapping.time(first.obx.text(14), `OBX[${first.obx.sequence}]-14`),
  ];
  return moments.find((moment) => moment?.precision === 'time')?.text;
};

/**
 * The filler's number, else the placer's. Where there is neither (devices at the point of care), the patient and the moment of the
 * observation tell orders apart, so that a correction finds its result; without a moment each message stands alone.
 */
export const orderNumber = (order: Order, patient: string, mapping: Mapping): ToldNumber => {
  const given = givenNumber(order);
  if (given) {
    const { entity, place, numbered } = given;
    const number = { domain: domainOf(authorityOfEntity(entity), mapping, numbered), value: entity.text(1) };
    return { ...number, isGiven: true, reusable: { place, placer: placerBeside(entity, order, mapping) } };
  }
  const place = `OBR[${order.obr.sequence}]-3`;
  if (order.hasReport) mapping.warn('order-number-missing', place);
  const moment = momentOf(order, mapping);
  const number = (within: string): ToldNumber => ({
    domain: mapping.finess,
    value: `${mapping.head.sendingApplication} ${within}`,
    isGiven: false,
  });
  return moment === undefined
    ? { ...number(mapping.head.controlId), reusable: { place, placer: undefined } }
    : number(`${patient} ${moment}`);
};

/** FHIR Identifier of an order's number (EI). */
export const numberIdentifier = (entity: Composite, type: 'FILL' | 'PLAC', mapping: Mapping): JsonObject => {
  const authority = takeAuthorityOfEntity(entity);
  return members({
    type: concept(v2Types, type),
    system: systemOf(authority, mapping, type === 'FILL' ? 'order' : 'placer'),
    value: entity.take(1),
    assigner: assignerOf(authority, mapping, type === 'FILL' ? 'order' : 'placer'),
  });
};

/** The number of the OBR, else of the ORC; where both tell the same, one Identifier shows both. */
const identifierIn = (
  { orc, obr }: Order,
  field: number,
  type: 'FILL' | 'PLAC',
  mapping: Mapping,
): JsonObject | undefined => {
  const [number, other] = [obr.first(field), orc?.first(field)].filter(isNumber);
  if (number === undefined) return undefined;
  if (other?.raw === number.raw) other.takeWhole();
  else if (other?.text(1) === number.text(1)) other.take(1);
  return numberIdentifier(number, type, mapping);
};

export const orderIdentifiers = (
  order: Order,
  mapping: Mapping,
): { readonly filler: JsonObject | undefined; readonly placer: JsonObject | undefined } => ({
  filler: identifierIn(order, 3, 'FILL', mapping),
  placer: identifierIn(order, 2, 'PLAC', mapping),
});

/** Of what was posted under the wrong patient, what is left is this patient's alone, whoever the order is of by now. */
export const keyOfWrong = (key: string, patient: string): string => `${key}|wrong|${patient}`;

/**
 * The same key a second time in one message is another record: orders may share number and code. `within`: whose key it is, where
 * somebody else's is another.
 */
export class Occurrences {
  private readonly seen = new Map<string, number>();
  of(key: string, within: string): string {
    const own = `${within} ${key}`;
    const count = (this.seen.get(own) ?? 0) + 1;
    this.seen.set(own, count);
    return nthKey(key, count);
  }
}
