import type { Instant } from './instant.js';
import type { Json } from './json.js';
import type { Position } from './position.js';
import type { RecordKey } from './record.js';

/**
 * One edit of a member of a FHIR resource that is folded from HL7 v2 fields. HL7 v2.5, section 2.5.3: an empty field says nothing
 * (no edit at all), `""` deletes.
 * - `set`: the member (every repetition of it) is now this value
 * - `clear`: the member is deleted
 * - `default`: this value, unless something is known already (a laboratory's idea of a name never beats the admission desk's)
 * - `upsert`, `drop`: one repetition, told by its key (`repetitionKey`)
 *
 * A member may be a part that one field has the say of: `telecom#13` and `telecom#14` are parts of one list,
 * `hospitalization.admitSource` is a member of a member (`assembled`).
 */
export type MemberEdit =
  | { readonly op: 'set' | 'default' | 'upsert'; readonly member: string; readonly value: Json }
  | { readonly op: 'clear'; readonly member: string }
  | { readonly op: 'drop'; readonly member: string; readonly key: string };

/**
 * What a movement means for its visit, whatever trigger told of it; in the order in which they count where one moment, or one
 * movement, has several. The `pending` ones are announced and have not happened (A14 to A16).
 */
export const movementNatures = [
  'pending-admission',
  'pending-transfer',
  'pending-discharge',
  'pre-admission',
  'admission',
  'class',
  'transfer',
  'medical-ward',
  'nursing-ward',
  'responsibility',
  'leave',
  'return',
  'discharge',
] as const;
export type MovementNature = (typeof movementNatures)[number];

/** One of each in a visit, where a sender gives movements no number: a second message of it speaks of the same. */
export const oncePerVisit: ReadonlySet<MovementNature> = new Set([
  'pending-admission',
  'pending-transfer',
  'pending-discharge',
  'pre-admission',
  'admission',
  'discharge',
]);

/** Wards that a patient depends on, each of which a movement may change alone (ZBE-9: H or L, M, S). */
export type Responsibility = 'housing' | 'medical' | 'nursing';

/** A FHIR body as it was sent; a new version unless the record already is exactly this. */
export interface Put {
  readonly kind: 'put';
  readonly record: RecordKey;
  readonly patient?: RecordKey;
  readonly content: Uint8Array;
}
export interface Remove {
  readonly kind: 'remove';
  readonly record: RecordKey;
  readonly patient?: RecordKey;
}
/**
 * The record where none stands, never there or removed; one that stands is left as it is. Before a merge patch it gives the patch what
 * to change: a message may speak of what an earlier one, from before the log began, brought.
 */
export interface Default {
  readonly kind: 'default';
  readonly record: RecordKey;
  readonly patient: RecordKey;
  readonly content: Uint8Array;
}
/**
 * What was told of this patient under the record is taken back: `content` is left of it, or nothing. Where another person's has been
 * told under it since, that stays: who takes back a result that was posted under the wrong patient means that patient's alone.
 */
export interface Withdraw {
  readonly kind: 'withdraw';
  readonly record: RecordKey;
  readonly patient: RecordKey;
  readonly content?: Uint8Array;
}
/** RFC 7396 over the record's present content; a record that is not there is a fault. */
export interface MergePatch {
  readonly kind: 'merge-patch';
  readonly record: RecordKey;
  readonly patient?: RecordKey;
  readonly content: Uint8Array;
}
/**
 * The changes behind this one, up to the next of this kind, are told under a number that a sender gave (the filler's number of an
 * order, with what was ordered). The fold says which use of the number that is: of a number that comes back for something else, the
 * second use has records of its own.
 */
