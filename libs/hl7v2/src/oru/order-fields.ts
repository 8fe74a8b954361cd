import type { JsonObject } from '#domain';
import { v2Table } from '../mapping/codes.js';
import { asEntity } from '../mapping/entity.js';
import {
  asAddress,
  asConcept,
  asContactPoint,
  asNumber,
  asOrganization,
  asProfessional,
  asText,
  asTime,
} from '../mapping/field-rules.js';
import type { Mapping } from '../mapping/mapping.js';
import { distinct, extensionAround, type ExtensionFields, extensionsOf } from '../mapping/own-extensions.js';
import { asActor } from './named-person.js';
import type { OrderGroup } from './order-groups.js';
import { participantsOf } from './participant.js';
import { asAmount } from './quantity.js';

/** What ORC says of an order that FHIR has no member for. Of a name that OBR has as well, the same is said once. */
export const orcExtensions: ExtensionFields = [
  [4, 'group-number', asEntity, 'number of the group of orders'],
  [5, 'order-status', asConcept(v2Table('0038')), 'status of the order'],
  [7, 'order-timing', asText, 'quantity and timing'],
  [9, 'order-transaction', asTime, 'when the order was entered'],
  [10, 'entered-by', asProfessional, 'who entered the order'],
  [11, 'verified-by', asProfessional, 'who verified it'],
  [12, 'ordering-provider', asProfessional, 'who ordered'],
  [13, 'entered-at', asText, 'where the order was entered'],
  [14, 'order-callback', asContactPoint, 'number to call back'],
  [15, 'order-effective', asTime, 'since when the order holds'],
  [16, 'order-control-reason', asConcept(), 'why it was ordered, or changed'],
  [17, 'entering-organization', asConcept(), 'organization that entered it'],
  [18, 'entering-device', asConcept(), 'device on which it was entered'],
  [19, 'action-by', asProfessional, 'who acted'],
  [21, 'ordering-facility', asOrganization, 'facility that ordered'],
  [22, 'ordering-facility-address', asAddress, 'its address'],
  [23, 'ordering-facility-phone', asContactPoint, 'its number'],
  [24, 'ordering-provider-address', asAddress, 'address of who ordered'],
  [25, 'order-status-modifier', asConcept(), 'what modifies the status'],
  [27, 'expected', asTime, 'when the filler expects the service'],
  [28, 'order-confidentiality', asConcept(v2Table('0177')), 'confidentiality'],
  [29, 'order-type', asConcept(v2Table('0482')), 'type of order'],
  [30, 'enterer-authorization', asConcept(v2Table('0483')), 'how the order was authorised'],
  [31, 'parent-service', asConcept(), 'service of the parent order'],
];

/** What becomes part of the Specimen, where OBR-15 names one and no SPM does. */
export const obrSpecimenExtensions: ExtensionFields = [
  [9, 'collection-volume', asAmount, 'volume that was collected; `collection.quantity` of a Specimen of OBR-15'],
  [10, 'collector', asProfessional, 'who collected; `collection.collector` of a Specimen of OBR-15, the first'],
  [14, 'specimen-received', asTime, 'when the specimen was received; `receivedTime` of a Specimen of OBR-15'],
  [15, 'specimen-source', asText, 'source of the specimen; without SPM a Specimen: `type`, `collection.bodySite`'],
];

