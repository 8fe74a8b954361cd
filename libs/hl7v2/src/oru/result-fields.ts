import type { JsonObject } from '#domain';
import { v2Table } from '../mapping/codes.js';
import { asEntity } from '../mapping/entity.js';
import {
  asAddress,
  asConcept,
  asNumber,
  asOrganization,
  asProfessional,
  asText,
  asTime,
} from '../mapping/field-rules.js';
import type { Mapping } from '../mapping/mapping.js';
import { type ExtensionFields, extensionsOf } from '../mapping/own-extensions.js';
import type { Segment } from '../message/segment.js';

/** What OBX says of a result that FHIR has no member for. */
export const obxExtensions: ExtensionFields = [
  [9, 'probability', asNumber, 'probability'],
  [10, 'abnormal-test-nature', asConcept(v2Table('0080')), 'what the interpretation goes by'],
  [12, 'reference-range-since', asTime, 'since when the reference range holds'],
  [13, 'access-checks', asText, 'checks of access, as the sender defines them'],
  [19, 'analysis-time', asTime, 'when it was analysed'],
  [22, 'mood', asConcept(v2Table('0725')), 'mood'],
  [24, 'laboratory-address', asAddress, 'address of the laboratory'],
  [25, 'medical-director', asProfessional, 'medical director of the laboratory'],
  [26, 'results-release', asConcept(v2Table('0909')), 'how the result is released to the patient'],
  [27, 'root-cause', asConcept(v2Table('0914')), 'root cause of a correction'],
  [28, 'process-control', asConcept(), 'how the process was controlled'],
  [29, 'observation-kind', asConcept(v2Table('0936')), 'kind of observation'],
  [30, 'observation-subkind', asConcept(v2Table('0937')), 'kind of observation, in detail'],
];

/** What OBX says of a content that an Attachment has no member for, beside those. */
const contentFields: ExtensionFields = [
  [4, 'sub-id', asText, 'sub-id'],
  [6, 'unit', asText, 'unit'],
  [7, 'reference-range', asText, 'reference range'],
  [8, 'interpretation', asConcept(v2Table('0078')), 'interpretation'],
  [15, 'responsible-laboratory', asConcept(), 'laboratory that answers for it'],
  [17, 'method', asConcept(), 'method'],
  [18, 'device', asEntity, 'device'],
  [20, 'body-site', asConcept(), 'site'],
  [21, 'instance-number', asEntity, 'number'],
  [23, 'laboratory', asOrganization, 'laboratory'],
];

const fieldsOfContent: ExtensionFields = [...contentFields, ...obxExtensions];

/** What an OBX says of the content that it holds. `shown`: fields that something else shows. */
export const contentExtensions = (obx: Segment, shown: ReadonlySet<number>, mapping: Mapping): readonly JsonObject[] =>
  extensionsOf(
    obx,
    fieldsOfContent.filter(([field]) => !shown.has(field)),
    mapping,
  );
