import type { JsonObject, Put } from '#domain';
import { RecordKey } from '#domain';
import { systemOf } from '../mapping/authority.js';
import { asCode, bytesOf, coding, members } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import type { Composite, Segment } from '../message/segment.js';
import { codeSystemOf, conceptOf } from '../mapping/codes.js';
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
const numberIn = (pair: Composite | undefined): { readonly component: number; readonly value: string } | undefined => {
  for (const component of [2, 1]) {
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
  const domain = pair.sub(number.component, 3) || pair.sub(number.component, 2) || mapping.finess;
  return RecordKey.of('Specimen', idOf('specimen', domain, number.value));
};

const identifiersOf = (pair: Composite | undefined, mapping: Mapping): readonly JsonObject[] =>
  [2, 1].flatMap((component) => {
    const value = pair?.sub(component, 1) ?? '';
    if (pair === undefined || value === '') return [];
    const authority = { namespace: pair.sub(component, 2), universal: pair.sub(component, 3) };
    return [{ system: systemOf(authority, mapping), value }];
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

const statusOf = (spm: Segment): string | undefined => {
  if (spm.text(21) !== '' || spm.text(21, 2) !== '') return 'unsatisfactory';
  const available = spm.text(20);
  return available === 'Y' ? 'available' : available === 'N' ? 'unavailable' : undefined;
};

const conceptAt = (segment: Segment, field: number, mapping: Mapping): JsonObject | undefined => {
  const code = segment.first(field);
  return code && conceptOf(code, mapping);
};

const putOf = (record: RecordKey, patient: RecordKey, content: Parameters<typeof members>[0]): Put => ({
  kind: 'put',
  record,
  patient,
  content: bytesOf(members({ resourceType: 'Specimen', id: RecordKey.id(record), ...content })),
});

/** A member whose value is empty is none. */
const filled = (value: JsonObject): JsonObject | undefined => (Object.keys(value).length === 0 ? undefined : value);

/** FHIR Specimen of an SPM (HL7 v2.5, section 7.4.3). */
export const specimenOf = ({ spm, notes }: SpecimenGroup, told: ToldIn, mapping: Mapping): Put => {
  const pair = spm.first(2);
  const record = recordOf(pair, `${told.reportKey}|specimen|${spm.text(1)}`, told, mapping);
  const parent = spm.first(3);
  const place = `SPM[${spm.sequence}]`;
  const rejection = conceptAt(spm, 21, mapping);
  const texts = [
    ...spm.repetitions(14).map((description) => description.whole()),
    ...(typeof rejection?.['text'] === 'string' ? [rejection['text']] : []),
    ...noteTexts(notes),
  ].filter((text) => text.trim() !== '');
  return putOf(record, told.patient, {
    identifier: identifiersOf(pair, mapping),
    status: statusOf(spm),
    type: conceptAt(spm, 4, mapping),
    subject: { reference: told.patient },
    receivedTime: mapping.time(spm.text(18), `${place}-18`)?.text,
    parent: identifiersOf(parent, mapping)
      .slice(0, 1)
      .map((identifier) => ({ identifier })),
    collection: filled(
      members({
        ...collectedOf(spm, mapping),
        method: conceptAt(spm, 7, mapping),
        bodySite: conceptAt(spm, 8, mapping) ?? conceptAt(spm, 10, mapping),
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
export const specimenOfObr = (obr: Segment, told: ToldIn, mapping: Mapping): Put | undefined => {
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
