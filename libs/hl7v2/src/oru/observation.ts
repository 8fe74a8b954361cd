import type { JsonObject, Put, RecordKey } from '#domain';
import type { Segment } from '../message/segment.js';
import { bytesOf, coding, members } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { practitionerOf } from '../mapping/practitioner.js';
import { conceptOf, unknownCode } from './codes.js';
import { referenceRangeOf, valueOf } from './observation-value.js';
import { observationStatus } from './statuses.js';

/** Whom and what an observation is of, told by its order. */
export interface ObservedWithin {
  readonly patient: RecordKey;
  readonly encounter: RecordKey | undefined;
  /** OBR-7, where OBX-14 is silent. */
  readonly effective: string | undefined;
}

/** OBX-8 holds codes of table 0078, which FHIR shares. */
const interpretationOf = (obx: Segment): readonly JsonObject[] =>
  obx.repetitions(8).flatMap((flag) => {
    const code = flag.text(1);
    return code === ''
      ? []
      : [
          members({
            coding: [coding('http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code)],
            text: flag.text(2),
          }),
        ];
  });

/** NTE-3 of the notes behind an OBX, a note a segment. */
const notesOf = (notes: readonly Segment[]): readonly JsonObject[] =>
  notes.flatMap((nte) => {
    const text = nte
      .repetitions(3)
      .map((line) => line.whole())
      .join('\n');
    return text.trim() === '' ? [] : [{ text }];
  });

/** FHIR Observation of an OBX (HL7 v2.5, section 7.4.2). Its bytes are a function of the segment and of what it is within. */
export const observationOf = (
  record: RecordKey,
  obx: Segment,
  notes: readonly Segment[],
  within: ObservedWithin,
  mapping: Mapping,
): Put => {
  const code = obx.first(3);
  const place = `OBX[${obx.sequence}]`;
  const resource = members({
    resourceType: 'Observation',
    id: record.slice(record.indexOf('/') + 1),
    status: observationStatus(obx.text(11)),
    code: (code && conceptOf(code, mapping)) ?? unknownCode,
    subject: { reference: within.patient },
    encounter: within.encounter && { reference: within.encounter },
    effectiveDateTime: mapping.time(obx.text(14), `${place}-14`)?.text ?? within.effective,
    performer: obx.repetitions(16).flatMap((person) => practitionerOf(person, mapping) ?? []),
    ...valueOf(obx, mapping),
    interpretation: interpretationOf(obx),
    note: notesOf(notes),
    referenceRange: referenceRangeOf(obx),
  });
  return { kind: 'put', record, patient: within.patient, content: bytesOf(resource) };
};
