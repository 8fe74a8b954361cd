import { hash } from 'node:crypto';
import type {
  Change,
  Collection,
  Identify,
  Link,
  Movement,
  MovementNature,
  Relocate,
  Use,
  Withdraw,
} from '../change.js';
import { isObject, type Json, mergePatch, parseLossless } from '../json.js';
import type { RecordedEvent, Warning } from '../log-event.js';
import { type Head, RecordKey } from '../record.js';
import { toldNow } from './collections.js';
import { foldWarnings, warningOfEnd } from './fold-warnings.js';
import { areLinked, areOnePerson, merged, nobody, numbersOf, seenAlso, unlinked } from './link-patients.js';
import { changesOfUse } from './number-uses.js';
import { NumbersTold } from './numbers-told.js';
import { homeOf, membersTold, mergedWith, tellPatient } from './patient-words.js';
import { relocated, withRelocations } from './relocations.js';
import { renderPatient } from './render-patient.js';
import { renderVisit } from './render-visit.js';
import { standingMovements } from './standing-movements.js';
import type { FoldView } from './state.js';
import {
  type AccountSubject,
  collectionKey,
  type FoldedMovement,
  type PatientSubject,
  type PatientWord,
  type Subject,
  type Told,
  type VisitSubject,
} from './subject.js';
import { isNumberReused, leavesTrace, type Spoken, takenBackBy, tell, tellVisit } from './tell-movement.js';
import { membersOf } from './visit-members.js';

/** Why an event cannot be applied: its patient waits. Names records, never their content. */
export class FoldFault extends Error {
  override readonly name = 'FoldFault';
}

export interface DraftedRecord {
  readonly content: Uint8Array;
  readonly deleted: boolean;
  readonly patient?: RecordKey;
}

/** A visit of which nothing was told yet. */
const untold: Omit<VisitSubject, 'patient'> = { kind: 'visit', relocations: [], words: [], movements: {} };

/** Of these numbers the event speaks as what they are, merged or not. */
const joinedBy = (change: Change): readonly RecordKey[] => {
  if (change.kind === 'unlink') return [change.patient, change.from];
  if (change.kind === 'link') return [change.patient, change.into];
  return change.kind === 'relocate' && !change.what ? [change.from] : [];
};

/** By these one learns of a visit; all else changes one that is known. */
const beginnings: ReadonlySet<MovementNature> = new Set(['admission', 'pre-admission', 'pending-admission']);
const beginsVisit = ({ movement }: Movement): boolean =>
  movement?.action === 'insert' && beginnings.has(movement.nature);

const nothing = new Uint8Array(0);

/** By way of hex: `digest()` gives every hash an array buffer of its own, which costs twice the hashing and burdens the collector. */
export const hashOf = (content: Uint8Array): Buffer => Buffer.from(hash('sha256', content, 'hex'), 'hex');

const bytesOf = (value: Json): Buffer => Buffer.from(JSON.stringify(value), 'utf8');

/** The `Patient/…` reference of a resource: `subject` or `patient`, relative or absolute. */
const patientIn = (resource: Json, record: RecordKey): RecordKey | undefined => {
  if (RecordKey.type(record) === 'Patient') return record;
  if (!isObject(resource)) return undefined;
  for (const member of [resource['subject'], resource['patient']]) {
    const reference = isObject(member) ? member['reference'] : undefined;
    const match = typeof reference === 'string' ? /(?:^|\/)(Patient\/[A-Za-z0-9\-.]{1,64})$/.exec(reference) : null;
    if (match?.[1]) return match[1] as RecordKey;
  }
  return undefined;
};

const patientOf = (patient: RecordKey | undefined): { readonly patient?: RecordKey } => (patient ? { patient } : {});

/** The effect of one event while it is being made: changes see what earlier changes of the same event did. */
export class Draft {
  readonly records = new Map<RecordKey, DraftedRecord>();
  readonly subjects = new Map<RecordKey, Subject>();
  readonly warnings: Warning[] = [];
  private readonly numbers: NumbersTold;
  /** Patients whom the event merges, or takes apart. */
  private joined: ReadonlySet<RecordKey> = new Set();

  constructor(
    private readonly view: FoldView,
    private readonly earlier?: Draft,
  ) {
    this.numbers = new NumbersTold({
      subject: (key) => this.subject(key),
      storedSubject: (key) => view.subject(key),
      patient: this.patientSubject,
      record: (key) => this.current(key),
    });
  }

