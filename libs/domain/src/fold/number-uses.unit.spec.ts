import { describe, expect, it } from 'vitest';
import { anEvent, asRecorded, patientKey, put } from '../../../testing/src/builders/feed.js';
import {
  type Change,
  type Effects,
  evolve,
  FoldMemory,
  Instant,
  originalTimeline,
  Position,
  RecordKey,
  type Use,
} from '../index.js';
import { recordsMax, usesMax } from './number-uses.js';

const number = RecordKey.of('DiagnosticReport', 'n1');
const [she, he] = [patientKey('she'), patientKey('he')];
const result = (id: string | number): RecordKey => RecordKey.of('Observation', `o${id}`);

const use = (patient: RecordKey, over: Partial<Use> = {}): Use => ({
  kind: 'use',
  number,
  patient,
  status: 'final',
  place: 'OBR[1]-3',
  ...over,
});
const told = (patient: RecordKey, value: number, over: Partial<Use> = {}, id: string | number = 1): Change[] => [
  use(patient, over),
  put(result(id), { value }, patient),
];

const folded = (...messages: readonly (readonly Change[])[]): { state: FoldMemory; effects: Effects[] } => {
  const state = new FoldMemory(Instant.of(0));
  const effects = asRecorded(messages.map((changes) => anEvent(changes))).map((event) => {
    const done = evolve(state, event, originalTimeline);
    state.absorb(done);
    return done;
  });
  return { state, effects };
};
const standing = ({ state }: ReturnType<typeof folded>): Record<string, unknown> =>
  Object.fromEntries(
    [...state.heads]
      .filter(([, { deleted }]) => !deleted)
      .map(([key, { content }]) => [
        key,
        (JSON.parse(Buffer.from(content ?? '').toString()) as { value: unknown }).value,
      ]),
  );
const warned = ({ effects }: ReturnType<typeof folded>): readonly number[] =>
  effects.flatMap(({ warnings }, index) => warnings.map(() => index));
const usesOf = ({ state }: ReturnType<typeof folded>) => {
  const subject = state.subject(number);
  return subject?.kind === 'number' ? subject.uses : [];
};

