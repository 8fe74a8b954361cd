import type { JsonObject, Put } from '#domain';
import { RecordKey } from '#domain';
import { pairIdentifiers } from '../mapping/entity.js';
import { bytesOf, members } from '../mapping/fhir-json.js';
import { authorityInPair, domainOf, numberedInPair } from '../mapping/authority.js';
import type { Mapping } from '../mapping/mapping.js';
import type { Composite, Segment } from '../message/segment.js';
import { conceptOf, v2Table } from '../mapping/codes.js';
import { ownExtension } from '../mapping/fhir-json.js';
import { asConcept, asNumber, asText, asTime } from '../mapping/field-rules.js';
import { asEntity } from '../mapping/entity.js';
import { identifierOf } from '../mapping/identifier.js';
import { readWithin } from '../mapping/inner.js';
import { type ExtensionFields, extensionsOf } from '../mapping/own-extensions.js';
import { practitionerOf } from '../mapping/practitioner.js';
import { quantityOf } from './quantity.js';
import { besideCode } from '../mapping/original-code.js';
import { table } from '../message/table.js';
import { present } from './present.js';
import { notesOf } from './notes.js';
import type { SpecimenGroup } from './order-groups.js';
import type { OrderNumber } from './order-number.js';

/** Where a specimen without a number of its own is told of. */
interface ToldIn {
  readonly number: OrderNumber;
  readonly reportKey: string;
  readonly patient: RecordKey;
}

/** A number within an EIP: placer's in component 1, filler's in 2, each an EI in sub-components. */
const numberIn = (pair: Composite | undefined): { readonly component: 1 | 2; readonly value: string } | undefined => {
  for (const component of [2, 1] as const) {
    const value = pair?.sub(component, 1) ?? '';
    if (value !== '') return { component, value };
  }
  return undefined;
};

const recordOf = (pair: Composite | undefined, otherwise: string, told: ToldIn, mapping: Mapping): RecordKey => {
  const number = numberIn(pair);
  const { idOf } = mapping.context;
  if (pair === undefined || number === undefined)
    return RecordKey.of('Specimen', idOf('specimen', told.number.domain, otherwise));
  const { component } = number;
  const domain = domainOf(authorityInPair(pair, component), mapping, numberedInPair(component));
  return RecordKey.of('Specimen', idOf('specimen', domain, number.value));
};

/** SPM-17: the time, or the period, of collection. */
const collectedOf = (spm: Segment, mapping: Mapping): JsonObject => {
  const place = `SPM[${spm.sequence}]-17`;
  const [start, end] = [1, 2].map((part) => mapping.time(spm.text(17, part), place));
  if (start?.instant !== undefined && end?.instant !== undefined && start.instant < end.instant) {
    for (const part of [1, 2]) spm.take(17, part);
    return { collectedPeriod: { start: start.text, end: end.text } };
  }
  const time = start ?? end;
  if (time === undefined) return {};
  spm.take(17, start ? 1 : 2);
  if (start?.text === end?.text) spm.take(17, 2);
  return { collectedDateTime: time.text };
};

/** SPM-21: why it was rejected. */
const rejectionsOf = (spm: Segment, mapping: Mapping): readonly JsonObject[] =>
  present(spm.repetitions(21).map((reason) => conceptOf(reason, mapping, v2Table('0490'))));

const availabilities = table<string>({ Y: 'available', N: 'unavailable' });

/** `status` of SPM-20 (HL7 table 0136), unless the specimen was rejected; a code of no table stands beside it. */
const statusOf = (spm: Segment, isRejected: boolean, mapping: Mapping): Parameters<typeof members>[0] => {
  const sent = spm.take(20);
  const available = availabilities[sent];
  if (sent !== '' && available === undefined) mapping.warn('code-unknown', `SPM[${spm.sequence}]-20`);
  const status = isRejected ? 'unsatisfactory' : available;
  const isShown = sent === '' || (available !== undefined && available === status);
  return { status, _status: isShown ? undefined : besideCode('0136', sent) };
};

/** What a person reads of a reason. */
const wordsOf = (reason: JsonObject): string => {
  const [coding] = (reason['coding'] ?? []) as readonly JsonObject[];
  return [reason['text'], coding?.['display'], coding?.['code']].find((text) => typeof text === 'string') ?? '';
};

