import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anEvent, asRecorded, patientKey, resource } from '../../../testing/src/builders/feed.js';
import {
  type Change,
  type CollectionName,
  evolve,
  FoldMemory,
  Instant,
  originalTimeline,
  RecordKey,
} from '../index.js';
import { collectionMax, toldNow } from './collections.js';

const patient = patientKey(1);
const visit = RecordKey.of('Encounter', 'v1');

/** What one message of a sender tells of a list: members by their letters, and those that it removes by action code. */
interface Told {
  readonly sender: string;
  readonly owner: RecordKey;
  readonly name: CollectionName;
  readonly members: readonly string[];
  readonly removed?: readonly string[];
}

const keyOf = ({ owner, name }: Pick<Told, 'owner' | 'name'>, letter: string): RecordKey =>
  RecordKey.of('Condition', `${RecordKey.id(owner)}-${name}-${letter}`);

const changeOf = (told: Told): Change => ({
  kind: 'collection',
  owner: told.owner,
  patient,
  name: told.name,
  members: told.members.map((letter) => ({ record: keyOf(told, letter), content: resource(keyOf(told, letter)) })),
  ...(told.removed && { removed: told.removed.map((letter) => keyOf(told, letter)) }),
});

const fold = (all: readonly Told[]): FoldMemory => {
  const state = new FoldMemory(Instant.of(0));
  for (const event of asRecorded(all.map((told) => anEvent([changeOf(told)], { sender: told.sender }))))
    state.absorb(evolve(state, event, originalTimeline));
  return state;
};

const standing = (state: FoldMemory): readonly string[] =>
  [...state.heads].flatMap(([key, { deleted }]) => (deleted ? [] : [key])).sort();

/** Apart from the fold: what each sender says that there is, list by list. */
const expected = (all: readonly Told[]): readonly string[] => {
  const lists = new Map<string, ReadonlySet<string>>();
  for (const told of all) {
    const list = `${told.sender} ${told.owner} ${told.name}`;
    const before = told.removed === undefined ? [] : [...(lists.get(list) ?? [])];
    const removed = new Set((told.removed ?? []).map((letter) => keyOf(told, letter)));
    const now = told.members.map((letter) => keyOf(told, letter));
    lists.set(list, new Set([...before.filter((key) => !removed.has(key as RecordKey)), ...now]));
  }
  return [...new Set([...lists.values()].flatMap((keys) => [...keys]))].sort();
};

const letters = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 });
const anyTold: fc.Arbitrary<Told> = fc.record(
  {
    sender: fc.constantFrom('his', 'lab'),
    owner: fc.constantFrom(patient, visit),
    name: fc.constantFrom('allergies', 'conditions'),
    members: letters,
    removed: letters,
  },
  { requiredKeys: ['sender', 'owner', 'name', 'members'] },
);

const his = (members: string, removed?: string): Told => ({
  sender: 'his',
  owner: patient,
  name: 'allergies',
  members: members.split('').filter(Boolean),
  ...(removed !== undefined && { removed: removed.split('') }),
});
const lettersIn = (...all: readonly Told[]): string =>
  standing(fold(all))
    .map((key) => key.at(-1))
    .join('');

describe('a collection', () => {
  it('holds what its senders tell last, whatever they told before', () => {
    fc.assert(
      fc.property(fc.array(anyTold, { maxLength: 12 }), (all) => {
        expect(standing(fold(all))).toEqual(expected(all));
      }),
    );
  });

  it('told again makes no version', () => {
    fc.assert(
      fc.property(fc.array(anyTold, { maxLength: 6 }), anyTold, (all, last) => {
        const state = fold([...all, last]);
        const [, again] = asRecorded([anEvent([]), anEvent([changeOf(last)], { sender: last.sender })], 100);
        const { versions, subjects } = again
          ? evolve(state, again, originalTimeline)
          : { versions: undefined, subjects: [] };
        expect(versions).toEqual([]);
        // By action codes the order in which they were told may change.
        if (last.removed === undefined) expect(subjects).toEqual([]);
      }),
    );
  });

  it('told whole loses what is told no more; by action codes it loses only what they remove', () => {
    expect(lettersIn(his('abc'), his('b'))).toBe('b');
    expect(lettersIn(his('abc'), his(''))).toBe('');
    expect(lettersIn(his('abc'), his('d', 'a'))).toBe('bcd');
    expect(lettersIn(his('abc'), his('d', 'a'), his('d'))).toBe('d');
    expect(lettersIn(his('ab'), his('c', 'z'))).toBe('abc');
  });

  it('is each sender’s own: the shorter list of one takes nothing from another', () => {
    expect(lettersIn(his('ab'), { ...his('b'), sender: 'lab' }, his('b'))).toBe('b');
    expect(lettersIn(his('ab'), { ...his(''), sender: 'lab' })).toBe('ab');
    expect(lettersIn(his('ab'), { ...his('', 'a'), sender: 'lab' })).toBe('ab');
  });

  it('leaves a removed record gone, with its history and its patient', () => {
    const state = fold([his('ab'), his('a')]);
    expect(state.heads.get(keyOf(his(''), 'b'))).toMatchObject({ deleted: true, patient });
  });

  it('names its records while it waits behind a fault', () => {
    const state = new FoldMemory(Instant.of(0));
    const record = RecordKey.of('Observation', 'never-told');
    const fault: Change = { kind: 'merge-patch', record, patient, content: Buffer.from('{}') };
    const [first, second] = asRecorded([anEvent([fault]), anEvent([changeOf(his('a', 'b'))])]);
    if (first === undefined || second === undefined) throw new Error('two events');
    state.absorb(evolve(state, first, originalTimeline));
    const { outcome, records } = evolve(state, second, originalTimeline);
    expect({ outcome, records }).toEqual({ outcome: 'parked', records: [keyOf(his(''), 'a'), keyOf(his(''), 'b')] });
  });

  it('is bounded: of more than its limit the eldest are forgotten, and their records stand', () => {
    const all = Array.from({ length: collectionMax + 3 }, (_, n) => RecordKey.of('Condition', `c${n}`));
    const members = all.map((record) => ({ record, content: resource(record) }));
    const { subject } = toldNow(undefined, { members, removed: [] }, 'his');
    expect(subject.told['his']).toEqual(all.slice(3));
    expect(toldNow(subject, { members: [] }, 'his').gone).toEqual(all.slice(3));
  });
});
