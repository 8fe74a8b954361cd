import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anEvent, asRecorded, patientKey } from '../../../testing/src/builders/feed.js';
import { allRecords, fold, recordOf } from '../../../testing/src/builders/folded.js';
import {
  type Change,
  evolve,
  type FoldMemory,
  type MemberEdit,
  type Movement,
  type MovementNature,
  originalTimeline,
  RecordKey,
} from '../index.js';

const visit = RecordKey.of('Encounter', 'v1');
const patient = patientKey(1);

/** One message about one movement, as a sender tells it. */
interface Said {
  readonly movement: number;
  readonly action: 'insert' | 'update' | 'cancel';
  readonly nature: MovementNature;
  readonly hour: number;
  readonly place: number;
  readonly inpatient: boolean;
}

const at = (hour: number): string => new Date(Date.UTC(2026, 2, 10, hour)).toISOString();
const movementKey = (movement: number): RecordKey => RecordKey.of('Encounter', `m${movement}`);
/** Numbers of one and of two digits: their order is not that of their texts. */
const numbered = (movement: number): MemberEdit => ({
  op: 'set',
  member: 'identifier',
  value: [{ value: `${movement + 8}` }],
});
const hasPlace = (nature: MovementNature): boolean => ['admission', 'transfer', 'pre-admission'].includes(nature);

const placed = (place: number): MemberEdit => ({
  op: 'set',
  member: 'location',
  value: [{ location: { reference: `Location/uf${place}` } }],
});

const changeOf = (said: Said, over: Partial<Movement> = {}): Movement => ({
  kind: 'movement',
  visit,
  patient,
  visitEdits: [{ op: 'set', member: 'class', value: { code: said.inpatient ? 'IMP' : 'AMB' } }],
  ...over,
  movement: {
    action: said.action,
    record: movementKey(said.movement),
    nature: said.nature,
    ...(said.action !== 'cancel' && { start: at(said.hour) }),
    edits: [
      numbered(said.movement),
      ...(said.action !== 'cancel' && hasPlace(said.nature) ? [placed(said.place)] : []),
    ],
  },
});

/** What a person would say of a visit who has all messages before him, sorted: written apart from the fold. */
const modelOf = (messages: readonly Said[]) => {
  const last = new Map<number, Said & { taken: boolean }>();
  for (const said of messages) {
    const before = last.get(said.movement);
    const kept = said.action === 'cancel' && before ? before : said;
    last.set(said.movement, { ...kept, taken: said.action === 'cancel' });
  }
  const standing = [...last.values()]
    .filter(({ taken }) => !taken)
    .toSorted((a, b) => a.hour - b.hour || stage(a.nature) - stage(b.nature) || a.movement - b.movement);
  const plans = standing.filter(({ nature }) => nature === 'pre-admission');
  const happened = standing.filter(({ nature }) => nature !== 'pre-admission');
  const isNeverAdmitted = [...last.values()].some(({ nature, taken }) => nature === 'admission' && taken);
  const isHere = happened.some(({ nature }) => !['responsibility', 'discharge'].includes(nature));
  const moves = happened.filter(({ nature }) => nature !== 'responsibility' && (isHere || !isNeverAdmitted));
  const newest = moves.at(-1);
  const end = newest?.nature === 'discharge' ? newest.hour : undefined;
  const first = plans.length > 0 ? happened.indexOf(moves[0] as (typeof moves)[0]) : 0;
  const stay = newest ? happened.slice(first) : happened;
  let status = 'in-progress';
  if (newest) status = end !== undefined ? 'finished' : newest.nature === 'leave' ? 'onleave' : 'in-progress';
  else if (plans.length > 0) status = 'planned';
  else if (isNeverAdmitted) status = 'cancelled';
  else if (standing.length === 0 && [...last.values()].some(({ nature }) => nature === 'pre-admission'))
    status = 'cancelled';
  const begun = status === 'planned' ? plans[0] : (stay.find(({ nature }) => nature === 'admission') ?? stay[0]);
  const lain = status === 'planned' ? plans : stay.filter(({ nature }) => hasPlace(nature));
  return {
    status,
    start: status === 'cancelled' ? undefined : begun?.hour,
    end,
    inpatient: status === 'cancelled' ? undefined : (happened.at(-1) ?? plans.at(-1))?.inpatient,
    place: status === 'cancelled' ? undefined : lain.at(-1)?.place,
    taken: [...last.values()].filter(({ taken }) => taken).map(({ movement }) => movement),
  };
};