/** A specimen that this one was taken from, by the filler's number; the placer's stands beside it. */
const parentOf = (pair: Composite, mapping: Mapping): JsonObject | undefined => {
  const [identifier, other] = pairIdentifiers(pair, mapping);
  if (identifier === undefined) return undefined;
  const extension = other ? [{ url: ownExtension('other-number'), valueIdentifier: other }] : [];
  return members({ extension, identifier });
};

const conceptAt = (segment: Segment, field: number, mapping: Mapping): JsonObject | undefined => {
  const code = segment.first(field);
  return code && conceptOf(code, mapping);
};

/** A member whose value is empty is none. */
const filled = (value: JsonObject): JsonObject | undefined => (Object.keys(value).length === 0 ? undefined : value);

const amountAt = (segment: Segment, field: number, mapping: Mapping): JsonObject | undefined => {
  const amount = segment.first(field);
  return amount && quantityOf(amount, mapping);
};

/** SPM-6, 25, 27, 28: the container, what is in it and what was added. */
const containerOf = (spm: Segment, mapping: Mapping): JsonObject | undefined => {
  const [additive, ...others] = present(spm.repetitions(6).map((one) => conceptOf(one, mapping, v2Table('0371'))));
  const quantity = amountAt(spm, 25, mapping);
  return filled(
    members({
      extension: [
        ...extensionsOf(spm, containerExtensions, mapping),
        ...(quantity ? [] : extensionsOf(spm, currentAmount, mapping)),
        ...others.map((other) => ({ url: ownExtension('other-additive'), valueCodeableConcept: other })),
      ],
      type: conceptAt(spm, 27, mapping),
      specimenQuantity: quantity,
      additiveCodeableConcept: additive,
    }),
  );
};

const numbersOf = (spm: Segment, field: number, mapping: Mapping): readonly JsonObject[] =>
  spm
    .repetitions(field)
    .flatMap((number, index) =>
      number.text(1) === '' ? [] : [identifierOf(number, mapping, `SPM[${spm.sequence}]-${field}[${index + 1}]`)],
    );

const putOf = (record: RecordKey, patient: RecordKey, content: Parameters<typeof members>[0]): Required<Put> => ({
  kind: 'put',
  record,
  patient,
  content: bytesOf(members({ resourceType: 'Specimen', id: RecordKey.id(record), ...content })),
});

/** What SPM says of a specimen that FHIR has no member for. */
export const spmExtensions: ExtensionFields = [
  [5, 'type-modifier', asConcept(), 'what modifies the type'],
  [11, 'specimen-role', asConcept(v2Table('0369')), 'role of the specimen'],
  [13, 'grouped-count', asNumber, 'number of specimens that it stands for'],
  [15, 'handling', asConcept(v2Table('0376')), 'how it is to be handled'],
  [16, 'risk', asConcept(v2Table('0489')), 'risk'],
  [19, 'expiration', asTime, 'when it expires'],
  [22, 'quality', asConcept(v2Table('0491')), 'quality'],
  [23, 'appropriateness', asConcept(v2Table('0492')), 'whether it is fit for the purpose'],
  [26, 'container-count', asNumber, 'number of containers'],
  [29, 'child-role', asConcept(v2Table('0494')), 'what it is of its parent'],
  [32, 'shipment', asEntity, 'number of the shipment'],
];

/** The same of its container. */
export const containerExtensions: ExtensionFields = [
  [28, 'container-condition', asConcept(v2Table('0544')), 'condition of the container'],
];

/** The same of its collection. */
export const collectionExtensions: ExtensionFields = [[9, 'site-modifier', asConcept(), 'what modifies the site']];

/** Amounts that are no number with a unit. */
const collectedAmount: ExtensionFields = [[12, 'collection-volume', asText, 'amount that was collected']];
const currentAmount: ExtensionFields = [[25, 'current-volume', asText, 'amount that is left']];
const volumeExtension: ExtensionFields = [[9, 'collection-volume', asText, 'volume that was collected']];

