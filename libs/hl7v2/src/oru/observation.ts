import type { JsonObject, Put, RecordKey } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import { authorityOfEntity, systemOf } from '../mapping/authority.js';
import { bytesOf, coding, members } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { conceptOf, observedConcept, unknownCode } from './codes.js';
import { noteTexts } from './notes.js';
import { valueOf } from './observation-value.js';
import type { Observed } from './order-groups.js';
import { present } from './present.js';
import { performersOf } from './producer.js';
import { referenceRangeOf, unitOf } from './quantity.js';
import type { ObservationStatus } from './statuses.js';

/** Whom and what an observation is of, told by its order. */
export interface ObservedWithin {
  readonly patient: RecordKey;
  readonly encounter: RecordKey | undefined;
  /** `effective[x]` of OBR-7 and 8, where OBX-14 is silent. */
  readonly effective: JsonObject;
  readonly specimen: RecordKey | undefined;
  /** The result that this one explains (OBR-26): the germ of a susceptibility. */
  readonly parent: RecordKey | undefined;
}

/** HL7 table 0078 as far as FHIR's ObservationInterpretation has the same codes. */
const interpretations = new Set(
  '< > A AA B D DET E EXP H HH HU HX I IE IND L LL LU LX MS N NCL ND NEG NR NS POS R RR S SDD SYN-R SYN-S U UNE VS W WR'.split(
    ' ',
  ),
);

const interpretationIn = (flag: Composite, mapping: Mapping): JsonObject | undefined => {
  const code = flag.text(1);
  const system = flag.text(3);
  if (interpretations.has(code) && (system === '' || system.startsWith('HL7')))
    return members({
      coding: [coding('http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code)],
      text: flag.text(2),
    });
  if (system !== '') return conceptOf(flag, mapping);
  const text = flag.text(2) || code;
  return text === '' ? undefined : { text };
};

/** OBX-4, by which senders group what is under one code; FHIR's own extension for it. */
const subIdOf = (obx: Segment): readonly JsonObject[] | undefined => {
  const subId = obx.first(4)?.whole().trim() ?? '';
  if (subId === '') return undefined;
  const extension = [{ url: 'original-sub-identifier', valueString: subId }];
  return [{ url: 'http://hl7.org/fhir/StructureDefinition/observation-v2-subid', extension }];
};

const deviceOf = (obx: Segment, mapping: Mapping): JsonObject | undefined => {
  const device = obx.first(18);
  const value = device?.text(1) ?? '';
  if (device === undefined || value === '') return undefined;
  return { type: 'Device', identifier: { system: systemOf(authorityOfEntity(device), mapping), value } };
};

const reference = (record: RecordKey | undefined): JsonObject | undefined => record && { reference: record };

const putOf = (record: RecordKey, patient: RecordKey, content: Parameters<typeof members>[0]): Put => ({
  kind: 'put',
  record,
  patient,
  content: bytesOf(members({ resourceType: 'Observation', id: record.slice(record.indexOf('/') + 1), ...content })),
});

const codeOf = (obx: Segment, mapping: Mapping): JsonObject => {
  const code = obx.first(3);
  return (code && observedConcept(code, mapping)) ?? unknownCode;
};

/** FHIR Observation of an OBX (HL7 v2.5, section 7.4.2). Its bytes are a function of the segment and of what it is within. */
export const observationOf = (
  record: RecordKey,
  { obx, lines, notes }: Observed,
  status: ObservationStatus,
  within: ObservedWithin,
  mapping: Mapping,
): Put => {
  const code = codeOf(obx, mapping);
  const unit = unitOf(obx, mapping);
  const observed = mapping.time(obx.text(14), `OBX[${obx.sequence}]-14`)?.text;
  const method = obx.first(17);
  return putOf(record, within.patient, {
    extension: subIdOf(obx),
    status,
    code,
    subject: { reference: within.patient },
    encounter: reference(within.encounter),
    ...(observed === undefined ? within.effective : { effectiveDateTime: observed }),
    performer: performersOf(obx, mapping),
    ...valueOf(lines, code, { obx, unit, mapping }),
    interpretation: present(obx.repetitions(8).map((flag) => interpretationIn(flag, mapping))),
    note: noteTexts(notes).map((text) => ({ text })),
    method: method && conceptOf(method, mapping),
    specimen: reference(within.specimen),
    device: deviceOf(obx, mapping),
    referenceRange: referenceRangeOf(obx, unit),
    derivedFrom: within.parent && [{ reference: within.parent }],
  });
};

/** A result that was another patient's: that there was one, and nothing of what it said. */
export const withdrawnObservation = (record: RecordKey, obx: Segment, patient: RecordKey, mapping: Mapping): Put =>
  putOf(record, patient, {
    status: 'entered-in-error',
    code: codeOf(obx, mapping),
    subject: { reference: patient },
  });
