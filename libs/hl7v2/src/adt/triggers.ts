import type { MovementNature } from '#domain';
import { table } from '../message/table.js';

/** What is done with a message, whichever trigger brought it. */
export type Family =
  | 'identity'
  | 'visit'
  | 'merge'
  | 'link'
  | 'unlink'
  | 'move-account'
  | 'move-visit'
  | 'change-identifiers'
  | 'change-numbers';

export interface Trigger {
  readonly family: Family;
  /** What happened in the hospital. */
  readonly event: string;
  /** What the trigger itself says of a movement, where it says anything. */
  readonly movement?: { readonly nature: MovementNature; readonly action: 'insert' | 'cancel' };
  /** Only ZBE gives it a meaning. */
  readonly needsZbe?: true;
  /** In no transaction of IHE PAM France, or excluded there: taken all the same. */
  readonly notFrench?: true;
}

const insert = (nature: MovementNature, event: string): Trigger => ({
  family: 'visit',
  event,
  movement: { nature, action: 'insert' },
});
const cancel = (nature: MovementNature, event: string): Trigger => ({
  family: 'visit',
  event,
  movement: { nature, action: 'cancel' },
});
const elsewhere = (family: Family, event: string): Trigger => ({ family, event, notFrench: true });

/**
 * HL7 v2.5, chapter 3, and IHE PAM with its French extension (domain facts, section 2.1). The mapping does what this table says, and
 * docs/conformance.md is printed from it. A trigger that is not here is recorded with its bytes and mapped to nothing.
 */
export const triggers = table<Trigger>({
  A01: insert('admission', 'admission of an inpatient'),
  A02: insert('transfer', 'transfer; by ZBE-9 a change of medical or nursing ward alone'),
  A03: insert('discharge', 'discharge, end of the visit'),
  A04: insert('admission', 'registration of an outpatient or emergency'),
  A05: insert('pre-admission', 'pre-admission'),
  A06: insert('class', 'change of class to inpatient'),
  A07: insert('class', 'change of class to outpatient'),
  A08: { family: 'visit', event: 'update of a visit (excluded in France, sent all the same)', notFrench: true },
  A09: { family: 'visit', event: 'departure, tracking' },
  A10: { family: 'visit', event: 'arrival, tracking' },
  A11: cancel('admission', 'admission or registration cancelled'),
  A12: cancel('transfer', 'transfer cancelled'),
  A13: cancel('discharge', 'discharge cancelled'),
  A14: insert('pending-admission', 'admission announced'),
  A15: insert('pending-transfer', 'transfer announced'),
  A16: insert('pending-discharge', 'discharge announced'),
  A18: elsewhere('merge', 'merge of patients (v2.2)'),
  A21: insert('leave', 'leave of absence'),
  A22: insert('return', 'return from leave'),
  A24: { family: 'link', event: 'two identities are told to be one person' },
  A25: cancel('pending-discharge', 'announced discharge cancelled'),
  A26: cancel('pending-transfer', 'announced transfer cancelled'),
  A27: cancel('pending-admission', 'announced admission cancelled'),
  A28: { family: 'identity', event: 'patient created' },
  A30: elsewhere('merge', 'merge of persons'),
  A31: { family: 'identity', event: 'patient updated' },
  A32: { family: 'visit', event: 'arrival cancelled, tracking' },
  A33: { family: 'visit', event: 'departure cancelled, tracking' },
  A34: elsewhere('merge', 'merge of patients (v2.3)'),
  A35: elsewhere('change-numbers', 'merge of accounts (v2.3)'),
  A36: elsewhere('merge', 'merge of patients and accounts (v2.3)'),
  A37: { family: 'unlink', event: 'two identities are no longer told to be one person' },
  A38: cancel('pre-admission', 'pre-admission cancelled'),
  A39: elsewhere('merge', 'merge of persons'),
  A40: { family: 'merge', event: 'merge of patients' },
  A41: elsewhere('change-numbers', 'merge of accounts'),
  A42: elsewhere('change-numbers', 'merge of visits'),
  A43: elsewhere('change-identifiers', 'identifiers moved to another patient'),
  A44: { family: 'move-account', event: 'account moved to another patient' },
  A45: elsewhere('move-visit', 'visit moved to another patient or account'),
  A47: { family: 'change-identifiers', event: 'identifiers changed' },
  A49: { family: 'change-numbers', event: 'account number changed' },
  A50: elsewhere('change-numbers', 'visit number changed'),
  A52: cancel('leave', 'leave of absence cancelled'),
  A53: cancel('return', 'return from leave cancelled'),
  A54: insert('responsibility', 'change of attending doctor'),
  A55: cancel('responsibility', 'change of attending doctor cancelled'),
  Z80: insert('medical-ward', 'change of medical ward'),
  Z81: cancel('medical-ward', 'change of medical ward cancelled'),
  Z82: { family: 'visit', event: 'French movement that ZBE alone describes', needsZbe: true },
  Z83: { family: 'visit', event: 'French movement that ZBE alone describes', needsZbe: true },
  Z84: insert('nursing-ward', 'change of nursing ward'),
  Z85: cancel('nursing-ward', 'change of nursing ward cancelled'),
  Z99: { family: 'visit', event: 'movement updated', needsZbe: true },
});

/** Nature of the movement that a trigger makes or cancels. */
export const natureOf = (trigger: string): MovementNature | undefined => triggers[trigger]?.movement?.nature;