/** FHIR Specimen of an SPM (HL7 v2.5, section 7.4.3). */
export const specimenOf = ({ spm, notes }: SpecimenGroup, told: ToldIn, mapping: Mapping): Required<Put> => {
  const pair = spm.first(2);
  const record = recordOf(pair, `${told.reportKey}|specimen|${spm.text(1)}`, told, mapping);
  const place = `SPM[${spm.sequence}]`;
  const rejections = rejectionsOf(spm, mapping);
  const amount = amountAt(spm, 12, mapping);
  const [source, site] = [conceptAt(spm, 8, mapping), conceptAt(spm, 10, mapping)];
  const texts = [
    ...spm.repetitions(14).map((description) => description.takeWhole()),
    ...rejections.map(wordsOf),
  ].filter((text) => text.trim() !== '');
  const [accession, ...otherAccessions] = numbersOf(spm, 30, mapping);
  const container = containerOf(spm, mapping);
  return putOf(record, told.patient, {
    extension: [
      ...rejections.map((reason) => ({ url: ownExtension('rejection-reason'), valueCodeableConcept: reason })),
      ...extensionsOf(spm, spmExtensions, mapping),
    ],
    identifier: [...pairIdentifiers(pair, mapping), ...otherAccessions, ...numbersOf(spm, 31, mapping)],
    accessionIdentifier: accession,
    ...statusOf(spm, rejections.length > 0, mapping),
    type: conceptAt(spm, 4, mapping),
    subject: { reference: told.patient },
    receivedTime: mapping.takeTime(spm.first(18), `${place}-18`)?.text,
    parent: present(spm.repetitions(3).map((parent) => parentOf(parent, mapping))),
    collection: filled(
      members({
        extension: [
          ...(source && site ? [{ url: ownExtension('collection-site'), valueCodeableConcept: site }] : []),
          ...extensionsOf(spm, collectionExtensions, mapping),
          ...(amount ? [] : extensionsOf(spm, collectedAmount, mapping)),
        ],
        ...collectedOf(spm, mapping),
        quantity: amount,
        method: conceptAt(spm, 7, mapping),
        bodySite: source ?? site,
      }),
    ),
    container: container && [container],
    condition: spm.repetitions(24).flatMap((condition) => conceptOf(condition, mapping) ?? []),
    note: [...texts.map((text) => ({ text })), ...notesOf(notes, mapping)],
  });
};

/** A code in the sub-components of a component. */
const conceptWithin = (source: Composite, component: number, mapping: Mapping): JsonObject | undefined =>
  readWithin(source, component, (inner) => {
    const concept = conceptOf(inner, mapping);
    return concept && { ...concept, text: concept['text'] ?? inner.text(1) };
  });

/** What an SPS says beside kind and site (HL7 v2.5, section 2.A.70). */
const sourceExtensions = [
  [2, 'additives'],
  [3, 'collection-method'],
  [5, 'site-modifier'],
  [6, 'collection-modifier'],
  [7, 'specimen-role'],
] as const;

const besideSource = (source: Composite, mapping: Mapping): readonly JsonObject[] =>
  sourceExtensions.flatMap(([component, name]) => {
    const concept = conceptWithin(source, component, mapping);
    return concept ? [{ url: ownExtension(name), valueCodeableConcept: concept }] : [];
  });

/** FHIR Specimen of an OBR-15 (SPS), by which senders before v2.5 tell it; nothing where it names no kind. */
export const specimenOfObr = (obr: Segment, told: ToldIn, mapping: Mapping): Required<Put> | undefined => {
  const source = obr.first(15);
  const type = source && conceptWithin(source, 1, mapping);
  if (source === undefined || type === undefined) return undefined;
  const record = recordOf(undefined, `${told.reportKey}|specimen`, told, mapping);
  const place = `OBR[${obr.sequence}]`;
  const [collector, ...otherCollectors] = present(obr.repetitions(10).map((person) => practitionerOf(person, mapping)));
  const quantity = amountAt(obr, 9, mapping);
  return putOf(record, told.patient, {
    extension: besideSource(source, mapping),
    type,
    subject: { reference: told.patient },
    receivedTime: mapping.takeTime(obr.first(14), `${place}-14`)?.text,
    collection: filled(
      members({
        extension: [
          ...(quantity ? [] : extensionsOf(obr, volumeExtension, mapping)),
          ...otherCollectors.map((other) => ({ url: ownExtension('collector'), valueReference: other })),
        ],
        collector,
        collectedDateTime: mapping.time(obr.text(7), `${place}-7`)?.text,
        quantity,
        bodySite: conceptWithin(source, 4, mapping),
      }),
    ),
  });
};
