import type { Json, JsonObject, Put } from '#domain';
import { RecordKey } from '#domain';
import { bytesOf, concept, members } from '../mapping/fhir-json.js';
import { frenchTypes } from '../mapping/identifier.js';
import type { Mapping } from '../mapping/mapping.js';

export interface ToldDocument {
  readonly record: RecordKey;
  readonly patient: RecordKey;
  readonly encounter?: RecordKey | undefined;
  readonly masterIdentifier?: JsonObject | undefined;
  readonly identifier?: readonly JsonObject[] | undefined;
  readonly status: 'current' | 'superseded' | 'entered-in-error';
  readonly docStatus?: string | undefined;
  readonly type?: JsonObject | undefined;
  /** An instant: with time and zone. */
  readonly date?: string | undefined;
  readonly author?: readonly JsonObject[] | undefined;
  readonly authenticator?: JsonObject | undefined;
  readonly relatesTo?: JsonObject | undefined;
  readonly description?: string | undefined;
  readonly securityLabel?: readonly JsonObject[] | undefined;
  readonly attachments: readonly JsonObject[];
  readonly period?: JsonObject | undefined;
  readonly related?: readonly JsonObject[] | undefined;
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

/** FHIR DocumentReference; its members have a fixed order. */
export const documentOf = (told: ToldDocument, mapping: Mapping): Required<Put> => {
  const context = members({
    encounter: told.encounter && [{ reference: told.encounter }],
    period: told.period,
    related: told.related,
  });
  const resource = members({
    resourceType: 'DocumentReference',
    id: RecordKey.id(told.record),
    masterIdentifier: told.masterIdentifier,
    identifier: told.identifier,
    status: told.status,
    docStatus: told.docStatus,
    type: told.type,
    subject: { reference: told.patient },
    date: told.date,
    author: told.author,
    authenticator: told.authenticator,
    custodian: custodianOf(mapping),
    relatesTo: told.relatesTo && [told.relatesTo],
    description: told.description,
    securityLabel: told.securityLabel,
    content: told.attachments.length > 0 ? told.attachments.map((attachment) => ({ attachment })) : noContent,
    context: Object.keys(context).length > 0 ? context : undefined,
  });
  return { kind: 'put', record: told.record, patient: told.patient, content: bytesOf(resource) };
};
