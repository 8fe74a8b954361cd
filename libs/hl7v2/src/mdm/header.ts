import type { Json, JsonObject } from '#domain';
import { entityIdentifier } from '../mapping/entity.js';
import { asConcept, asProfessional, asText, asTime } from '../mapping/field-rules.js';
import { type ExtensionFields, extensionsOf } from '../mapping/own-extensions.js';
import { asSignatory, signatoryOf } from '../oru/named-person.js';
import { concept, members } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { practitionerOf } from '../mapping/practitioner.js';
import { ownExtension } from '../mapping/fhir-json.js';
import { besideCode } from '../mapping/original-code.js';
import { numberIdentifier } from '../oru/order-number.js';
import { observedConcept, v2Table } from '../mapping/codes.js';
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
  if (type === undefined || type.text(1) === '') return undefined;
  return observedConcept(type, mapping, v2Table('0270'));
};

const personsOf = (txa: Segment, field: number, mapping: Mapping): readonly JsonObject[] =>
  present(txa.repetitions(field).map((person) => practitionerOf(person, mapping)));

/** What TXA says of a document that FHIR has no member for, whatever else it says. */
export const txaExtensions: ExtensionFields = [
  [3, 'document-presentation', asConcept(v2Table('0191')), 'how the content is presented'],
  [10, 'assigned-authenticator', asProfessional, 'who is to authenticate it'],
  [20, 'storage-status', asConcept(v2Table('0275')), 'whether it is stored'],
  [21, 'change-reason', asText, 'why it was changed'],
  [23, 'copy-to', asSignatory, 'who gets a copy'],
  [24, 'folder', asConcept(), 'folder'],
  [26, 'due', asTime, 'by when it is agreed to be there'],
];

/** TXA-22, and when each signed. */
const signatoriesOf = (txa: Segment, mapping: Mapping): readonly JsonObject[] =>
  present(txa.repetitions(22).map((person, index) => signatoryOf(person, mapping, `TXA-22[${index + 1}]`)));

const extensionOf = (
  name: string,
  value: Json | undefined,
  type: 'Reference' | 'DateTime' | 'String',
): readonly JsonObject[] =>
  value === undefined || value === '' ? [] : [{ url: ownExtension(name), [`value${type}`]: value }];

/**
 * Who wrote: TXA-9, else TXA-5, else TXA-11. Whoever else is named had another part in it, which is no author's, and stands in an
 * extension of that part.
 */
const authorsOf = (
  txa: Segment,
  mapping: Mapping,
): { readonly author: readonly JsonObject[]; readonly others: readonly JsonObject[] } => {
  const parts = (
    [
      [9, 'originator'],
      [5, 'activity-provider'],
      [11, 'transcriptionist'],
    ] as const
  ).map(([field, name]) => ({ name, persons: personsOf(txa, field, mapping) }));
  const writers = parts.find(({ persons }) => persons.length > 0);
  const author = writers?.persons ?? [];
  const known = new Set(author.map((person) => JSON.stringify(person)));
  const others = parts
    .filter((part) => part !== writers)
    .flatMap(({ name, persons }) =>
      persons
        .filter((person) => !known.has(JSON.stringify(person)))
        .flatMap((person) => extensionOf(name, person, 'Reference')),
    );
  return { author, others };
};

/**
 * `date`: when it was edited (TXA-8), else written (TXA-6), else when was done what it tells of (TXA-4), the first that is an instant.
 * Those of TXA-6 to 8 that are not the date stand in extensions.
 */
const datesOf = (
  txa: Segment,
  mapping: Mapping,
): {
  readonly date: string | undefined;
  readonly activity: string | undefined;
  readonly others: readonly JsonObject[];
} => {
  const [activity, origination, transcription, edit] = [4, 6, 7, 8].map((field) =>
    mapping.takeTime(txa.first(field), `TXA-${field}`),
  );
  const chosen = [edit, origination, activity].find((moment) => moment?.precision === 'time');
  const others = (
    [
      ['edit-date', edit],
      ['origination-date', origination],
      ['transcription-date', transcription],
    ] as const
  ).flatMap(([name, moment]) => (moment === chosen ? [] : extensionOf(name, moment?.text, 'DateTime')));
  return { date: chosen?.text, activity: activity?.text, others };
};

/** Texts of a field. */
const wholesOf = (txa: Segment, field: number): readonly string[] =>
  txa.repetitions(field).flatMap((one) => (one.isNull ? [] : one.takeWhole().trim() || []));

/** A code of a table: what FHIR has for it, else the code as it was sent. */
const statusIn = <T extends string>(
  [txa, field, tableNumber]: readonly [Segment, number, string],
  statuses: Readonly<Record<string, T | undefined>>,
  mapping: Mapping,
): { readonly known: T | undefined; readonly beside: JsonObject | null } => {
  const code = txa.take(field);
  const known = statuses[code];
  if (code === '' || known !== undefined) return { known, beside: null };
  mapping.warn('code-unknown', `TXA-${field}`);
  return { known, beside: besideCode(tableNumber, code) };
};

/** TXA-18 as a label; a code of no table is a label of its own table. */
const labelOf = (txa: Segment, mapping: Mapping): readonly JsonObject[] => {
  const code = txa.take(18);
  if (code === '') return [];
  const label = confidentiality[code];
  if (label !== undefined) return [concept('http://terminology.hl7.org/CodeSystem/v3-Confidentiality', label)];
  mapping.warn('code-unknown', 'TXA-18');
  return [concept(v2Table('0272'), code)];
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
  const { date, activity, others: otherDates } = datesOf(txa, mapping);
  const { author, others: otherPersons } = authorsOf(txa, mapping);
  const number = txa.first(12);
  const orders = ordersOf(txa, mapping);
  const type = typeOf(txa, mapping);
  const status = statusIn([txa, 19, '0273'], availability, mapping);
  const docStatus = statusIn([txa, 17, '0271'], completion, mapping);
  const labels = labelOf(txa, mapping);
  const [authenticator, ...otherAuthenticators] = signatoriesOf(txa, mapping);
  const [title, ...otherTitles] = wholesOf(txa, 25);
  const [fileName, ...otherNames] = wholesOf(txa, 16);
  const extension = [
    ...otherDates,
    ...otherPersons,
    ...otherAuthenticators.flatMap((person) => extensionOf('other-authenticator', person, 'Reference')),
    ...[...(title === undefined ? [] : [fileName]), ...otherNames].flatMap((name) =>
      extensionOf('file-name', name, 'String'),
    ),
    ...otherTitles.flatMap((other) => extensionOf('other-title', other, 'String')),
    ...extensionsOf(txa, txaExtensions, mapping),
  ];
  return {
    ...(extension.length > 0 && { extension }),
    ...(status.known !== undefined && { status: status.known }),
    ...(txa.text(19) !== '' && { _status: status.beside }),
    ...(isNumber(number) && {
      masterIdentifier: entityIdentifier(number, mapping, 'document'),
    }),
    ...(docStatus.known !== undefined && { docStatus: docStatus.known }),
    ...(txa.text(17) !== '' && { _docStatus: docStatus.beside }),
    ...(type && { type }),
    ...(date !== undefined && { date }),
    ...(author.length > 0 && { author }),
    authenticator,
    description: title ?? fileName,
    ...(labels.length > 0 && { securityLabel: labels }),
    ...(activity !== undefined && { period: members({ start: activity }) }),
    ...(orders.length > 0 && { related: orders }),
  };
};
