import type { MovementNature } from '#domain';
import { table } from '../message/table.js';

/** What an ADT trigger tells of: an identity, a merge of two, or a visit with (where it has a nature) a movement. */
export type Trigger =
  | { readonly family: 'identity' }
  | { readonly family: 'merge' }
  | {
      readonly family: 'visit';
      readonly movement?: { readonly nature: MovementNature; readonly action: 'insert' | 'cancel' };
      /** A trigger that only ZBE gives a meaning to. */
      readonly needsZbe?: true;
    };

const insert = (nature: MovementNature): Trigger => ({ family: 'visit', movement: { nature, action: 'insert' } });
const cancel = (nature: MovementNature): Trigger => ({ family: 'visit', movement: { nature, action: 'cancel' } });

/**
 * HL7 v2.5, chapter 3, and IHE PAM with its French extension (domain facts, section 2.1). A trigger that is not here is
 * recorded with its bytes and mapped to nothing.
 */
export const triggers = table<Trigger>({
  A28: { family: 'identity' },
  A31: { family: 'identity' },
  A34: { family: 'merge' },
  A40: { family: 'merge' },
  A01: insert('admission'),
  A02: insert('transfer'),
  A03: insert('discharge'),
  A04: insert('admission'),
  A05: insert('pre-admission'),
  A06: insert('class'),
  A07: insert('class'),
  A08: { family: 'visit' },
  A11: cancel('admission'),
  A12: cancel('transfer'),
  A13: cancel('discharge'),
  A21: insert('leave'),
  A22: insert('return'),
  A38: cancel('pre-admission'),
  A52: cancel('leave'),
  A53: cancel('return'),
  A54: insert('responsibility'),
  A55: cancel('responsibility'),
  Z99: { family: 'visit', needsZbe: true },
});

/** Nature of the movement that a trigger makes or cancels. */
export const natureOf = (trigger: string): MovementNature | undefined => {
  const known = triggers[trigger];
  return known?.family === 'visit' ? known.movement?.nature : undefined;
};