  /** The changes of this event. Throws FoldFault; the draft is then of no use. */
  make({ event, position }: RecordedEvent): void {
    const sentAt = event.sentAt ?? event.receivedAt;
    const spoken: Spoken = { sentAt, occurredAt: event.occurredAt ?? sentAt };
    this.joined = new Set(event.changes.flatMap(joinedBy));
    event.changes.forEach((change, nth) => {
      if (change.kind === 'use') this.use(change, changesOfUse(event.changes, nth));
      else this.change(this.numbers.inItsUse(change), { position, nth }, spoken, event.sender);
    });
    for (const [key, subject] of this.subjects) this.render(key, subject);
    for (const [key, subject] of this.numbers.settled(this.records)) this.subjects.set(key, subject);
  }

  absorb(other: Draft): void {
    for (const [key, record] of other.records) this.records.set(key, record);
    for (const [key, subject] of other.subjects) this.subjects.set(key, subject);
    this.numbers.absorb(other.numbers);
    this.warnings.push(...other.warnings);
  }

  /** What is stored of a record. */
  headOf(record: RecordKey): Head | undefined {
    return this.numbers.isNew(record) ? undefined : this.view.head(record);
  }

  private change(change: Exclude<Change, Use>, told: Told, spoken: Spoken, sender: string): void {
    switch (change.kind) {
      case 'put':
        this.put(change.record, change.patient, change.content);
        return;
      case 'remove':
        this.remove(change.record, change.patient);
        return;
      case 'default':
        if (!this.stands(change.record)) this.put(change.record, change.patient, change.content);
        return;
      case 'withdraw':
        this.withdraw(change);
        return;
      case 'merge-patch':
        this.patch(change.record, change.content);
        return;
      case 'identify':
        this.identify(change, told);
        return;
      case 'movement':
        this.move(change, spoken);
        return;
      case 'link':
        this.link(change, told);
        return;
      case 'unlink':
        this.unlink(change.patient, change.from);
        return;
      case 'relocate':
        this.relocate(change, told);
        return;
      case 'collection':
        this.collect(change, sender);
        return;
      case 'drain':
        throw new Error('a drain is no change of a record');
    }
  }

  private current(
    record: RecordKey,
  ): (Pick<Head, 'deleted' | 'patient'> & { readonly content?: Uint8Array }) | undefined {
    return this.records.get(record) ?? this.earlier?.records.get(record) ?? this.headOf(record);
  }

  private subject(key: RecordKey): Subject | undefined {
    return this.subjects.get(key) ?? this.earlier?.subjects.get(key) ?? this.view.subject(key);
  }

  private warn(warning: Warning | undefined): void {
    if (warning && !this.warnings.includes(warning)) this.warnings.push(warning);
  }

  /** Was anything told of it by an earlier event? */
  private isKnown(key: RecordKey): boolean {
    const earlier = this.earlier?.subjects.has(key) || this.earlier?.records.has(key);
    return earlier || this.view.subject(key) !== undefined || this.view.head(key) !== undefined;
  }

  private identify({ patient, edits }: Identify, told: Told): void {
    const word: PatientWord = { ...told, ...(this.joined.has(patient) && { ofNumber: true }), edits };
    this.subjects.set(patient, tellPatient(this.patientSubject, patient, word));
    const home = homeOf(this.patientSubject, patient, word);
    if (home === patient) return;
    this.warn(foldWarnings.patientReplaced);
    this.renderAgain([home]);
  }

  private renderAgain(patients: Iterable<RecordKey>): void {
    for (const key of patients) this.subjects.set(key, this.patientSubject(key));
  }

  private readonly patientSubject = (key: RecordKey): PatientSubject => {
    const subject = this.subject(key);
    return subject?.kind === 'patient' ? subject : nobody;
  };

  private use(told: Use, changes: readonly Change[]): void {
    const { subject, warnings } = this.numbers.tell(told, changes);
    if (subject) this.subjects.set(told.number, subject);
    this.warnings.push(...warnings);
  }

  private put(record: RecordKey, patient: RecordKey | undefined, content: Uint8Array): void {
    this.records.set(record, { content, deleted: false, ...patientOf(patient) });
  }

  private stands(record: RecordKey): boolean {
    const current = this.current(record);
    return current !== undefined && !current.deleted;
  }

  private withdraw({ record, patient, content }: Withdraw): void {
    const owner = this.stands(record) ? this.current(record)?.patient : undefined;
    if (owner && !areOnePerson(this.patientSubject, patient, owner)) return;
    if (content && !this.numbers.isAnothers) this.put(record, patient, content);
    else this.remove(record, patient);
  }

  /** Removing what is not there changes nothing: a DELETE is idempotent (FHIR R4, section 3.1.0.7). */
  private remove(record: RecordKey, patient: RecordKey | undefined): void {
    const current = this.current(record);
    if (current && !current.deleted)
      this.records.set(record, { content: nothing, deleted: true, ...patientOf(patient ?? current.patient) });
  }

