import type { MovementNature } from '../change.js';
import type { Json } from '../json.js';
import type { RecordKey } from '../record.js';

export type Members = Readonly<Record<string, Json>>;

/** A patient's identity, folded from PID and A40. */
export interface PatientSubject {
  readonly kind: 'patient';
  readonly members: Members;
  readonly replacedBy: readonly RecordKey[];
  readonly replaces: readonly RecordKey[];
}

export interface FoldedMovement {
  readonly nature: MovementNature;
  /** FHIR dateTime with offset; empty where no message said one. */
  readonly start: string;
  readonly cancelled: boolean;
  readonly members: Members;
}

/** A visit with all its movements, held by their ids. */
export interface VisitSubject {
  readonly kind: 'visit';
  readonly patient: RecordKey;
  readonly members: Members;
  /** In the order in which they were first heard of. */
  readonly movements: Readonly<Record<RecordKey, FoldedMovement>>;
}

/** What the fold keeps of a subject beside its records. Plain JSON, so that it can be stored and compared. */
export type Subject = PatientSubject | VisitSubject;
