import type { JsonObject } from '#domain';
import { asEntity } from '../mapping/entity.js';
import {
  asAddress,
  asConcept,
  asContactPoint,
  asOrganization,
  asProfessional,
  asText,
  asTime,
} from '../mapping/field-rules.js';
import type { Mapping } from '../mapping/mapping.js';
import { extensionAround, type ExtensionFields } from '../mapping/own-extensions.js';
import type { Segment } from '../message/segment.js';

/** PRT (HL7 v2.7, section 7.4.4), all of it within one extension. */
export const participantFields: ExtensionFields = [
  [1, 'number', asEntity, 'number of the participation'],
  [3, 'reason', asConcept(), 'reason'],
  [4, 'part', asConcept(), 'which part'],
  [5, 'person', asProfessional, 'who'],
  [6, 'person-type', asConcept(), 'kind of person'],
  [7, 'unit-type', asConcept(), 'kind of unit'],
  [8, 'organization', asOrganization, 'organization'],
  [9, 'place', asText, 'place'],
  [10, 'device', asEntity, 'device'],
  [11, 'start', asTime, 'since when'],
  [12, 'end', asTime, 'until when'],
  [13, 'duration', asConcept(), 'how long'],
  [14, 'address', asAddress, 'address'],
  [15, 'telecom', asContactPoint, 'number'],
];

/** Somebody who took part, as a whole. */
export const participantsOf = (participants: readonly Segment[], mapping: Mapping): readonly JsonObject[] =>
  participants.flatMap((participant) => extensionAround('participant', participant, participantFields, mapping));
