import type { CollectionName, MemberEdit, MovementNature, Use } from '../change.js';
import type { Instant } from '../instant.js';
import type { Json } from '../json.js';
import type { Position } from '../position.js';
import type { RecordKey } from '../record.js';

export type Members = Readonly<Record<string, Json>>;

/** By which event (position), and by which of its changes (nth). */
export interface Told {
  readonly position: Position;
  readonly nth: number;
}

/** A merge as it was told last. */
export interface Merge extends Told {
  readonly patient: RecordKey;
  readonly into: RecordKey;
  /** As it was told first, since it was taken back last. */
  readonly first: Told;
}

/** What one message said of a patient whom merges join with others. */
export interface PatientWord extends Told {
  /** Said of this number itself, by a message that merges it or takes a merge of it back; otherwise of whoever replaces it. */
  readonly ofNumber?: true;
  readonly edits: readonly MemberEdit[];
}

/** A patient's identity, folded from PID, A40, A47 and A24. */
export interface PatientSubject {
  readonly kind: 'patient';
  readonly members: Members;
  /** What was told under this number, beside `members`, while merges join it with others: absent of most. */
  readonly words?: readonly PatientWord[];
  /** All that was told up to here, under whatever number, stands in `members` (A47). */
  readonly upTo?: Told;
  /** Every merge told of this patient, either way, that was not taken back, at its last telling; the other patient holds it as well. */
  readonly merges: readonly Merge[];
  /** What those of all who are merged with this one come to. */
  readonly replacedBy?: RecordKey;
  readonly replaces: readonly RecordKey[];
  readonly seeAlso: readonly RecordKey[];
}

/** What the messages of one nature told of a movement: the last word of each counts. */
export interface Telling {
  /** FHIR dateTime with offset, or a date; empty where no message said one. */
  readonly start: string;
  /** Of a start that is a day: its midnight where the sender is; of a discharge, the last moment of that day. */
  readonly startsAt?: Instant;
  /** When it was told first. */
  readonly toldAt: Instant;
  readonly cancelled: boolean;
}

/** What one message said of a movement, as far as no later one of the same nature said it otherwise. */
export interface MovementWords {
  readonly nature: MovementNature;
  /** From when on they count beside what was said of the visit alone (`VisitWord`). */
  readonly at: Instant;
  /** Of the movement's own Encounter. */
  readonly edits: readonly MemberEdit[];
  /** Of the visit's Encounter, while this movement stands. */
  readonly visitEdits: readonly MemberEdit[];
}

/**
 * A movement by what was told of it: one that several messages tell of (housing, medical and nursing responsibility share a
 * ZBE-1) has a telling each, so that taking one back leaves the others.
 */
export interface FoldedMovement {
  readonly tellings: Readonly<Partial<Record<MovementNature, Telling>>>;
  /** In the order in which they came: whatever nature they are of, the newest word counts. */
  readonly words: readonly MovementWords[];
}

/** What a message about no movement (A08) said of the visit, at its own time. */
export interface VisitWord {
  readonly at: Instant;
  readonly edit: MemberEdit;
}

/** Late messages about an account or a visit that was given to another patient (A44) still name the former one. */
export type Relocations = readonly { readonly from: RecordKey; readonly to: RecordKey }[];

/** A visit with all its movements, held by their ids. */
export interface VisitSubject {
  readonly kind: 'visit';
  readonly patient: RecordKey;
  /** The account that it is counted in, the last that was told. */
  readonly account?: RecordKey;
  readonly relocations: Relocations;
  /** In the order of their times; of one member or repetition the last alone. */
  readonly words: readonly VisitWord[];
  /** What it was told to be, of a visit whose last movement turned out to be another visit's: until one is told of it again. */
  readonly mistaken?: Members;
  readonly movements: Readonly<Record<RecordKey, FoldedMovement>>;
}

/** Under the movement's own record: the visit that it belongs to now. An UPDATE may name a movement of another visit. */
export interface MovementSubject {
  readonly kind: 'movement';
  readonly visit: RecordKey;
}

/** An account (PID-18) holds several visits and yields no record of its own. */
export interface AccountSubject {
  readonly kind: 'account';
  readonly visits: readonly RecordKey[];
  readonly relocations: Relocations;
}

/** One thing that a number was given to: an order of one patient. */
export interface NumberUse {
  /** 1 for the first that was told. */
  readonly nth: number;
  readonly patient: RecordKey;
  /** The last few that were told of each. */
  readonly placers: readonly string[];
  readonly collected: readonly string[];
  readonly status: Use['status'];
  /** Records of its own, of a use that is not the first. */
  readonly records: readonly RecordKey[];
}

/** A number that a sender gave: whoever gives one number to two orders must not have one order's results overwritten. */
export interface NumberSubject {
  readonly kind: 'number';
  /** How many uses were told, those that are forgotten by now among them. */
  readonly told: number;
  /** In the order in which they were told first; the last `usesMax`. */
  readonly uses: readonly NumberUse[];
}

/** What each sender told of one collection last, by the sender's name: a record of it goes when no sender tells of it any more. */
export interface CollectionSubject {
  readonly kind: 'collection';
  readonly told: Readonly<Record<string, readonly RecordKey[]>>;
}

/** The key under which a collection's subject is kept; no record has a `#` in its key. */
export const collectionKey = (owner: RecordKey, name: CollectionName): RecordKey => `${owner}#${name}` as RecordKey;

/** What the fold keeps of a subject beside its records. Plain JSON, so that it can be stored and compared. */
export type Subject =
  | PatientSubject
  | VisitSubject
  | MovementSubject
  | AccountSubject
  | NumberSubject
  | CollectionSubject;

/** What a subject names that folding a change of it looks up as well; a follower loads on until nothing new is named. */
export const namedBy = (
  subject: Subject,
): { readonly heads: readonly RecordKey[]; readonly subjects: readonly RecordKey[] } => {
  switch (subject.kind) {
    case 'patient': {
      const others = subject.merges.flatMap(({ patient, into }) => [patient, into]);
      return { heads: others, subjects: others };
    }
    case 'visit': {
      const movements = Object.keys(subject.movements) as RecordKey[];
      const { patient, account, relocations } = subject;
      const owners = [patient, ...relocations.map(({ to }) => to)];
      return { heads: movements, subjects: [...movements, ...owners, ...(account ? [account] : [])] };
    }
    case 'movement':
      return { heads: [subject.visit], subjects: [subject.visit] };
    case 'number':
      return { heads: subject.uses.flatMap(({ records }) => records), subjects: [] };
    case 'collection':
      return { heads: Object.values(subject.told).flat(), subjects: [] };
    case 'account':
      return { heads: subject.visits, subjects: [...subject.visits, ...subject.relocations.map(({ to }) => to)] };
  }
};
