import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patientKey } from '../../../testing/src/builders/feed.js';
import { allRecords, fold, recordOf } from '../../../testing/src/builders/folded.js';
import type { Change, FoldMemory } from '../index.js';

const link = (a: number, b: number, as?: 'see-also'): Change => ({
  kind: 'link',
  patient: patientKey(a),
  into: patientKey(b),
  ...(as && { as }),
});
const unlink = (a: number, b: number): Change => ({ kind: 'unlink', patient: patientKey(a), from: patientKey(b) });
const named = (n: number, family: string): Change => ({
  kind: 'identify',
  patient: patientKey(n),
  edits: [{ op: 'set', member: 'name', value: [{ family }] }],
});

const numbers = [1, 2, 3, 4] as const;
const people = numbers.map((n) => named(n, `MODELE${n}`));

const linksOf = (state: FoldMemory, n: number): string[] =>
  ((recordOf(state, patientKey(n))?.['link'] ?? []) as { type: string; other: { reference: string } }[]).map(
    ({ type, other }) => `${type} ${other.reference.slice(-1)}`,
  );
/** Who is replaced by whom, as `1->2`. */
const merges = (state: FoldMemory): string =>
  numbers
    .flatMap((n) => linksOf(state, n).flatMap((one) => (one.startsWith('replaced-by') ? `${n}->${one.slice(-1)}` : [])))
    .join(' ');
const active = (state: FoldMemory): readonly number[] =>
  numbers.filter((n) => recordOf(state, patientKey(n))?.['active'] === true);

type Word = readonly ['merge' | 'see-also' | 'undo', number, number];
const pair = fc.tuple(fc.constantFrom(...numbers), fc.constantFrom(...numbers)).filter(([a, b]) => a !== b);
const word: fc.Arbitrary<Word> = fc
  .tuple(fc.constantFrom('merge', 'merge', 'merge', 'see-also', 'undo'), pair)
  .map(([what, [a, b]]) => [what as Word[0], a, b]);
const changeOf = ([what, a, b]: Word): Change =>
  what === 'undo' ? unlink(a, b) : link(a, b, what === 'merge' ? undefined : what);

/** Whom each is replaced by, said by someone who has all words before him and reads them from the last to the first. */
const mergesOf = (words: readonly Word[]): string => {
  const next: Partial<Record<number, number>> = {};
  const endOf = (n: number): number => (next[n] === undefined ? n : endOf(next[n]));
  const apart = new Set<number>();
  for (const [what, a, b] of words.toReversed()) {
    const two = Math.min(a, b) * 10 + Math.max(a, b);
    if (what === 'undo') apart.add(two);
    if (what === 'merge' && !apart.has(two) && next[a] === undefined && endOf(b) !== a) next[a] = b;
  }
  return numbers.flatMap((n) => (next[n] === undefined ? [] : `${n}->${next[n]}`)).join(' ');
};

