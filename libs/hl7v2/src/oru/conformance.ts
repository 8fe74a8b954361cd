import { conformanceOf, type ExtensionFields } from '../mapping/own-extensions.js';
import { documentTriggers } from '../mdm/mdm.js';
import { availabilityStatuses, completionStatuses, confidentialityStatuses, txaExtensions } from '../mdm/header.js';
import { nteExtensions } from './notes.js';
import { obrExtensions, obrSpecimenExtensions, orcExtensions, timingFields } from './order-fields.js';
import { participantFields } from './participant.js';
import { obxExtensions } from './result-fields.js';
import { collectionExtensions, containerExtensions, spmExtensions } from './specimen.js';
import { documentTypes } from './order-document.js';
import { valueTypes } from './observation-value.js';
import { resultTriggers } from './oru.js';
import { observationStatuses, reportStatuses } from './statuses.js';

const field = (number: number, becomes: string): { readonly fields: readonly number[]; readonly becomes: string } => ({
  fields: [number],
  becomes,
});

interface Field {
  readonly fields: readonly number[];
  readonly becomes: string;
}

/** What is described by hand, and the tables of extensions, in the order of the fields. */
const withExtensions = (described: readonly Field[], ...tables: readonly ExtensionFields[]): readonly Field[] => {
  const known = new Set(described.flatMap(({ fields }) => fields));
  return [
    ...described,
    ...tables.flatMap(conformanceOf).filter(({ fields }) => fields.every((one) => !known.has(one))),
  ].toSorted((a, b) => (a.fields[0] ?? 0) - (b.fields[0] ?? 0));
};

/** All fields of a segment within one extension. */
const withinExtension = (name: string, fields: ExtensionFields): readonly Field[] =>
  fields.map(([number, part, , what]) => field(number, `extension \`urn:reprise:${name}\`, \`${part}\`: ${what}`));

/**
 * What becomes of ORU and MDM, as data. Triggers, types of value and statuses are the tables that the mapping runs; the fields are
 * described here, and a test holds that no other is read. PID and PV1 are those of ADT: PID gives defaults only, PV1 the visit's number.
 */
