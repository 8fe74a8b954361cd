import { type Change, type JsonObject, type Put, RecordKey } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import { authorityOfEntity, systemOf } from '../mapping/authority.js';
import { ownExtension } from '../mapping/fhir-json.js';
import { besideCode } from '../mapping/original-code.js';
import { asCode, bytesOf, coding, members } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { conceptOf, observedConcept, unknownCode, v2Table } from '../mapping/codes.js';
import { noteTexts } from './notes.js';
import { valueOf } from './observation-value.js';
import type { Observed } from './order-groups.js';
import type { VisitReference } from './patient-visit.js';
import { present } from './present.js';
import { performersOf } from './producer.js';
import { referenceRangesOf } from './quantity.js';
import type { ObservationStatus } from './statuses.js';
import { unitBeside, unitOf } from './unit.js';

/** Whom and what an observation is of, told by its order. */
export interface ObservedWithin {
  readonly patient: RecordKey;
  readonly encounter: VisitReference | undefined;
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

/** A flag that FHIR has no code for is text, and so said. */
const interpretationIn = (flag: Composite, location: string, mapping: Mapping): JsonObject | undefined => {
  const code = flag.text(1);
  const system = flag.text(3);
  if (interpretations.has(code) && (system === '' || system.startsWith('HL7')))
    return members({
      coding: [coding('http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code)],
      text: flag.text(2),
    });
  if (system !== '') return conceptOf(flag, mapping);
  const text = flag.text(2);
  if (code === '') return text === '' ? undefined : { text };
  mapping.warn('code-unknown', location);
  return text === '' ? { text: code } : { coding: [coding(v2Table('0078'), asCode(code), text)], text };
};

/** OBX-4, by which senders group what is under one code; FHIR's own extension for it. */
const subIdOf = (obx: Segment): readonly JsonObject[] => {
  const subId = obx.first(4)?.whole().trim() ?? '';
  if (subId === '') return [];
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

const putOf = (record: RecordKey, patient: RecordKey, content: Parameters<typeof members>[0]): Required<Put> => ({
  kind: 'put',
  record,
  patient,
  content: bytesOf(members({ resourceType: 'Observation', id: RecordKey.id(record), ...content })),
});

const codeOf = (obx: Segment, mapping: Mapping): JsonObject => {
  const code = obx.first(3);
  return (code && observedConcept(code, mapping)) ?? unknownCode;
};

const noteOf = ({ notes }: Observed): readonly JsonObject[] => noteTexts(notes).map((text) => ({ text }));

/** OBX-11 where FHIR's statuses have nothing for it. */
const statusBeside = (obx: Segment, status: ObservationStatus): JsonObject | undefined => {
  const code = obx.text(11);
  return status === 'unknown' && code !== '' ? besideCode('0085', code) : undefined;
};

/** Members of the FHIR Observation of an OBX (HL7 v2.5, section 7.4.2): a function of the segment and of what it is within. */
const contentOf = (
  observed: Observed,
  status: ObservationStatus,
  within: ObservedWithin,
  mapping: Mapping,
): Parameters<typeof members>[0] => {
  const { obx, lines } = observed;
  const code = codeOf(obx, mapping);
  const unit = unitOf(obx, mapping);
  const time = mapping.time(obx.text(14), `OBX[${obx.sequence}]-14`)?.text;
  const place = `OBX[${obx.sequence}]`;
  const [method, ...otherMethods] = present(obx.repetitions(17).map((one) => conceptOf(one, mapping)));
  const value = valueOf(lines, code, { obx, unit, mapping });
  return {
    extension: [
      ...subIdOf(obx),
      ...unitBeside(value, unit),
      ...otherMethods.map((one) => ({ url: ownExtension('other-method'), valueCodeableConcept: one })),
    ],
    status,
    _status: statusBeside(obx, status),
    code,
    subject: { reference: within.patient },
    encounter: within.encounter,
    ...(time === undefined ? within.effective : { effectiveDateTime: time }),
    performer: performersOf(obx, mapping),
    ...value,
    interpretation: present(obx.repetitions(8).map((flag) => interpretationIn(flag, `${place}-8`, mapping))),
    note: noteOf(observed),
    method,
    specimen: reference(within.specimen),
    device: deviceOf(obx, mapping),
    referenceRange: referenceRangesOf(obx, unit),
    derivedFrom: within.parent && [{ reference: within.parent }],
  };
};

/** The result that an OBX tells. */
export const observationOf = (
  record: RecordKey,
  observed: Observed,
  status: ObservationStatus,
  within: ObservedWithin,
  mapping: Mapping,
): Required<Put> => putOf(record, within.patient, contentOf(observed, status, within, mapping));

/**
 * A result that is final without being told again (OBX-11 = U): the one that stands becomes final, by whom and with which notes the
 * message says, and keeps all else. Where none stands, there is a final one whose value is not known.
 */
export const confirmedObservation = (
  record: RecordKey,
  observed: Observed,
  status: ObservationStatus,
  within: ObservedWithin,
  mapping: Mapping,
): readonly Change[] => {
  const { patient } = within;
  const content = contentOf(observed, status, within, mapping);
  const patch = members({ status, performer: content['performer'], note: content['note'] });
  return [
    { ...putOf(record, patient, { ...content, dataAbsentReason: unknownCode }), kind: 'default' },
    { kind: 'merge-patch', record, patient, content: bytesOf(patch) },
  ];
};

/**
 * A result that was another patient's: that there was one, and nothing of what it said. Twice: under its own record, where that is
 * not another's by now; and under one that is this patient's alone, because the right patient's result has the same order number.
 */
export const withdrawnObservation = (
  record: RecordKey,
  own: RecordKey,
  obx: Segment,
  patient: RecordKey,
  mapping: Mapping,
): readonly Change[] => {
  const content = { status: 'entered-in-error', code: codeOf(obx, mapping), subject: { reference: patient } };
  return [{ ...putOf(record, patient, content), kind: 'withdraw' }, putOf(own, patient, content)];
};
