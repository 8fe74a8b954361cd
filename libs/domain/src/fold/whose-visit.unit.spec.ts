import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anEvent, asRecorded, patientKey } from '../../../testing/src/builders/feed.js';
import { allRecords, fold, recordOf } from '../../../testing/src/builders/folded.js';
import {
  type Change,
  evolve,
  FoldMemory,
  Instant,
  type Movement,
  namedBy,
  originalTimeline,
  RecordKey,
} from '../index.js';

const visitKey = (n: number): RecordKey => RecordKey.of('Encounter', `v${n}`);
const movementKey = (n: number): RecordKey => RecordKey.of('Encounter', `m${n}`);
const accountKey = (n: number): RecordKey => RecordKey.of('Account', `n${n}`);

interface Said {
  readonly visit: number;
  readonly patient: number;
  readonly movement: number;
  readonly action?: 'insert' | 'update' | 'cancel';
  readonly account?: number;
}

/** An admission, as a message of this patient tells it. */
const told = ({ visit, patient, movement, action = 'insert', account }: Said): Movement => ({
  kind: 'movement',
  visit: visitKey(visit),
  patient: patientKey(patient),
  ...(account && { account: accountKey(account) }),
  visitEdits: [{ op: 'set', member: 'identifier', value: [{ value: `visit ${visit}` }] }],
  movement: { action, record: movementKey(movement), nature: 'admission', start: '2026-03-10T08:00:00Z', edits: [] },
});
const merge = (a: number, b: number): Change => ({ kind: 'link', patient: patientKey(a), into: patientKey(b) });
const unmerge = (a: number, b: number): Change => ({ kind: 'unlink', patient: patientKey(a), from: patientKey(b) });
const give = (from: number, to: number, what: RecordKey): Change => ({
  kind: 'relocate',
  patient: patientKey(to),
  from: patientKey(from),
  what,
});

const referenceOf = (state: FoldMemory, key: RecordKey, member: string): string =>
  String((recordOf(state, key)?.[member] as { reference?: string } | undefined)?.reference);
const ownerOf = (state: FoldMemory, n: number): number => Number(referenceOf(state, visitKey(n), 'subject').slice(-1));
const visitOf = (state: FoldMemory, movement: number): string => referenceOf(state, movementKey(movement), 'partOf');
const statusOf = (state: FoldMemory, n: number): unknown => recordOf(state, visitKey(n))?.['status'];

describe('a visit of a patient who was merged', () => {
  const begun = told({ visit: 1, patient: 1, movement: 1 });
  const underSurvivor = told({ visit: 1, patient: 2, movement: 2 });

  it('stays with the number under which it was told, and is there when the merge is taken back', () => {
    expect(ownerOf(fold([begun, merge(1, 2), underSurvivor]), 1)).toBe(1);
    expect(ownerOf(fold([begun, merge(1, 2), underSurvivor, unmerge(2, 1)]), 1)).toBe(1);
    expect(ownerOf(fold([begun, merge(1, 2), underSurvivor, told({ visit: 1, patient: 1, movement: 3 })]), 1)).toBe(1);
    expect(ownerOf(fold([begun, merge(1, 3), merge(3, 2), underSurvivor]), 1)).toBe(1);
    const sibling = [begun, merge(1, 3), merge(2, 3), underSurvivor];
    expect(ownerOf(fold(sibling), 1)).toBe(1);
  });

  it('is given to a patient whom a message names and who is somebody else, or is so again', () => {
    expect(ownerOf(fold([begun, underSurvivor]), 1)).toBe(2);
    expect(ownerOf(fold([begun, merge(1, 2), unmerge(1, 2), underSurvivor]), 1)).toBe(2);
    const seeAlso: Change = { kind: 'link', patient: patientKey(1), into: patientKey(2), as: 'see-also' };
    expect(ownerOf(fold([begun, seeAlso, underSurvivor]), 1)).toBe(2);
  });

  it('is never moved by merges and what is told under them, whatever they are', () => {
    const number = fc.integer({ min: 1, max: 4 });
    const word = fc.tuple(fc.constantFrom('merge', 'merge', 'tell', 'tell', 'undo'), number, number);
    let underOther = 0;
    fc.assert(
      fc.property(fc.array(word, { minLength: 6, maxLength: 14 }), (words) => {
        const people = [1, 2, 3, 4];
        const history: Change[] = people.map((n) => told({ visit: n, patient: n, movement: n }));
        const merges: (readonly [number, number])[] = [];
        const areOne = (a: number, b: number): boolean => {
          const seen = new Set([a]);
          const state = fold(history);
          for (const one of seen)
            for (const { other } of (recordOf(state, patientKey(one))?.['link'] ?? []) as {
              other: { reference: string };
            }[])
              seen.add(Number(other.reference.slice(-1)));
          return seen.has(b);
        };
        for (const [what, a, b] of words) {
          if (what === 'tell' && areOne(a, b)) {
            if (a !== b) underOther++;
            history.push(told({ visit: a, patient: b, movement: 10 + history.length }));
          } else if (what === 'merge' && a !== b) {
            merges.push([a, b]);
            history.push(merge(a, b));
          } else if (what === 'undo' && a !== b) history.push(unmerge(a, b));
        }
        const undone = fold([...history, ...merges.map(([a, b]) => unmerge(a, b))]);
        for (const n of people) expect([ownerOf(fold(history), n), ownerOf(undone, n)]).toEqual([n, n]);
      }),
      { numRuns: 120 },
    );
    expect(underOther).toBeGreaterThan(40);
  });

  it('goes to somebody else whatever number of the person it was told under (A44), and so does what comes late', () => {
    const account = accountKey(1);
    const counted = told({ visit: 1, patient: 1, movement: 1, account: 1 });
    const late = [1, 2].map((patient) => told({ visit: 1 + patient, patient, movement: 1 + patient, account: 1 }));
    const state = fold([counted, merge(1, 2), give(2, 3, account), ...late]);
    expect([1, 2, 3].map((n) => ownerOf(state, n))).toEqual([3, 3, 3]);
    expect(ownerOf(fold([counted, merge(1, 2), give(2, 3, visitKey(1)), counted]), 1)).toBe(3);
    expect(ownerOf(fold([counted, merge(1, 2), give(1, 2, visitKey(1)), unmerge(1, 2)]), 1)).toBe(2);
  });
});