export interface Use {
  readonly kind: 'use';
  /** What the number is kept under: the record that it names, whether or not there is one. */
  readonly number: RecordKey;
  readonly patient: RecordKey;
  /** A hash of the placer's number; absent where none is told, or where it is the number itself. */
  readonly placer?: string;
  /** When the specimen was taken: FHIR dateTime; absent where it is not told. */
  readonly collected?: string;
  /**
   * - `preliminary`: something of it is not final
   * - `final`: all is final
   * - `corrected`: says that it corrects, or takes back a part
   * - `withdrawn`: takes back all of its results
   */
  readonly status: 'preliminary' | 'final' | 'corrected' | 'withdrawn';
  /** Where in the message the number stands, for a warning. */
  readonly place: string;
}
/** Members of a Patient folded from PID, set or cleared. */
export interface Identify {
  readonly kind: 'identify';
  readonly patient: RecordKey;
  readonly edits: readonly MemberEdit[];
}
/** A visit (PV1) and, where the message tells of one, a movement of it (ZBE, or the trigger itself when there is no ZBE). */
export interface Movement {
  readonly kind: 'movement';
  /** `Encounter/id` of the visit. */
  readonly visit: RecordKey;
  readonly patient: RecordKey;
  /** `Account/id` of the account (PID-18) that the visit is counted in: what A44 moves. */
  readonly account?: RecordKey;
  /** Edits of members of the visit's Encounter: identifier, class, participant, hospitalization… */
  readonly visitEdits: readonly MemberEdit[];
  readonly movement?: {
    readonly action: 'insert' | 'update' | 'cancel';
    /** `Encounter/id` of the movement. */
    readonly record: RecordKey;
    readonly nature: MovementNature;
    /** ZBE-2, or EVN-6, EVN-2, PV1-44/45 without ZBE: FHIR dateTime with offset, or a date. */
    readonly start?: string;
    /** Of a `start` that is a day: its midnight where the sender is; of a discharge, the last moment of that day. */
    readonly startsAt?: Instant;
    /** Of a cancel: what it takes back, by whatever messages that was told; absent, what its own nature told. */
    readonly scope?: readonly Responsibility[];
    /**
     * Edits of the movement's own Encounter: class, location, serviceProvider, participant… One that has a number (ZBE-1) says its
     * `identifier` in every message; one that a trigger alone tells of has none.
     */
    readonly edits: readonly MemberEdit[];
  };
}
/** A40: `patient` is replaced by `into`; both stay. A24 (`see-also`): the two are told to be one person, none replaces the other. */
export interface Link {
  readonly kind: 'link';
  readonly patient: RecordKey;
  readonly into: RecordKey;
  readonly as?: 'see-also';
}
/** A37: whatever links the two is taken back, and each is what it was. */
export interface Unlink {
  readonly kind: 'unlink';
  readonly patient: RecordKey;
  readonly from: RecordKey;
}
/**
 * What stood under the patient `from` belongs to `patient`: one account with its visits, or one visit (A44, A45), whenever they are
 * told of; without either, the identity itself, under a new number (A47), which replaces the old one.
 */
export interface Relocate {
  readonly kind: 'relocate';
  readonly patient: RecordKey;
  readonly from: RecordKey;
  /** `Account/id` or `Encounter/id`. */
  readonly what?: RecordKey;
}
/** Lists of records that messages tell whole. `allergies` and `coverages` are a patient's, the others a visit's where one is named. */
export type CollectionName = 'allergies' | 'conditions' | 'coverages' | 'observations';

/** One record of a collection: FHIR JSON. */
export type Member = Pick<Put, 'record' | 'content'>;

/**
 * A list of records that belongs to a patient or a visit, as one message tells it. Without `removed` it is the whole list (HL7 v2.5,
 * section 2.10.4.1, snapshot mode): the members are put, and what this teller told of the list before and does not tell now is removed. With
 * `removed` (action code mode) those records alone are removed, and what else stands stays.
 */
export interface Collection {
  readonly kind: 'collection';
  /** `Patient/id` or `Encounter/id`. */
  readonly owner: RecordKey;
  readonly patient: RecordKey;
  readonly name: CollectionName;
  /** MSH-3: which of the applications behind one sender (an interface engine) tells it. The list of each is its own. */
  readonly application?: string;
  readonly members: readonly Member[];
  readonly removed?: readonly RecordKey[];
}

/** An operator's word: what waits for this patient is tried again, in order; `skip` names events given up for good. */
export interface Drain {
  readonly kind: 'drain';
  readonly patient: RecordKey;
  readonly skip: readonly Position[];
}

/** Closed and versioned with the event format: an unknown kind stops the follower. */
export type Change =
  | Put
  | Remove
  | Default
  | Withdraw
  | MergePatch
  | Use
  | Identify
  | Movement
  | Link
  | Unlink
  | Relocate
  | Collection
  | Drain;
export const changeKinds = [
  'put',
  'remove',
  'default',
  'withdraw',
  'merge-patch',
  'use',
  'identify',
  'movement',
  'link',
  'unlink',
  'relocate',
  'collection',
  'drain',
] as const satisfies readonly Change['kind'][];
