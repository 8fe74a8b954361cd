import type { JsonObject } from '#domain';
import { authorityOfEntity, domainOf, systemOf } from '../mapping/authority.js';
import { concept, members } from '../mapping/fhir-json.js';
import { v2Types } from '../mapping/identifier.js';
import type { Mapping } from '../mapping/mapping.js';
import type { Composite } from '../message/segment.js';
import type { OrderGroup } from './order-groups.js';

/** What the records of one order are told by: a number and the domain in which it is unique. */
export interface OrderNumber {
  readonly domain: string;
  readonly value: string;
}

/** A number that the sender gave, and where it stands in the message. */
interface GivenNumber {
  readonly entity: Composite;
  readonly place: string;
}

type Order = Pick<OrderGroup, 'orc' | 'obr' | 'hasReport' | 'observations'>;

const isNumber = (entity: Composite | undefined): entity is Composite => entity !== undefined && entity.text(1) !== '';

const fillerOf = ({ orc, obr }: Order): Composite | undefined => [obr.first(3), orc?.first(3)].find(isNumber);
const placerOf = ({ orc, obr }: Order): Composite | undefined => [obr.first(2), orc?.first(2)].find(isNumber);

/** The number that the order is told by: the filler's, else the placer's; none where neither is told. */
const givenNumber = ({ orc, obr }: Order): GivenNumber | undefined => {
  for (const field of [3, 2])
    for (const segment of [obr, orc]) {
      const entity = segment?.first(field);
      if (segment && isNumber(entity)) return { entity, place: `${segment.name}[${segment.sequence}]-${field}` };
    }
  return undefined;
};

/**
 * What beside the order's number tells one order from another under the same number. The placer's number does not where it is that
 * number, or the same once more.
 */
export const withinNumber = (
  order: Order,
  mapping: Mapping,
): { readonly place: string; readonly placer: string | undefined } | undefined => {
  const given = givenNumber(order);
  if (given === undefined) return undefined;
  const placer = placerOf(order)?.text(1) ?? '';
  const isOther = placer !== '' && placer !== given.entity.text(1);
  return { place: given.place, placer: isOther ? mapping.context.idOf('placer', mapping.finess, placer) : undefined };
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
export const orderNumber = (order: Order, patient: string, mapping: Mapping): OrderNumber => {
  const entity = givenNumber(order)?.entity;
  if (entity) return { domain: domainOf(authorityOfEntity(entity), mapping), value: entity.text(1) };
  if (order.hasReport) mapping.warn('order-number-missing', `OBR[${order.obr.sequence}]-3`);
  const moment = momentOf(order, mapping);
  const within = moment === undefined ? mapping.head.controlId : `${patient} ${moment}`;
  return { domain: mapping.finess, value: `${mapping.head.sendingApplication} ${within}` };
};

/** FHIR Identifier of an order's number (EI). */
export const numberIdentifier = (entity: Composite, type: 'FILL' | 'PLAC', mapping: Mapping): JsonObject =>
  members({
    type: concept(v2Types, type),
    system: systemOf(authorityOfEntity(entity), mapping),
    value: entity.text(1),
  });

export const orderIdentifiers = (
  order: Order,
  mapping: Mapping,
): { readonly filler: JsonObject | undefined; readonly placer: JsonObject | undefined } => {
  const [filler, placer] = [fillerOf(order), placerOf(order)];
  return {
    filler: filler && numberIdentifier(filler, 'FILL', mapping),
    placer: placer && numberIdentifier(placer, 'PLAC', mapping),
  };
};

/** Of what was posted under the wrong patient, what is left is this patient's alone, whoever the order is of by now. */
export const keyOfWrong = (key: string, patient: string): string => `${key}|wrong|${patient}`;

/** The same key a second time in one message is another record: orders may share number and code. */
export class Occurrences {
  private readonly seen = new Map<string, number>();
  of(key: string): string {
    const count = (this.seen.get(key) ?? 0) + 1;
    this.seen.set(key, count);
    return count === 1 ? key : `${key}#${count}`;
  }
}