  private patch(record: RecordKey, patch: Uint8Array): void {
    const current = this.current(record);
    if (!current || current.deleted) throw new FoldFault(`${record} is not there to be patched`);
    if (!current.content) throw new Error(`the content of ${record} was not loaded`);
    const patched = mergePatch(
      parseLossless(Buffer.from(current.content).toString('utf8')),
      parseLossless(Buffer.from(patch).toString('utf8')),
    );
    if (!isObject(patched) || patched['resourceType'] !== RecordKey.type(record))
      throw new FoldFault(`the patch would make ${record} another type of resource`);
    this.records.set(record, {
      content: bytesOf(patched),
      deleted: false,
      ...patientOf(patientIn(patched, record) ?? current.patient),
    });
  }

  private visitSubject(key: RecordKey): VisitSubject | undefined {
    const subject = this.subject(key);
    return subject?.kind === 'visit' ? subject : undefined;
  }

  private accountSubject(key: RecordKey): AccountSubject {
    const subject = this.subject(key);
    return subject?.kind === 'account' ? subject : { kind: 'account', visits: [], relocations: [] };
  }

  private move(change: Movement, spoken: Spoken): void {
    const { account, movement } = change;
    const before = this.visitSubject(change.visit);
    if (!beginsVisit(change) && !this.isKnown(change.visit)) this.warn(foldWarnings.visitUnknown);
    if (account && account !== before?.account) this.count(change.visit, account, before?.account);
    const named = account ? relocated(change.patient, this.accountSubject(account).relocations) : change.patient;
    const { mistaken, ...rest } = before ?? { ...untold, patient: named };
    const patient = this.ownerOf(rest, relocated(named, rest.relocations));
    // A message that names the patient whose visit it is may yet give it to another one, by an account that was relocated (A44).
    if (patient !== rest.patient && !areOnePerson(this.patientSubject, rest.patient, change.patient))
      this.warn(foldWarnings.visitNumberReused);
    const known: VisitSubject = { ...rest, patient, ...(account && { account }) };
    const speakOfVisit = (): void => {
      const told = tellVisit(known, change.visitEdits, spoken);
      this.subjects.set(change.visit, { ...told, ...(mistaken && { mistaken }) });
    };
    if (!movement) return speakOfVisit();
    if (isNumberReused(known.movements[movement.record], movement)) this.warn(foldWarnings.numberReused);
    const former = known.movements[movement.record] ?? this.fromOtherVisit(movement, known.patient);
    const meant = movement.action === 'cancel' ? takenBackBy(known, movement, former) : movement.record;
    if (!meant) this.warn(foldWarnings.cancelOfNothing);
    if (!meant && !leavesTrace(movement)) return speakOfVisit();
    const record = meant ?? movement.record;
    const said = record === movement.record ? movement : { ...movement, edits: [] };
    const told = tell(known.movements[record] ?? former, said, change.visitEdits, spoken);
    this.subjects.set(record, { kind: 'movement', visit: change.visit });
    const after = { ...known, movements: { ...known.movements, [record]: told } };
    this.warn(warningOfEnd(known, after, movement));
    this.subjects.set(change.visit, after);
  }

  /** A merge moves no visit: it stays with the number that it was told under, whichever of that person's numbers a message names. */
  private ownerOf({ patient }: VisitSubject, named: RecordKey): RecordKey {
    return areOnePerson(this.patientSubject, patient, named) ? patient : named;
  }

  /** Counts the visit in this account, and in no other. */
  private count(visit: RecordKey, account: RecordKey, former: RecordKey | undefined): void {
    if (former) {
      const { visits, ...rest } = this.accountSubject(former);
      this.subjects.set(former, { ...rest, visits: visits.filter((one) => one !== visit) });
    }
    const now = this.accountSubject(account);
    this.subjects.set(account, { ...now, visits: [...now.visits, visit] });
  }

  /**
   * A message may correct or cancel a movement that was told of another visit of the same person before: it is that visit's no longer,
   * and a visit of which nothing is left was a mistake. Another patient's movement under the same id is another movement, and so is a
   * new one: senders that number within the visit must not make a patient's earlier stays mistakes.
   */
  private fromOtherVisit(
    { record, action }: NonNullable<Movement['movement']>,
    patient: RecordKey,
  ): FoldedMovement | undefined {
    const owner = this.subject(record);
    const other = owner?.kind === 'movement' ? this.visitSubject(owner.visit) : undefined;
    const told = other?.movements[record];
    if (owner?.kind !== 'movement' || !other || !told) return undefined;
    if (!areOnePerson(this.patientSubject, patient, other.patient)) return undefined;
    if (action === 'insert') {
      this.warn(foldWarnings.numberReused);
      return undefined;
    }
    const { [record]: _taken, ...left } = other.movements;
    const isLast = Object.keys(left).length === 0;
    this.subjects.set(owner.visit, {
      ...other,
      movements: left,
      ...(isLast && { mistaken: membersOf(other, standingMovements(other)) }),
    });
    return told;
  }

