import type { JsonObject, Put } from '#domain';
import { RecordKey } from '#domain';
import { authorityInPair, domainOf, numberedInPair, systemOf } from '../mapping/authority.js';
import { asCode, bytesOf, coding, members } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import type { Composite, Segment } from '../message/segment.js';
import { codeSystemOf, conceptOf, v2Table } from '../mapping/codes.js';
import { ownExtension } from '../mapping/fhir-json.js';
import { besideCode } from '../mapping/original-code.js';
import { table } from '../message/table.js';
import { present } from './present.js';
import { noteTexts } from './notes.js';
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

const identifiersOf = (pair: Composite | undefined, mapping: Mapping): readonly JsonObject[] =>
  ([2, 1] as const).flatMap((component) => {
    const value = pair?.sub(component, 1) ?? '';
    if (pair === undefined || value === '') return [];
    return [{ system: systemOf(authorityInPair(pair, component), mapping, numberedInPair(component)), value }];
  });

/** SPM-17: the time, or the period, of collection. */
const collectedOf = (spm: Segment, mapping: Mapping): JsonObject => {
  const place = `SPM[${spm.sequence}]-17`;
  const [start, end] = [1, 2].map((part) => mapping.time(spm.text(17, part), place));
  if (start?.instant !== undefined && end?.instant !== undefined && start.instant < end.instant)
    return { collectedPeriod: { start: start.text, end: end.text } };
  const time = start ?? end;
  return time ? { collectedDateTime: time.text } : {};
};

/** SPM-21: why it was rejected. */
const rejectionsOf = (spm: Segment, mapping: Mapping): readonly JsonObject[] =>
  present(spm.repetitions(21).map((reason) => conceptOf(reason, mapping, v2Table('0490'))));

const availabilities = table<string>({ Y: 'available', N: 'unavailable' });

/** `status` of SPM-20 (HL7 table 0136), unless the specimen was rejected; a code of no table stands beside it. */
const statusOf = (spm: Segment, isRejected: boolean, mapping: Mapping): Parameters<typeof members>[0] => {
  const sent = spm.text(20);
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
  const [identifier, other] = identifiersOf(pair, mapping);
  if (identifier === undefined) return undefined;
  const extension = other ? [{ url: ownExtension('other-number'), valueIdentifier: other }] : [];
  return members({ extension, identifier });
};

const conceptAt = (segment: Segment, field: number, mapping: Mapping): JsonObject | undefined => {
  const code = segment.first(field);
  return code && conceptOf(code, mapping);
};

const putOf = (record: RecordKey, patient: RecordKey, content: Parameters<typeof members>[0]): Required<Put> => ({
  kind: 'put',
  record,
  patient,
  content: bytesOf(members({ resourceType: 'Specimen', id: RecordKey.id(record), ...content })),
});

/** A member whose value is empty is none. */
const filled = (value: JsonObject): JsonObject | undefined => (Object.keys(value).length === 0 ? undefined : value);

/** FHIR Specimen of an SPM (HL7 v2.5, section 7.4.3). */
export const specimenOf = ({ spm, notes }: SpecimenGroup, told: ToldIn, mapping: Mapping): Required<Put> => {
  const pair = spm.first(2);
  const record = recordOf(pair, `${told.reportKey}|specimen|${spm.text(1)}`, told, mapping);
  const place = `SPM[${spm.sequence}]`;
  const rejections = rejectionsOf(spm, mapping);
  const [source, site] = [conceptAt(spm, 8, mapping), conceptAt(spm, 10, mapping)];
  const texts = [
    ...spm.repetitions(14).map((description) => description.whole()),
    ...rejections.map(wordsOf),
    ...noteTexts(notes),
  ].filter((text) => text.trim() !== '');
  return putOf(record, told.patient, {
    extension: rejections.map((reason) => ({ url: ownExtension('rejection-reason'), valueCodeableConcept: reason })),
    identifier: identifiersOf(pair, mapping),
    ...statusOf(spm, rejections.length > 0, mapping),
    type: conceptAt(spm, 4, mapping),
    subject: { reference: told.patient },
    receivedTime: mapping.time(spm.text(18), `${place}-18`)?.text,
    parent: present(spm.repetitions(3).map((parent) => parentOf(parent, mapping))),
    collection: filled(
      members({
        extension: source && site ? [{ url: ownExtension('collection-site'), valueCodeableConcept: site }] : [],
        ...collectedOf(spm, mapping),
        method: conceptAt(spm, 7, mapping),
        bodySite: source ?? site,
      }),
    ),
    condition: spm.repetitions(24).flatMap((condition) => conceptOf(condition, mapping) ?? []),
    note: texts.map((text) => ({ text })),
  });
};

/** A code in the sub-components of a component. */
const conceptWithin = (source: Composite, component: number, mapping: Mapping): JsonObject | undefined => {
  const [code, text] = [source.sub(component, 1), source.sub(component, 2)];
  if (code === '') return text === '' ? undefined : { text };
  return members({
    coding: [coding(codeSystemOf(source.sub(component, 3), mapping), asCode(code), text)],
    text: text || code,
  });
};

/** FHIR Specimen of an OBR-15 (SPS), by which senders before v2.5 tell it; nothing where it names no kind. */
export const specimenOfObr = (obr: Segment, told: ToldIn, mapping: Mapping): Required<Put> | undefined => {
  const source = obr.first(15);
  const type = source && conceptWithin(source, 1, mapping);
  if (source === undefined || type === undefined) return undefined;
  const record = recordOf(undefined, `${told.reportKey}|specimen`, told, mapping);
  const place = `OBR[${obr.sequence}]`;
  return putOf(record, told.patient, {
    type,
    subject: { reference: told.patient },
    receivedTime: mapping.time(obr.text(14), `${place}-14`)?.text,
    collection: filled(
      members({
        collectedDateTime: mapping.time(obr.text(7), `${place}-7`)?.text,
        bodySite: conceptWithin(source, 4, mapping),
      }),
    ),
  });
};