export const resultsConformance = {
  resultTriggers,
  documentTriggers,
  valueTypes,
  documentTypes,
  observationStatuses,
  reportStatuses,
  completionStatuses,
  confidentialityStatuses,
  availabilityStatuses,
  segments: [
    {
      name: 'ORC',
      of: 'DiagnosticReport',
      fields: withExtensions(
        [
          field(2, 'placer number where OBR-2 is empty; another one than that beside it'),
          field(3, 'filler number where OBR-3 is empty; another one than that beside it'),
          field(8, '`basedOn`: the parent order'),
        ],
        orcExtensions,
      ),
    },
    {
      name: 'OBR',
      of: 'DiagnosticReport',
      fields: withExtensions(
        [
          field(2, '`identifier` PLAC and `basedOn`; key where there is no filler number'),
          field(3, '`identifier` FILL; with OBR-4 the key of the report'),
          field(4, '`code`, LOINC first'),
          field(7, '`effectiveDateTime`; with the patient the key where there is no number'),
          field(8, '`effectivePeriod.end` where it is later than OBR-7'),
          field(9, 'Specimen `collection.quantity`, without SPM; else extension `urn:reprise:collection-volume`'),
          field(10, 'Specimen `collection.collector`, without SPM; else extension `urn:reprise:collector`'),
          field(14, 'Specimen `receivedTime`, without SPM; else extension `urn:reprise:specimen-received`'),
          field(
            15,
            'Specimen: `type`, `collection.bodySite`, extensions; with SPM, or without a kind, extension `urn:reprise:specimen-source`',
          ),
          field(22, '`issued`, a day alone extension `urn:reprise:issued-date`; `date` of documents'),
          field(24, '`category`'),
          field(25, '`status`'),
          field(
            26,
            'extension `urn:reprise:parent-result`; `derivedFrom` of the Observations, where the same message tells of it',
          ),
          field(29, '`basedOn`: the parent order'),
          field(32, '`resultsInterpreter`'),
        ],
        obrExtensions,
        obrSpecimenExtensions,
      ),
    },
    {
      name: 'OBX',
      of: 'Observation',
      fields: withExtensions(
        [
          field(2, 'type of the value'),
          field(
            3,
            '`code`, LOINC first; with OBX-4 and the report the key of the Observation; without OBR with patient and OBX-14',
          ),
          field(4, 'extension `observation-v2-subid`; part of the key'),
          field(
            5,
            '`value[x]`; repetitions are lines, or components; what has no other form is text, an amount with its unit; ED and RP: DocumentReference and Binary',
          ),
          field(
            6,
            '`unit`: text as it stands, or the name of a code; `code` where the coding system is told, or where the text is a unit of UCUM; extension `urn:reprise:unit` where the value has no room for it',
          ),
          field(7, '`referenceRange` of each repetition: text, and bounds of `a - b`, `< b`, `> a`'),
          field(8, '`interpretation`; what is in no table as text'),
          field(
            11,
            '`status`; D removes, W leaves it entered in error, both of this patient alone; U without a value leaves the value that stands',
          ),
          field(
            14,
            '`effectiveDateTime`; `creation` of an attachment; with the patient the key where there is neither number nor OBR-7',
          ),
          field(15, '`performer`: the laboratory, where it is another than in OBX-23'),
          field(16, '`performer`; `author` of documents'),
          field(17, '`method`, the first; the others in extensions `urn:reprise:other-method`'),
          field(18, '`device`, the first; the others in extensions `urn:reprise:other-device`'),
          field(20, '`bodySite`, the first; the others in extensions `urn:reprise:other-body-site`'),
          field(21, '`identifier`'),
          field(23, '`performer`: the laboratory'),
        ],
        obxExtensions,
      ),
    },
    {
      name: 'NTE',
      of: 'Observation, DiagnosticReport or Specimen',
      fields: withExtensions(
        [
          field(
            3,
            '`note`; behind OBR `conclusion`; of a patient extension `urn:reprise:patient-note` of the report, of a document `urn:reprise:note`',
          ),
          field(5, '`note.authorReference`'),
          field(6, '`note.time`'),
        ],
        nteExtensions,
      ),
    },
    {
      name: 'SPM',
      of: 'Specimen',
      fields: withExtensions(
        [
          field(1, 'part of the key where SPM-2 is empty'),
          field(2, '`identifier` and key: the filler number, else the placer number'),
          field(3, '`parent`, each'),
          field(4, '`type`'),
          field(6, '`container.additiveCodeableConcept`'),
          field(7, '`collection.method`'),
          field(8, '`collection.bodySite`'),
          field(10, '`collection.bodySite` where SPM-8 is empty, else extension `urn:reprise:collection-site`'),
          field(12, '`collection.quantity`'),
          field(14, '`note`'),
          field(17, '`collection.collectedDateTime` or `collectedPeriod`'),
          field(18, '`receivedTime`'),
          field(20, '`status`; a code of no table beside it (`urn:reprise:original-code`)'),
          field(21, '`status` unsatisfactory, `note`, and extension `urn:reprise:rejection-reason`'),
          field(24, '`condition`'),
          field(25, '`container.specimenQuantity`'),
          field(27, '`container.type`'),
          field(30, '`accessionIdentifier`'),
          field(31, '`identifier`'),
        ],
        spmExtensions,
        containerExtensions,
        collectionExtensions,
      ),
    },
    {
      name: 'PRT',
      of: 'Observation, DiagnosticReport or DocumentReference',
      fields: withinExtension('participant', participantFields).map((one) =>
        one.fields[0] === 5 ? field(5, `${one.becomes}; \`author\` of a document where PRT-4 is AUT`) : one,
      ),
    },
    {
      name: 'TQ1',
      of: 'DiagnosticReport',
      fields: withinExtension('timing', timingFields),
    },
    {
      name: 'TXA',
      of: 'DocumentReference',
      fields: withExtensions(
        [
          field(2, '`type`'),
          field(4, '`context.period.start`; `date` without TXA-6 and TXA-8'),
          field(5, '`author` where TXA-9 is empty, else extension `urn:reprise:activity-provider`'),
          field(6, '`date` where TXA-8 is empty, else extension `urn:reprise:origination-date`'),
          field(7, 'extension `urn:reprise:transcription-date`'),
          field(8, '`date`; extension `urn:reprise:edit-date` where it has no time'),
          field(9, '`author`'),
          field(11, '`author` where TXA-9 and TXA-5 are empty, else extension `urn:reprise:transcriptionist`'),
          field(12, '`masterIdentifier` and key'),
          field(
            13,
            '`relatesTo`: replaces (T05, T06, T09, T10) or appends (T07, T08), else extension `urn:reprise:parent-document`; a replaced document becomes superseded and keeps the rest',
          ),
          field(14, '`context.related`; key where there is no other number'),
          field(15, '`context.related`; with TXA-2 the key where TXA-12 is empty'),
          field(16, '`description` where TXA-25 is empty, else extension `urn:reprise:file-name`'),
          field(17, '`docStatus`; a code of no table beside it (`urn:reprise:original-code`)'),
          field(18, '`securityLabel`; a code of no table in HL7 table 0272'),
          field(19, '`status`; empty: as it stands, current where none stands'),
          field(
            22,
            '`authenticator`, the first; the others in extensions `urn:reprise:other-authenticator`; when each signed, extension `urn:reprise:acted`',
          ),
          field(25, '`description`'),
        ],
        txaExtensions,
      ),
    },
  ],
} as const;
