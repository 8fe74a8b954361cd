import type { Change, Json, JsonObject, Put } from '#domain';
import { RecordKey } from '#domain';
import { bytesOf, concept, members } from '../mapping/fhir-json.js';
import { frenchTypes } from '../mapping/identifier.js';
import type { Mapping } from '../mapping/mapping.js';
import type { VisitReference } from '../oru/patient-visit.js';

export interface ToldDocument {
  readonly record: RecordKey;
  readonly patient: RecordKey;
  readonly encounter?: VisitReference | undefined;
  readonly masterIdentifier?: JsonObject | undefined;
  readonly identifier?: readonly JsonObject[] | undefined;
  readonly status: 'current' | 'superseded' | 'entered-in-error';
  /** Codes that were sent for `status` and `docStatus`, where FHIR has none for them; `null`: none any more. */
  readonly _status?: JsonObject | null | undefined;
  readonly docStatus?: string | undefined;
  readonly _docStatus?: JsonObject | null | undefined;
  readonly type?: JsonObject | undefined;
  /** An instant: with time and zone. */
  readonly date?: string | undefined;
  readonly author?: readonly JsonObject[] | undefined;
  readonly authenticator?: JsonObject | undefined;
  readonly relatesTo?: JsonObject | undefined;
  readonly description?: string | undefined;
  readonly securityLabel?: readonly JsonObject[] | undefined;
  /** What has no member of its own in FHIR. */
  readonly extension?: readonly JsonObject[] | undefined;
  readonly attachments: readonly JsonObject[];
  readonly period?: JsonObject | undefined;
  readonly related?: readonly JsonObject[] | undefined;
  /** What was done of which it tells. */
  readonly event?: readonly JsonObject[] | undefined;
}

/** FHIR R4 asks for one content: where none is told, it says that. */
const noContent: readonly Json[] = [
  {
    attachment: {
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
    },
  },
];

/** The establishment, by its FINESS number: it answers for what its senders say. */
const custodianOf = (mapping: Mapping): JsonObject => ({
  identifier: {
    type: concept(frenchTypes, 'FINEJ'),
    system: 'https://finess.esante.gouv.fr',
    value: mapping.finess,
  },
  display: mapping.context.establishment.name,
});

/** Members of a FHIR DocumentReference, in a fixed order. */
const membersOf = (told: Partial<ToldDocument>, content: Json | undefined, mapping: Mapping): JsonObject => {
  const context = members({
    encounter: told.encounter && [told.encounter],
    event: told.event,
    period: told.period,
    related: told.related,
  });
  return members({
    extension: told.extension,
    masterIdentifier: told.masterIdentifier,
    identifier: told.identifier,
    status: told.status,
    _status: told._status,
    docStatus: told.docStatus,
    _docStatus: told._docStatus,
    type: told.type,
    subject: told.patient && { reference: told.patient },
    date: told.date,
    author: told.author,
    authenticator: told.authenticator,
    custodian: told.patient && custodianOf(mapping),
    relatesTo: told.relatesTo && [told.relatesTo],
    description: told.description,
    securityLabel: told.securityLabel,
    content,
    context: Object.keys(context).length > 0 ? context : undefined,
  });
};

const contentOf = (attachments: readonly JsonObject[]): Json =>
  attachments.length > 0 ? attachments.map((attachment) => ({ attachment })) : noContent;

/** FHIR DocumentReference. */
export const documentOf = (told: ToldDocument, mapping: Mapping): Required<Put> => {
  const { record, patient, attachments } = told;
  const resource = { resourceType: 'DocumentReference', id: RecordKey.id(record) };
  // `null` is for what stands already.
  const beside = { _status: told._status ?? undefined, _docStatus: told._docStatus ?? undefined };
  const content = bytesOf({ ...resource, ...membersOf({ ...told, ...beside }, contentOf(attachments), mapping) });
  return { kind: 'put', record, patient, content };
};

/**
 * A document of which only a part is told: what stands keeps what `said` is silent about. Where none stands, there is one (`otherwise`)
 * whose content is not known.
 */
export const documentWith = (
  said: Partial<ToldDocument>,
  otherwise: ToldDocument,
  mapping: Mapping,
): readonly Change[] => {
  const { record, patient } = otherwise;
  const content = said.attachments && contentOf(said.attachments);
  const patch = membersOf(said, content, mapping);
  return [
    { ...documentOf(otherwise, mapping), kind: 'default' },
    { kind: 'merge-patch', record, patient, content: bytesOf(patch) },
  ];
};