/** What OBR says of an order that FHIR has no member for. */
export const obrExtensions: ExtensionFields = [
  [5, 'order-priority', asConcept(v2Table('0027')), 'priority'],
  [6, 'requested-time', asTime, 'for when it was requested'],
  [11, 'specimen-action', asConcept(v2Table('0065')), 'what is to be done with the specimen'],
  [12, 'danger', asConcept(), 'danger of the specimen'],
  [13, 'clinical-information', asText, 'clinical information'],
  [16, 'ordering-provider', asProfessional, 'who ordered'],
  [17, 'order-callback', asContactPoint, 'number to call back'],
  [18, 'placer-field-1', asText, 'field of the placer'],
  [19, 'placer-field-2', asText, 'field of the placer'],
  [20, 'filler-field-1', asText, 'field of the filler'],
  [21, 'filler-field-2', asText, 'field of the filler'],
  [27, 'order-timing', asText, 'quantity and timing'],
  [28, 'copy-to', asProfessional, 'who gets a copy'],
  [30, 'transport-mode', asConcept(v2Table('0124')), 'transport'],
  [31, 'order-reason', asConcept(), 'reason of the examination'],
  [33, 'assistant-interpreter', asActor, 'who assisted in the interpretation'],
  [34, 'technician', asActor, 'technician'],
  [35, 'transcriptionist', asActor, 'who typed'],
  [36, 'scheduled-time', asTime, 'for when it was scheduled'],
  [37, 'container-count', asNumber, 'number of containers'],
  [38, 'transport-logistics', asConcept(), 'how the specimen was transported'],
  [39, 'collector-comment', asConcept(), 'comment of the collector'],
  [40, 'transport-responsibility', asConcept(), 'who arranges the transport'],
  [41, 'transport-arranged', asConcept(v2Table('0224')), 'whether the transport is arranged'],
  [42, 'escort-required', asConcept(v2Table('0225')), 'whether an escort is required'],
  [43, 'transport-comment', asConcept(), 'comment on the transport'],
  [44, 'procedure', asConcept(), 'procedure'],
  [45, 'procedure-modifier', asConcept(), 'what modifies the procedure'],
  [46, 'placer-information', asConcept(), 'further information of the placer'],
  [47, 'filler-information', asConcept(), 'further information of the filler'],
  [48, 'duplicate-reason', asConcept(), 'why the same was done again'],
  [49, 'result-handling', asConcept(v2Table('0507')), 'how the result is to be handled'],
  [50, 'parent-service', asConcept(), 'service of the parent order'],
];

/** What a DiagnosticReport has a member for, and the document of an order without a report has none. */
export const envelopeExtensions: ExtensionFields = [
  [24, 'section', asConcept(v2Table('0074')), 'section of the diagnostic service'],
  [25, 'result-status', asConcept(v2Table('0123')), 'status of the result'],
  [32, 'interpreter', asActor, 'who interpreted'],
];

/** The same of an order that an MDM tells. */
export const mdmOrderExtensions: ExtensionFields = [
  ...envelopeExtensions,
  [7, 'performed-start', asTime, 'since when it was done'],
  [8, 'performed-end', asTime, 'until when it was done'],
  [22, 'issued', asTime, 'when the result was reported'],
];

/** TQ1 (HL7 v2.5, section 4.5.4), all of it within one extension. */
export const timingFields: ExtensionFields = [
  [2, 'quantity', asAmount, 'quantity'],
  [3, 'repeat-pattern', asText, 'how it repeats'],
  [4, 'explicit-time', asText, 'at which times'],
  [5, 'relative-time', asText, 'relative time'],
  [6, 'duration', asText, 'duration of the service'],
  [7, 'start', asTime, 'start'],
  [8, 'end', asTime, 'end'],
  [9, 'priority', asConcept(v2Table('0485')), 'priority'],
  [10, 'condition', asText, 'condition'],
  [11, 'instruction', asText, 'instruction'],
  [12, 'conjunction', asText, 'how several timings go together'],
  [13, 'occurrence-duration', asText, 'duration of one'],
  [14, 'occurrences', asNumber, 'how many'],
];

/** What is told of an order that FHIR has no member for. `hasSpecimen`: a Specimen was made of the OBR. */
export const orderExtensions = (
  { orc, obr, participants, timings }: OrderGroup,
  hasSpecimen: boolean,
  mapping: Mapping,
): readonly JsonObject[] =>
  distinct([
    ...extensionsOf(obr, obrExtensions, mapping),
    ...(hasSpecimen ? [] : extensionsOf(obr, obrSpecimenExtensions, mapping)),
    ...(orc ? extensionsOf(orc, orcExtensions, mapping) : []),
    ...timings.flatMap((timing) => extensionAround('timing', timing, timingFields, mapping)),
    ...participantsOf(participants, mapping),
  ]);