/** At one moment he is expected, then admitted, and leaves at last; all between is in the order of its numbers. */
const stage = (nature: MovementNature): number => {
  const stages: Partial<Record<MovementNature, number>> = { 'pre-admission': 0, admission: 1, discharge: 3 };
  return stages[nature] ?? 2;
};

const natures = [
  'pre-admission',
  'admission',
  'class',
  'transfer',
  'responsibility',
  'leave',
  'return',
  'discharge',
] as const;

/** What is told of one movement, in the order of its own corrections: an INSERT, then anything. */
const story = (movement: number): fc.Arbitrary<readonly Said[]> =>
  fc
    .tuple(
      fc.constantFrom(...natures),
      fc.array(
        fc.record({
          action: fc.constantFrom('insert', 'update', 'update', 'cancel') as fc.Arbitrary<Said['action']>,
          hour: fc.nat(12),
          place: fc.nat(2),
          inpatient: fc.boolean(),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    )
    .map(([nature, told]) =>
      told.map((one, index) => ({ ...one, movement, nature, action: index === 0 ? 'insert' : one.action })),
    );

const history = fc
  .integer({ min: 1, max: 6 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, movement) => story(movement))));

/** A mix of the stories in which each keeps its own order. */
const mixed = (stories: readonly (readonly Said[])[], turns: readonly number[]): Said[] => {
  const left = stories.map((one) => [...one]);
  const out: Said[] = [];
  for (const turn of turns) out.push(...(left[turn % left.length]?.splice(0, 1) ?? []));
  return [...out, ...left.flat()];
};

const anyTurns = fc.array(fc.nat(100), { minLength: 20, maxLength: 30 });

describe('a visit', () => {
  it('is what its movements say, in whatever order they arrive', () => {
    fc.assert(
      fc.property(history, anyTurns, anyTurns, (stories, one, other) => {
        const state = fold(mixed(stories, one).map((said) => changeOf(said)));
        const model = modelOf(mixed(stories, other));
        const whole = recordOf(state, visit);
        const places = (whole?.['location'] ?? []) as { location: { reference: string }; status: string }[];
        expect(whole).toMatchObject({ status: model.status });
        expect(whole?.['period'] ?? {}).toEqual({
          ...(model.start !== undefined && { start: at(model.start) }),
          ...(model.end !== undefined && { end: at(model.end) }),
        });
        if (model.inpatient !== undefined) expect(whole?.['class']).toEqual({ code: model.inpatient ? 'IMP' : 'AMB' });
        expect(places.at(-1)?.location.reference).toBe(
          model.place === undefined ? undefined : `Location/uf${model.place}`,
        );
        expect(places.filter(({ status }) => status === 'active').length).toBeLessThanOrEqual(1);
        for (const movement of model.taken)
          expect(recordOf(state, movementKey(movement))).toMatchObject({ status: 'cancelled' });
        const again = fold(mixed(stories, other).map((said) => changeOf(said)));
        expect(allRecords(again)).toEqual(allRecords(state));
      }),
      { numRuns: 400 },
    );
  });

  it('is as if a movement had never been told of, once that is taken back', () => {
    fc.assert(
      fc.property(history, story(9), anyTurns, (stories, extra, turns) => {
        const undone = [...extra, { ...(extra[0] as Said), action: 'cancel' as const }];
        const without = fold(stories.flat().map((said) => changeOf(said)));
        const taken = fold(mixed([...stories, undone], turns).map((said) => changeOf(said)));
        // A visit of which nothing stands tells at least which it was, by what was taken back; and whose admission is taken back was not.
        const model = modelOf(stories.flat());
        if (model.inpatient === undefined || modelOf([...stories.flat(), ...undone]).status !== model.status) return;
        const others = (state: FoldMemory): string[] =>
          allRecords(state).filter((record) => !record.startsWith(`${movementKey(9)} `));
        expect(others(taken)).toEqual(others(without));
      }),
      { numRuns: 200 },
    );
  });

  const said = (over: Partial<Said>): Said => ({
    movement: 1,
    action: 'insert',
    nature: 'admission',
    hour: 1,
    place: 1,
    inpatient: true,
    ...over,
  });

  it('keeps a movement that three messages tell of when one of them is taken back', () => {
    const state = fold([
      changeOf(said({ nature: 'transfer', hour: 3, place: 2 })),
      changeOf(said({ nature: 'medical-ward', hour: 3 })),
      changeOf(said({ nature: 'nursing-ward', hour: 3 })),
      changeOf(said({ nature: 'medical-ward', action: 'cancel' })),
    ]);
    expect(recordOf(state, movementKey(1))).toMatchObject({
      status: 'in-progress',
      type: [{ coding: [{ code: 'transfer' }] }],
      location: [{ location: { reference: 'Location/uf2' } }],
    });
    const gone = fold([
      changeOf(said({ nature: 'transfer' })),
      // Names a trigger that never told of it: it takes back all that was.
      changeOf(said({ nature: 'admission', action: 'cancel' })),
    ]);
    expect(recordOf(gone, movementKey(1))).toMatchObject({ status: 'cancelled' });
  });

  it('shows what is announced as planned, and as nothing that happened', () => {
    const state = fold([changeOf(said({})), changeOf(said({ movement: 2, nature: 'pending-discharge', hour: 5 }))]);
    expect(recordOf(state, visit)).toMatchObject({ status: 'in-progress', period: { start: at(1) } });
    expect(recordOf(state, movementKey(2))).toMatchObject({ status: 'planned' });
  });

  it('is not over when the patient is moved after a discharge that was told in advance', () => {
    const state = fold([
      changeOf(said({})),
      changeOf(said({ movement: 2, nature: 'discharge', hour: 5 })),
      changeOf(said({ movement: 3, nature: 'transfer', hour: 7, place: 2 })),
    ]);
    expect(recordOf(state, visit)).toMatchObject({ status: 'in-progress', period: { start: at(1) } });
    expect(recordOf(state, visit)?.['location']).toHaveLength(2);
  });

  it('gives a movement to the visit that a correction of it names', () => {
    const other = RecordKey.of('Encounter', 'v2');
    const state = fold([
      changeOf(said({})),
      changeOf(said({ movement: 2, nature: 'transfer', hour: 2, place: 2 })),
      changeOf(said({ movement: 2, nature: 'transfer', hour: 2, place: 2, action: 'update' }), { visit: other }),
    ]);
    expect(recordOf(state, movementKey(2))).toMatchObject({ partOf: { reference: other } });
    expect(JSON.stringify(recordOf(state, visit))).not.toContain('uf2');
    expect(JSON.stringify(recordOf(state, other))).toContain('uf2');
  });

  it("leaves another patient's movement of the same number alone", () => {
    const other = RecordKey.of('Encounter', 'v2');
    const state = fold([
      changeOf(said({ place: 1 })),
      changeOf(said({ place: 2, action: 'update' }), { visit: other, patient: patientKey(2) }),
    ]);
    expect(JSON.stringify(recordOf(state, visit))).toContain('uf1');
    expect(JSON.stringify(recordOf(state, other))).toContain('uf2');
  });
});

describe('an account given to another patient (A44)', () => {
  const account = RecordKey.of('Account', 'a1');
  const later = RecordKey.of('Encounter', 'v2');
  const subjectOf = (state: FoldMemory, key: RecordKey): unknown =>
    (recordOf(state, key)?.['subject'] as { reference?: string } | undefined)?.reference;
  const first: Said = { movement: 1, action: 'insert', nature: 'admission', hour: 1, place: 1, inpatient: true };
  const told = changeOf(first, { account });
  const late = changeOf({ ...first, movement: 2, hour: 2 }, { account, visit: later });
  const relocate: Change = { kind: 'relocate', patient: patientKey(2), from: patient, what: account };

  it('takes its visits along, told before or after, with their movements', () => {
    for (const order of [
      [told, late, relocate],
      [told, relocate, late],
      [relocate, told, late],
    ]) {
      const state = fold(order);
      expect([visit, later, movementKey(1), movementKey(2)].map((key) => subjectOf(state, key))).toEqual(
        Array.from({ length: 4 }, () => patientKey(2)),
      );
    }
  });

  it('comes back with the opposite word, and one visit can be given alone', () => {
    const back = fold([told, relocate, { ...relocate, patient, from: patientKey(2) }, late]);
    expect([subjectOf(back, visit), subjectOf(back, later)]).toEqual([patient, patient]);
    const one = fold([told, late, { ...relocate, what: visit }]);
    expect([subjectOf(one, visit), subjectOf(one, later)]).toEqual([patientKey(2), patient]);
  });

  it('makes no record of a visit that nobody told of', () => {
    expect(fold([{ ...relocate, what: visit }]).heads.size).toBe(0);
  });
});

describe('members that several fields have parts of', () => {
  const identify = (edits: Extract<Change, { kind: 'identify' }>['edits']): Change => ({
    kind: 'identify',
    patient,
    edits,
  });
  const phone = (value: string): unknown => ({ system: 'phone', value });

  it('are one list, each part with a field of its own to say it, in the order of the fields', () => {
    const state = fold([
      identify([{ op: 'set', member: 'telecom#14', value: [{ system: 'phone', value: '2' }] }]),
      identify([{ op: 'set', member: 'telecom#13', value: [{ system: 'phone', value: '1' }] }]),
    ]);
    expect(recordOf(state, patient)?.['telecom']).toEqual([phone('1'), phone('2')]);
    state.absorb(
      evolve(
        state,
        asRecorded([anEvent([identify([{ op: 'clear', member: 'telecom#13' }])])], 2)[0] as never,
        originalTimeline,
      ),
    );
    expect(recordOf(state, patient)?.['telecom']).toEqual([phone('2')]);
  });

  it('lose the contact point of the use and system that are named, and no other', () => {
    const [home, mobile, mail] = [
      { system: 'phone', use: 'home', value: '1' },
      { system: 'phone', use: 'mobile', value: '2' },
      { system: 'email', use: 'home', value: '3' },
    ];
    const state = fold([
      identify([{ op: 'set', member: 'telecom#13', value: [home, mobile, mail] as never }]),
      identify([{ op: 'drop', member: 'telecom#13', key: 'home|phone' }]),
    ]);
    expect(recordOf(state, patient)?.['telecom']).toEqual([mobile, mail]);
  });

  it('are members of a member', () => {
    const state = fold([
      identify([
        { op: 'set', member: 'contact.b', value: 1 },
        { op: 'set', member: 'contact.a', value: 2 },
      ]),
    ]);
    expect(JSON.stringify(recordOf(state, patient)?.['contact'])).toBe('{"a":2,"b":1}');
  });

  it('tell no boolean beside what says more', () => {
    const state = fold([
      identify([
        { op: 'set', member: 'deceasedDateTime', value: '2026-03-01' },
        { op: 'set', member: 'deceasedBoolean', value: true },
      ]),
    ]);
    expect(recordOf(state, patient)).toMatchObject({ deceasedDateTime: '2026-03-01' });
    expect(recordOf(state, patient)).not.toHaveProperty('deceasedBoolean');
  });
});

describe('what a message only suggests of a visit', () => {
  const suggest = (code: string, movement?: number): Movement => ({
    kind: 'movement',
    visit,
    patient,
    visitEdits: [{ op: 'default', member: 'class', value: { code } }],
    ...(movement && {
      movement: { action: 'cancel', record: movementKey(movement), nature: 'discharge', edits: [numbered(movement)] },
    }),
  });

  it('is kept once, however often it is told, and gives way to what is said', () => {
    const saysAmb: Movement = { ...suggest(''), visitEdits: [{ op: 'set', member: 'class', value: { code: 'AMB' } }] };
    for (const movement of [undefined, 1]) {
      const many = Array.from({ length: 30 }, () => suggest('IMP', movement));
      const subject = fold(many).subjects.get(visit);
      if (subject?.kind !== 'visit') throw new Error('no visit');
      const words = [subject.words, Object.values(subject.movements).flatMap((one) => one.words)].flat();
      expect(words.map((word) => ('edit' in word ? [word.edit] : word.visitEdits)).flat()).toHaveLength(1);
      expect(recordOf(fold(many), visit)).toMatchObject({ class: { code: 'IMP' } });
      for (const order of [
        [...many, saysAmb],
        [saysAmb, ...many],
      ])
        expect(recordOf(fold(order), visit)).toMatchObject({ class: { code: 'AMB' } });
    }
  });
});