  private link({ patient, into, as }: Link, told: Told): void {
    if (patient === into) throw new FoldFault(`${patient} cannot be linked with itself`);
    const linked =
      as === 'see-also'
        ? seenAlso(this.patientSubject, patient, into)
        : merged(this.patientSubject, { patient, into, ...told });
    if (as !== 'see-also' && !this.isKnown(patient)) this.warn(foldWarnings.mergeOfNothing);
    this.relink(linked, [patient, into]);
  }

  private unlink(patient: RecordKey, other: RecordKey): void {
    if (!areLinked(this.patientSubject, patient, other)) this.warn(foldWarnings.unmergeOfNothing);
    this.relink(unlinked(this.patientSubject, patient, other), [patient, other]);
  }

  /** Another merge may give any word that was told under one of their numbers to another of them. */
  private relink(changed: ReadonlyMap<RecordKey, PatientSubject>, patients: readonly RecordKey[]): void {
    const hasWords = (key: RecordKey): boolean => this.patientSubject(key).words !== undefined;
    const before = [...mergedWith(this.patientSubject, patients)];
    const hadWords = before.some(hasWords);
    for (const [key, subject] of changed) this.subjects.set(key, subject);
    const people = new Set([...before, ...mergedWith(this.patientSubject, patients)]);
    if (hadWords || [...people].some(hasWords)) this.renderAgain(people);
  }

  private relocate({ patient, from, what }: Relocate, told: Told): void {
    if (patient === from) throw new FoldFault(`what is ${from}'s cannot be given to ${patient}: they are one`);
    if (!what) {
      const [former, now] = [from, patient].map((key) => membersTold(this.patientSubject, key));
      const { words: _words, ...subject } = this.patientSubject(patient);
      // A number that was replaced has nothing to add: what it says that the living one does not was taken back since.
      const isStale = subject.replacedBy !== undefined && this.patientSubject(from).replacedBy === undefined;
      const members = { ...former, ...(isStale ? {} : now) };
      this.subjects.set(patient, { ...subject, members, upTo: told });
      this.link({ kind: 'link', patient: from, into: patient }, told);
      return;
    }
    const isVisit = RecordKey.type(what) === 'Encounter';
    if (isVisit ? !this.isKnown(what) : this.accountSubject(what).visits.length === 0)
      this.warn(foldWarnings.visitUnknown);
    const numbers = numbersOf(this.patientSubject, from);
    // What is given from one number of a person to another was told under that number; to somebody else, under any of them.
    const former = numbers.has(patient) ? [from] : [...numbers];
    if (RecordKey.type(what) === 'Account') {
      const account = this.accountSubject(what);
      this.subjects.set(what, { ...account, relocations: withRelocations(account.relocations, former, patient) });
      for (const visit of account.visits) this.relocateVisit(visit, former, patient);
      return;
    }
    this.relocateVisit(what, former, patient);
  }

  private relocateVisit(key: RecordKey, former: readonly RecordKey[], to: RecordKey): void {
    const visit = this.visitSubject(key) ?? { ...untold, patient: to };
    const relocations = withRelocations(visit.relocations, former, to);
    this.subjects.set(key, { ...visit, patient: relocated(visit.patient, relocations), relocations });
  }

  private collect(change: Collection, sender: string): void {
    const key = collectionKey(change.owner, change.name);
    const known = this.subject(key);
    const teller = change.application === undefined ? sender : `${sender} ${change.application}`;
    const { subject, gone } = toldNow(known?.kind === 'collection' ? known : undefined, change, teller);
    for (const record of gone) this.remove(record, undefined);
    for (const { record, content } of change.members) this.put(record, change.patient, content);
    // Most messages say what is known: nothing needs to be written then.
    if (subject !== known) this.subjects.set(key, subject);
  }

  private patientContent(key: RecordKey, subject: PatientSubject): Buffer {
    return bytesOf(renderPatient(key, { ...subject, members: membersTold(this.patientSubject, key) }));
  }

  private render(key: RecordKey, subject: Subject): void {
    switch (subject.kind) {
      case 'patient':
        this.records.set(key, { content: this.patientContent(key, subject), deleted: false, patient: key });
        return;
      case 'visit': {
        const isOwn = (movement: RecordKey): boolean => {
          const owner = this.subject(movement);
          return owner?.kind === 'movement' && owner.visit === key;
        };
        for (const [record, encounter] of renderVisit(key, subject, standingMovements(subject)))
          if (record === key || isOwn(record))
            this.records.set(record, { content: bytesOf(encounter), deleted: false, patient: subject.patient });
        return;
      }
      case 'movement':
      case 'account':
      case 'number':
      case 'collection':
        return;
    }
  }
}
