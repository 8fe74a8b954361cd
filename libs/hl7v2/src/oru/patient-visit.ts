import type { Change, JsonObject, RecordKey } from '#domain';
import { visitIdentifier, visitNumberOf, visitRecord } from '../adt/visit.js';
import { identified } from '../mapping/identifier.js';
import type { Mapping } from '../mapping/mapping.js';
import { patientEdits } from '../mapping/patient-edits.js';
import { patientOfPid } from '../mapping/patient-record.js';
import type { Segment } from '../message/segment.js';

/** A FHIR Reference to a visit: its record, and its number. */
export interface VisitReference extends JsonObject {
  readonly reference: RecordKey;
  readonly identifier: JsonObject;
}

/**
 * The visit in which something was observed or written; where PV1 is silent, none. Whoever names a visit is no authority on visits,
 * and makes none: the record may not be there (yet), so that the number stands beside it.
 */
export const encounterOf = (pid: Segment, pv1: Segment | undefined, mapping: Mapping): VisitReference | undefined => {
  const number = pv1 && pv1.text(2) !== 'N' ? visitNumberOf(pv1, pid, mapping) : undefined;
  return (
    number && {
      reference: visitRecord(identified(number, mapping, 'visit'), mapping),
      identifier: visitIdentifier(number, mapping),
    }
  );
};

/**
 * Patients of a message that is no authority on identities: each is identified by `default` only, so that the record exists. A
 * laboratory's idea of a name never beats the admission desk's.
 */
export class Patients {
  private readonly known = new Map<Segment, RecordKey | undefined>();
  readonly changes: Change[] = [];

  constructor(private readonly mapping: Mapping) {}

  of(pid: Segment | undefined): RecordKey | undefined {
    if (pid === undefined) return undefined;
    if (this.known.has(pid)) return this.known.get(pid);
    const patient = patientOfPid(pid, this.mapping);
    this.known.set(pid, patient);
    if (patient) this.changes.push({ kind: 'identify', patient, edits: patientEdits(pid, this.mapping, false) });
    return patient;
  }
}