describe('the uses of a number', () => {
  it('that was told before its uses were kept begin with the patient whose its records are', () => {
    const before = [put(result(1), { value: 1 }, she)];
    const anothers = folded(before, told(he, 2));
    expect(standing(anothers)).toEqual({ 'Observation/o1': 1, 'Observation/o1.2': 2 });
    expect(warned(anothers)).toEqual([1]);
    const hers = folded(before, told(she, 2));
    expect(standing(hers)).toEqual({ 'Observation/o1': 2 });
    expect(warned(hers)).toEqual([]);
    const removed = folded(before, [{ kind: 'remove', record: result(1) }], told(he, 2));
    expect([standing(removed), warned(removed)]).toEqual([{ 'Observation/o1': 2 }, []]);
  });

  it('hold only the changes behind them, up to the next one', () => {
    const other = RecordKey.of('DiagnosticReport', 'n2');
    const both = (patient: RecordKey, value: number): Change[] => [
      put(result('free'), { value }, patient),
      ...told(patient, value),
      use(patient, { number: other, placer: String(value) }),
      put(result(2), { value }, patient),
    ];
    expect(standing(folded(both(she, 1), both(he, 2)))).toEqual({
      'Observation/ofree': 2,
      'Observation/o1': 1,
      'Observation/o2': 1,
      'Observation/o1.2': 2,
      'Observation/o2.2': 2,
    });
  });

  it('name each other’s records in their own form, whole values only', () => {
    const report: Change = {
      kind: 'put',
      record: number,
      patient: he,
      content: Buffer.from(
        '{"resourceType":"DiagnosticReport","id":"n1","result":[{"reference":"Observation/o1"}],' +
          '"conclusion":"see \\"Observation/o1\\" and Observation/o1","n":1.30}',
      ),
    };
    const { state } = folded(told(she, 1), [...told(he, 2), report]);
    expect(Buffer.from(state.heads.get(RecordKey.of('DiagnosticReport', 'n1.2'))?.content ?? '').toString()).toBe(
      '{"resourceType":"DiagnosticReport","id":"n1.2","result":[{"reference":"Observation/o1.2"}],' +
        '"conclusion":"see \\"Observation/o1\\" and Observation/o1","n":1.30}',
    );
  });

  it('of two patients in one message do not change each other’s references', () => {
    const germ = (patient: RecordKey): Change[] => told(patient, 1);
    const explained = (patient: RecordKey): Change[] => [
      use(patient, { number: RecordKey.of('DiagnosticReport', 'n2') }),
      put(result(2), { derivedFrom: [{ reference: result(1) }] }, patient),
    ];
    const { state } = folded([...germ(she), ...germ(he), ...explained(she), ...explained(he)]);
    const from = (id: string): string => Buffer.from(state.heads.get(result(id))?.content ?? '').toString();
    expect(from('2')).toContain('"reference":"Observation/o1"');
    expect(from('2.2')).toContain('"reference":"Observation/o1.2"');
  });

  it('are meant by the placer, else by the moment, else by a result; of what names none of these, the newest is meant', () => {
    const days = [1, 2, 3].map((day) => ({ collected: `2026-03-0${day}T08:00:00+01:00` }));
    const [first, second, third] = days;
    const all = days.map((day, index) => told(she, index, { ...day, placer: `P${index}` }));
    expect(standing(folded(...all, told(she, 9, second)))).toMatchObject({ 'Observation/o1.2': 9 });
    expect(standing(folded(...all, told(she, 9, { ...second, placer: 'P0' })))).toMatchObject({ 'Observation/o1': 9 });
    expect(standing(folded(...all, told(she, 9, { placer: 'P0' })))).toMatchObject({ 'Observation/o1': 9 });
    expect(standing(folded(...all, told(she, 9, {}, 'new')))).toMatchObject({ 'Observation/onew.3': 9 });
    expect(standing(folded(...all, told(she, 9, third)))).toMatchObject({ 'Observation/o1.3': 9 });
    expect(standing(folded(...all, told(she, 9, { ...first, placer: 'P9' })))).toMatchObject({ 'Observation/o1': 9 });
    expect(warned(folded(...all, told(she, 9, second)))).toEqual([1, 2]);
  });

  it('are kept up to a bound; what comes for one that is forgotten has records of its own, and those that stood stay', () => {
    const people = Array.from({ length: usesMax + 3 }, (_, index) => patientKey(index));
    const all = people.map((patient, index) => told(patient, index));
    const many = folded(...all);
    expect(usesOf(many)).toHaveLength(usesMax);
    const late = folded(...all, told(patientKey(1), 99), told(patientKey(people.length - 1), 100));
    expect(standing(late)).toMatchObject({
      'Observation/o1.2': 1,
      [`Observation/o1.${people.length + 1}`]: 99,
      [`Observation/o1.${people.length}`]: 100,
    });
    expect(Object.keys(standing(late))).toHaveLength(people.length + 1);
    expect(warned(late)).toEqual([...people.keys(), people.length].slice(1));
  });

  it('hold so many records in all, and no use grows beyond that', () => {
    const whole = (patient: RecordKey, from: number, count: number): Change[] => [
      use(patient, { placer: 'P' }),
      ...Array.from({ length: count }, (_, index) => put(result(from + index), { value: from }, patient)),
    ];
    const half = recordsMax / 2 + 1;
    const feed = [told(she, 0), whole(he, 1, half), whole(patientKey('third'), 1, half)];
    expect(usesOf(folded(...feed)).map(({ nth }) => nth)).toEqual([3]);
    const grown = folded(told(she, 0), whole(he, 1, half), whole(he, half + 1, half));
    expect(usesOf(grown).map(({ nth }) => nth)).toEqual([3]);
    expect(warned(grown)).toEqual([1, 2]);
  });

  it('are made by what waits, once it is drained, as if it had come then', () => {
    const patch: Change = { kind: 'merge-patch', record: result('x'), patient: he, content: Buffer.from('{"a":1}') };
    const waits = folded(
      told(she, 1),
      [patch],
      told(he, 2),
      [use(he), { kind: 'withdraw', record: result(1), patient: he }],
      [{ kind: 'drain', patient: he, skip: [Position.of(1)] }],
    );
    expect(waits.effects.map(({ outcome }) => outcome)).toEqual(['applied', 'parked', 'parked', 'parked', 'applied']);
    expect(standing(waits)).toEqual({ 'Observation/o1': 1 });
    expect(usesOf(waits).map(({ nth }) => nth)).toEqual([1, 2]);
    expect(waits.effects[4]?.warnings.map(({ code }) => code)).toEqual(['filler-number-reused']);
  });
});