describe('a visit number that comes back for another patient', () => {
  /** How often each message was said to take the visit from somebody else. */
  const takenIn = (messages: readonly (Change | readonly Change[])[]): readonly number[] => {
    const state = new FoldMemory(Instant.of(0));
    return asRecorded(messages.map((one) => anEvent('kind' in one ? [one] : one))).map((event) => {
      const effects = evolve(state, event, originalTimeline);
      state.absorb(effects);
      return effects.warnings.filter(({ code }) => code === 'visit-number-reused').length;
    });
  };
  const account = accountKey(1);
  const begun = told({ visit: 1, patient: 1, movement: 1, account: 1 });
  const { movement: _none, ...spoken } = told({ visit: 1, patient: 2, movement: 2 });

  it.each([
    ['an admission', told({ visit: 1, patient: 2, movement: 2 })],
    ['the same movement', told({ visit: 1, patient: 2, movement: 1 })],
    ['a correction', told({ visit: 1, patient: 2, movement: 2, action: 'update' })],
    ['a cancel', told({ visit: 1, patient: 2, movement: 1, action: 'cancel' })],
    ['no movement (A08)', spoken],
  ])('belongs to him, and is told: %s', (_what, taking) => {
    expect(takenIn([begun, taking])).toEqual([0, 1]);
    expect(ownerOf(fold([begun, taking]), 1)).toBe(2);
    expect(takenIn([begun, taking, taking, begun])).toEqual([0, 1, 0, 1]);
    expect(takenIn([begun, merge(1, 2), unmerge(1, 2), taking])).toEqual([0, 0, 0, 1]);
    expect(takenIn([begun, merge(1, 3), taking])).toEqual([0, 0, 1]);
    // Given to a third one before: it is taken from him.
    expect(takenIn([begun, give(1, 3, visitKey(1)), taking])).toEqual([0, 0, 1]);
  });

  it('is not said where a merge made the two one person, or a relocation (A44, A45) gave him the visit', () => {
    const other = told({ visit: 1, patient: 2, movement: 2 });
    for (const messages of [
      [begun, begun],
      [begun, merge(1, 2), other],
      [begun, merge(1, 3), merge(2, 3), other],
      [begun, [merge(2, 1), other]],
      [begun, give(1, 2, visitKey(1)), begun, other],
      [begun, give(1, 2, account), begun, other],
      [begun, [give(1, 2, visitKey(1)), other]],
      // The account was given away before the visit was told of it.
      [told({ visit: 1, patient: 1, movement: 1 }), give(1, 2, account), begun],
      [begun, told({ visit: 2, patient: 2, movement: 2 })],
    ])
      expect(takenIn(messages).filter((times) => times > 0)).toEqual([]);
  });
});

