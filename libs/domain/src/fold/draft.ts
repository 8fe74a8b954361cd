import { hash } from 'node:crypto';
import type { Change, Movement } from '../change.js';
import { isObject, type Json, mergePatch, parseLossless } from '../json.js';
import { type Head, RecordKey } from '../record.js';
import { editMembers } from './members.js';
import { renderPatient } from './render-patient.js';
import { renderVisit } from './render-visit.js';
import type { FoldView } from './state.js';
import type { PatientSubject, Subject, VisitSubject } from './subject.js';

/** Why an event cannot be applied: its patient waits. Names records, never their content. */
export class FoldFault extends Error {
  override readonly name = 'FoldFault';
}

export interface DraftedRecord {
  readonly content: Uint8Array;
  readonly deleted: boolean;
  readonly patient?: RecordKey;
}

const nothing = new Uint8Array(0);

/** By way of hex: `digest()` gives every hash an array buffer of its own, which costs twice the hashing and burdens the collector. */
export const hashOf = (content: Uint8Array): Buffer => Buffer.from(hash('sha256', content, 'hex'), 'hex');

const bytesOf = (value: Json): Buffer => Buffer.from(JSON.stringify(value), 'utf8');

const noOne: PatientSubject = { kind: 'patient', members: {}, replacedBy: [], replaces: [] };

const withKey = (keys: readonly RecordKey[], key: RecordKey): readonly RecordKey[] =>
  keys.includes(key) ? keys : [...keys, key];

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

  constructor(
    private readonly view: FoldView,
    private readonly earlier?: Draft,
  ) {}

  /** Throws FoldFault; the draft is then of no use. */
  make(changes: readonly Change[]): void {
    for (const change of changes) this.change(change);
    for (const [key, subject] of this.subjects) this.render(key, subject);
  }

  absorb(other: Draft): void {
    for (const [key, record] of other.records) this.records.set(key, record);
    for (const [key, subject] of other.subjects) this.subjects.set(key, subject);
  }

  private change(change: Change): void {
    switch (change.kind) {
      case 'put':
        this.records.set(change.record, { content: change.content, deleted: false, ...patientOf(change.patient) });
        return;
      case 'remove':
        this.remove(change.record, change.patient);
        return;
      case 'merge-patch':
        this.patch(change.record, change.content);
        return;
      case 'identify': {
        const known = this.patientSubject(change.patient);
        this.subjects.set(change.patient, { ...known, members: editMembers(known.members, change.edits) });
        return;
      }
      case 'movement':
        this.move(change);
        return;
      case 'link':
        this.link(change.patient, change.into);
        return;
      case 'drain':
        throw new Error('a drain is no change of a record');
    }
  }

  private current(
    record: RecordKey,
  ): (Pick<Head, 'deleted' | 'patient'> & { readonly content?: Uint8Array }) | undefined {
    return this.records.get(record) ?? this.earlier?.records.get(record) ?? this.view.head(record);
  }

  private subject(key: RecordKey): Subject | undefined {
    return this.subjects.get(key) ?? this.earlier?.subjects.get(key) ?? this.view.subject(key);
  }

  private patientSubject(key: RecordKey): PatientSubject {
    const subject = this.subject(key);
    return subject?.kind === 'patient' ? subject : noOne;
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

  private move(change: Movement): void {
    const subject = this.subject(change.visit);
    const known: VisitSubject =
      subject?.kind === 'visit' ? subject : { kind: 'visit', patient: change.patient, members: {}, movements: {} };
    const { movement } = change;
    const before = movement && known.movements[movement.record];
    this.subjects.set(change.visit, {
      kind: 'visit',
      patient: change.patient,
      members: editMembers(known.members, change.visitEdits),
      movements: movement
        ? {
            ...known.movements,
            [movement.record]: {
              nature: movement.nature,
              start: movement.start ?? before?.start ?? '',
              cancelled: movement.action === 'cancel',
              members: editMembers(before?.members ?? {}, movement.edits),
            },
          }
        : known.movements,
    });
  }

  private link(patient: RecordKey, into: RecordKey): void {
    if (patient === into) throw new FoldFault(`${patient} cannot be replaced by itself`);
    const merged = this.patientSubject(patient);
    this.subjects.set(patient, { ...merged, replacedBy: withKey(merged.replacedBy, into) });
    const survivor = this.patientSubject(into);
    this.subjects.set(into, { ...survivor, replaces: withKey(survivor.replaces, patient) });
  }

  private render(key: RecordKey, subject: Subject): void {
    switch (subject.kind) {
      case 'patient':
        this.records.set(key, { content: bytesOf(renderPatient(key, subject)), deleted: false, patient: key });
        return;
      case 'visit':
        for (const [record, encounter] of renderVisit(key, subject))
          this.records.set(record, { content: bytesOf(encounter), deleted: false, patient: subject.patient });
        return;
    }
  }
}
