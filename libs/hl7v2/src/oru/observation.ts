import { type Change, type JsonObject, type Put, RecordKey } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import { entityIdentifier } from '../mapping/entity.js';
import { ownExtension } from '../mapping/fhir-json.js';
import { besideCode } from '../mapping/original-code.js';
import { bytesOf, coding, members } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { extensionsOf } from '../mapping/own-extensions.js';
import { leave } from '../represented/not-taken.js';
import { conceptOf, observedConcept, unknownCode, v2Table } from '../mapping/codes.js';
import { notesOf } from './notes.js';
import { accountForLines, isAlone, valueOf } from './observation-value.js';
import type { Observed } from './order-groups.js';
import type { VisitReference } from './patient-visit.js';
import { participantsOf } from './participant.js';
import { present } from './present.js';
import { performersOf } from './producer.js';
import { referenceRangesOf } from './quantity.js';
import { obxExtensions } from './result-fields.js';
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

const interpretationSystem = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation';

/** Of a code that FHIR has as well, its text; a system of its own, or further codes, stand with it. */
const knownInterpretation = (flag: Composite, mapping: Mapping): JsonObject => {
  const code = coding(interpretationSystem, flag.take(1));
  if (isAlone(flag)) return { coding: [code] };
  const told = conceptOf(flag, mapping, v2Table('0078')) ?? {};
  const [, ...others] = (told['coding'] ?? []) as readonly JsonObject[];
  const { system, ...rest } = code;
  // The text shows the display, unless another text was sent beside it.
  const display = flag.text(9) === '' ? undefined : flag.text(2);
  const own = members({ system, version: flag.text(7), ...rest, display });
  return members({ coding: [own, ...others], text: told['text'] });
};

/** A flag that FHIR has no code for is text, and so said. */
const interpretationIn = (flag: Composite, location: string, mapping: Mapping): JsonObject | undefined => {
  const code = flag.text(1);
  const system = flag.text(3);
  if (interpretations.has(code) && (system === '' || system.startsWith('HL7')))
    return knownInterpretation(flag, mapping);
  if (system === '' && code !== '') {
    mapping.warn('code-unknown', location);
    if (isAlone(flag)) return { text: flag.take(1) };
  }
  return conceptOf(flag, mapping, v2Table('0078'));
};

/** OBX-4, by which senders group what is under one code; FHIR's own extension for it. */
const subIdOf = (obx: Segment): readonly JsonObject[] => {
  const subId = obx.first(4)?.takeWhole().trim() ?? '';
  if (subId === '') return [];
  const extension = [{ url: 'original-sub-identifier', valueString: subId }];
  return [{ url: 'http://hl7.org/fhir/StructureDefinition/observation-v2-subid', extension }];
};

/** By number: messages hold no record of devices. */
const devicesOf = (obx: Segment, mapping: Mapping): readonly JsonObject[] =>
  obx.repetitions(18).flatMap((device) => {
    const identifier = entityIdentifier(device, mapping);
    return identifier ? [{ type: 'Device', identifier }] : [];
  });

const none: readonly JsonObject[] = [];

const conceptsOf = (obx: Segment, field: number, mapping: Mapping, system?: string): readonly JsonObject[] =>
  obx.raw(field) === '' ? none : present(obx.repetitions(field).map((one) => conceptOf(one, mapping, system)));

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

const besideConcepts = (name: string, concepts: readonly JsonObject[]): readonly JsonObject[] =>
  concepts.map((one) => ({ url: ownExtension(name), valueCodeableConcept: one }));

/** OBX-11 where FHIR's statuses have nothing for it. */
const statusBeside = (obx: Segment, status: ObservationStatus): JsonObject | undefined => {
  const code = obx.take(11);
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
  const time = mapping.takeTime(obx.first(14), `OBX[${obx.sequence}]-14`)?.text;
  const place = `OBX[${obx.sequence}]`;
  const [method, ...otherMethods] = conceptsOf(obx, 17, mapping);
  const [bodySite, ...otherSites] = conceptsOf(obx, 20, mapping, v2Table('0163'));
  const [device, ...otherDevices] = devicesOf(obx, mapping);
  const value = valueOf(lines, code, { obx, unit, mapping });
  const content = {
    extension: [
      ...subIdOf(obx),
      ...unitBeside(value, unit),
      ...besideConcepts('other-method', otherMethods),
      ...besideConcepts('other-body-site', otherSites),
      ...otherDevices.map((one) => ({ url: ownExtension('other-device'), valueReference: one })),
      ...extensionsOf(obx, obxExtensions, mapping),
      ...participantsOf(observed.participants, mapping),
    ],
    identifier: obx.raw(21) === '' ? none : present(obx.repetitions(21).map((one) => entityIdentifier(one, mapping))),
    status,
    _status: statusBeside(obx, status),
    code,
    subject: { reference: within.patient },
    encounter: within.encounter,
    ...(time === undefined ? within.effective : { effectiveDateTime: time }),
    performer: performersOf(obx, mapping),
    ...value,
    interpretation: present(obx.repetitions(8).map((flag) => interpretationIn(flag, `${place}-8`, mapping))),
    note: notesOf(observed.notes, mapping),
    bodySite,
    method,
    specimen: reference(within.specimen),
    device,
    referenceRange: referenceRangesOf(obx, unit),
    derivedFrom: within.parent && [{ reference: within.parent }],
  };
  accountForLines(obx, lines);
  return content;
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

/** What is told of a result that is none, or none of this patient's. */
export const leaveObserved = ({ obx, lines, notes, participants }: Observed): void => {
  for (const segment of [obx, ...lines, ...notes, ...participants]) leave('takenBack', segment);
};

/**
 * A result that was another patient's: that there was one, and nothing of what it said. Twice: under its own record, where that is
 * not another's by now; and under one that is this patient's alone, because the right patient's result has the same order number.
 */
export const withdrawnObservation = (
  record: RecordKey,
  own: RecordKey,
  observed: Observed,
  patient: RecordKey,
  mapping: Mapping,
): readonly Change[] => {
  const content = { status: 'entered-in-error', code: codeOf(observed.obx, mapping), subject: { reference: patient } };
  leaveObserved(observed);
  return [{ ...putOf(record, patient, content), kind: 'withdraw' }, putOf(own, patient, content)];
};