describe('what was given to another patient (A44)', () => {
  it('names him, so that a follower knows him when a late message of the former patient gives it to him', () => {
    for (const what of [visitKey(1), accountKey(1)]) {
      const state = fold([
        told({ visit: 1, patient: 1, movement: 1, account: 1 }),
        give(1, 2, what),
        told({ visit: 1, patient: 3, movement: 1 }),
      ]);
      const subject = state.subjects.get(what);
      expect(subject && namedBy(subject).subjects).toContain(patientKey(2));
    }
  });
});

describe('a visit that is counted in another account', () => {
  const first = told({ visit: 1, patient: 1, movement: 1, account: 1 });
  const second = { ...first, account: accountKey(2) };

  it('leaves the one in which it was, and is given away with its new one alone', () => {
    expect(ownerOf(fold([first, second, give(1, 2, accountKey(1))]), 1)).toBe(1);
    expect(ownerOf(fold([first, second, give(1, 2, accountKey(2))]), 1)).toBe(2);
    expect(ownerOf(fold([first, second, first, give(1, 2, accountKey(1))]), 1)).toBe(2);
  });

  it('stays where it is counted when a message names no account', () => {
    const { account: _none, ...silent } = second;
    expect(ownerOf(fold([first, silent, give(1, 2, accountKey(1))]), 1)).toBe(2);
  });
});

describe('a movement that is corrected as one of another visit of the same person', () => {
  const begun = told({ visit: 1, patient: 1, movement: 1 });
  const other = (action: Said['action'], patient = 1): Movement =>
    told({ visit: 2, patient, movement: 1, ...(action && { action }) });

  it('counts there alone, and a visit of which nothing is left was entered in error', () => {
    for (const [action, status] of [
      ['update', 'in-progress'],
      ['cancel', 'cancelled'],
    ] as const) {
      const state = fold([begun, other(action)]);
      expect([statusOf(state, 1), statusOf(state, 2), visitOf(state, 1)]).toEqual([
        'entered-in-error',
        status,
        visitKey(2),
      ]);
      expect(recordOf(state, visitKey(1))).toMatchObject({ identifier: [{ value: 'visit 1' }] });
      expect(recordOf(state, visitKey(1))).not.toHaveProperty('period');
    }
  });

  it('is another movement where it is told anew: a number that begins again in each visit takes no earlier stay away', () => {
    const state = fold([begun, other('insert')]);
    expect([statusOf(state, 1), statusOf(state, 2)]).toEqual(['in-progress', 'in-progress']);
  });

  it('makes the visit what it was when it comes back, or when another one is told of it', () => {
    const back = [begun, other('update'), { ...begun, movement: { ...begun.movement, action: 'update' } } as Movement];
    expect(recordOf(fold(back), visitKey(1))).toEqual(recordOf(fold([begun]), visitKey(1)));
    expect(statusOf(fold(back), 2)).toBe('entered-in-error');
    const anew = fold([begun, other('update'), told({ visit: 1, patient: 1, movement: 5 })]);
    expect([statusOf(anew, 1), statusOf(anew, 2)]).toEqual(['in-progress', 'in-progress']);
  });

  it('leaves the visit its other movements, and says no more than before of one that was spoken of alone', () => {
    const state = fold([begun, told({ visit: 1, patient: 1, movement: 3 }), other('update')]);
    expect(statusOf(state, 1)).toBe('in-progress');
    const { movement: _none, ...spoken } = begun;
    expect(statusOf(fold([spoken]), 1)).toBe('in-progress');
    expect(statusOf(fold([begun, other('update'), spoken]), 1)).toBe('entered-in-error');
  });

  it('is taken under any number of the person, and of nobody else', () => {
    const linked = fold([begun, merge(1, 2), other('update', 2)]);
    expect([statusOf(linked, 1), statusOf(linked, 2)]).toEqual(['entered-in-error', 'in-progress']);
    const apart = fold([begun, other('update', 2)]);
    expect([statusOf(apart, 1), statusOf(apart, 2)]).toEqual(['in-progress', 'in-progress']);
    const later = fold([begun, other('insert', 2), merge(1, 2), { ...begun }, other('update', 2)]);
    expect([statusOf(later, 1), statusOf(later, 2)]).toEqual(['in-progress', 'in-progress']);
  });

  it('is given away with the visit that it left in error', () => {
    const state = fold([{ ...begun, account: accountKey(1) }, other('update'), give(1, 2, accountKey(1))]);
    expect([ownerOf(state, 1), statusOf(state, 1), ownerOf(state, 2)]).toEqual([2, 'entered-in-error', 1]);
    expect(allRecords(state).length).toBe(3);
  });
});