describe('patients that are linked', () => {
  it('are what they were once the link is taken back, whatever merges they come from', () => {
    let undone = 0;
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), pair, fc.constantFrom('merge', 'see-also'), (words, [a, b], as) => {
        const history = [...people, ...words.map(changeOf)];
        const before = fold(history);
        // A37 takes back all that links the two.
        if (linksOf(before, a).some((one) => one.endsWith(` ${b}`))) return;
        undone++;
        const after = fold([...history, changeOf([as as Word[0], a, b]), unlink(b, a)]);
        expect(allRecords(after)).toEqual(allRecords(before));
      }),
      { numRuns: 600 },
    );
    expect(undone).toBeGreaterThan(200);
  });

  it('are what the merges that were not taken back come to, the newest word before the older', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 10 }), (words) => {
        const state = fold([...people, ...words.map(changeOf)]);
        expect(merges(state)).toBe(mergesOf(words));
        expect(active(state)).toEqual(numbers.filter((n) => !mergesOf(words).includes(`${n}->`)));
        for (const n of numbers)
          expect(
            linksOf(state, n)
              .filter((one) => one.startsWith('replaces '))
              .sort(),
          ).toEqual(
            numbers.filter((other) => mergesOf(words).includes(`${other}->${n}`)).map((other) => `replaces ${other}`),
          );
      }),
      { numRuns: 600 },
    );
  });

  it('form chains, and the newest word decides who lives when two merges contradict each other', () => {
    expect(merges(fold([...people, link(1, 2), link(2, 3)]))).toBe('1->2 2->3');
    const reversed = [...people, link(1, 2), link(2, 3), link(3, 1)];
    expect(merges(fold(reversed))).toBe('2->3 3->1');
    expect(active(fold(reversed))).toEqual([1, 4]);
    expect(merges(fold([...people, link(2, 3), link(1, 2), link(3, 1)]))).toBe('1->2 3->1');
  });

  it('are again what an overridden merge made them, once the newer one is taken back', () => {
    const reversed = [...people, link(1, 2), link(2, 3), link(3, 1)];
    expect(merges(fold([...reversed, unlink(1, 3)]))).toBe('1->2 2->3');
    expect(merges(fold([...reversed, unlink(2, 3)]))).toBe('1->2 3->1');
  });

  it('are replaced by one alone: the last who was told', () => {
    const twice = [...people, link(1, 2), link(1, 3)];
    expect(merges(fold(twice))).toBe('1->3');
    expect(linksOf(fold(twice), 2)).toEqual([]);
    expect(merges(fold([...twice, unlink(3, 1)]))).toBe('1->2');
    expect(merges(fold([...twice, unlink(2, 1)]))).toBe('1->3');
    expect(merges(fold([...twice, unlink(2, 1), unlink(1, 3)]))).toBe('');
  });

  it('do not grow with a merge that is told again and again', () => {
    const state = fold([...people, ...Array.from({ length: 50 }, () => link(1, 2))]);
    expect(state.subjects.get(patientKey(1))).toMatchObject({ merges: [{ position: 53 }] });
    expect(merges(fold([...people, link(1, 2), link(1, 3), link(1, 2)]))).toBe('1->2');
  });

  it('leave one who was merged already merged when another is merged into him: messages come late', () => {
    const state = fold([...people, link(1, 2), link(3, 1)]);
    expect(active(state)).toEqual([2, 4]);
  });

  it('are merged by one message with several of them, its last word counting', () => {
    expect(merges(fold([...people, [link(1, 4), link(2, 4), link(3, 4)]]))).toBe('1->4 2->4 3->4');
    expect(merges(fold([...people, [link(1, 4), link(4, 1), link(1, 3)]]))).toBe('1->3 4->1');
  });
});

describe('an identity under a new number (A47)', () => {
  const renumber = (from: number, to: number): Change => ({
    kind: 'relocate',
    patient: patientKey(to),
    from: patientKey(from),
  });
  const told = (n: number, members: Readonly<Record<string, string | null>>): Change => ({
    kind: 'identify',
    patient: patientKey(n),
    edits: Object.entries(members).map(([member, value]) =>
      value === null ? { op: 'clear', member } : { op: 'set', member, value },
    ),
  });
  const said = (state: FoldMemory, n: number): unknown => {
    const { birthDate, deceasedDateTime, gender } = recordOf(state, patientKey(n)) ?? {};
    return { birthDate, deceasedDateTime, gender };
  };
  const first = told(1, { birthDate: '1950', gender: 'male', deceasedDateTime: '2026-01-01' });

  it('is what it was, and its former number is replaced', () => {
    const state = fold([first, renumber(1, 2)]);
    expect(said(state, 2)).toEqual({ birthDate: '1950', gender: 'male', deceasedDateTime: '2026-01-01' });
    expect(merges(state)).toBe('1->2');
  });

  it('takes back to a number that it had what was told of it since, and of what was deleted nothing', () => {
    const since = told(2, { birthDate: '1951', deceasedDateTime: null });
    const stale = told(1, { birthDate: '1949' });
    const state = fold([first, renumber(1, 2), stale, since, renumber(2, 1)]);
    expect(said(state, 1)).toEqual({ birthDate: '1951', gender: 'male', deceasedDateTime: undefined });
    expect(merges(state)).toBe('2->1');
  });

  it('leaves a number that lives already its own word', () => {
    const state = fold([first, told(2, { birthDate: '1960' }), renumber(1, 2)]);
    expect(said(state, 2)).toEqual({ birthDate: '1960', gender: 'male', deceasedDateTime: '2026-01-01' });
  });
});
