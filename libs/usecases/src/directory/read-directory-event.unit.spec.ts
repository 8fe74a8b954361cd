import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure, Finess, Instant, Position } from '#domain';
import {
  approved,
  aRequest,
  asked,
  certified,
  declaredEstablishment,
  moved,
  targetTo,
} from '../../../testing/src/builders/restores.js';
import { aSender } from '../../../testing/src/builders/sender.js';
import { MemoryKeys } from '../../../testing/src/memory-keys.js';
import { Directory } from './directory.js';
import type { DirectoryEvent } from './directory-event.js';
import { timelineParentsMax } from './directory-shapes.js';
import { readDirectoryEvent } from './read-directory-event.js';
import { directoryTextMax } from './shapes.js';

const finess = Finess.parse('750712184');
const keys = new MemoryKeys();
const said = { v: 1, at: Instant.of(0), by: 'test' } as const;
const request = aRequest('r1', [targetTo(finess, 4)]);
const later = aRequest('r2', [targetTo(finess, 6, { number: 3 })]);
const evidence = [
  { code: 'numbering-restarted', highest: 900, begins: 1, since: '2026-11-20T10:00:00.000Z' },
  { code: 'ids-reused', messages: 3, since: '2026-11-20T10:00:00.000Z' },
] as const;
const hl7 = {
  patientDomain: 'IPP',
  authorities: [{ namespace: 'IPP', oid: '1.2.250.1.213.99.9' }],
  numberDomains: { visit: 'VEN' },
  charset: 'iso-8859-1',
  timeZone: 'Europe/Paris',
  loinc: { NA: { code: '2951-2', display: 'Sodium' } },
} as const;

/** One of every kind, in an order in which all are accepted. */
const real: readonly DirectoryEvent[] = [
  { ...said, kind: 'territory-declared', code: 'ght', name: 'GHT (démo)' },
  declaredEstablishment(finess),
  {
    ...said,
    kind: 'membership-declared',
    membership: { territory: 'ght', establishment: finess, role: 'party', from: '2016-07-01T00:00:00+02:00' },
  },
  { ...said, kind: 'sender-declared', sender: aSender(finess, { hl7 }) },
  { ...said, kind: 'incarnation-opened', sender: 'his', opened: { number: 2, reason: 'restored', evidence } },
  request,
  asked('restore-resumed', 'r1'),
  certified(keys, request),
  approved(keys, request),
  moved('restore-promoted', request, 9),
  moved('restore-rolled-back', request, 12),
  later,
  asked('restore-cancelled', 'r2'),
];
const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Everything that a follower acts on. */
const state = (of: Directory): string =>
  JSON.stringify([
    [...of.territories],
    [...of.establishments],
    [...of.senders],
    [...of.senderHistories],
    of.memberships,
    [...of.restores],
    [...of.establishments.keys()].map((each) => [of.currentTimeline(each), of.nextTimeline(each)]),
  ]);

/** Follows these values to the first that is too new. */
const follow = (values: readonly unknown[]): Directory => {
  const directory = new Directory(keys);
  for (const [index, value] of values.entries()) {
    let event: ReturnType<typeof readDirectoryEvent>;
    try {
      event = readDirectoryEvent(value);
    } catch (error) {
      expect(Failure.is(error, 'log.too-new')).toBe(true);
      break;
    }
    const before = state(directory);
    const refusal = directory.apply({ position: Position.of(index), appendedAt: Instant.of(0), event });
    if (refusal) expect(state(directory)).toBe(before);
    if (event.kind === 'unreadable') expect(refusal).toMatchObject({ position: index, reason: event.reason });
  }
  return directory;
};

/** Something else in some place of a document: a member gone, of another value, one that was not there. */
const mutated = (document: unknown, [steps, change, value]: readonly [readonly number[], number, unknown]): unknown => {
  const copy = json({ document }) as Record<string, unknown>;
  let [at, key]: [Record<string, unknown>, string] = [copy, 'document'];
  for (const step of steps) {
    const inner = at[key];
    if (typeof inner !== 'object' || inner === null || Object.keys(inner).length === 0) break;
    const members = Object.keys(inner);
    [at, key] = [inner as Record<string, unknown>, members[step % members.length] as string];
  }
  if (change === 0) delete at[key];
  else if (change === 1) at[key] = value;
  else
    Object.defineProperty(at, change === 2 ? '__proto__' : 'hidden', { value, enumerable: true, configurable: true });
  return copy['document'];
};
const anyValue = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(-2, -1, 0, 1, 2, 1.5, 2 ** 53, '', '-1', 'requested', finess, '2026-02-30T00:00:00Z', [], {}),
);
const anyMutation = fc.tuple(fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }), fc.nat(3), anyValue);

describe('an entry of the directory log', () => {
  it('comes back as it was written, whatever its kind, and is accepted', () => {
    for (const event of real) expect(readDirectoryEvent(json(event))).toEqual(json(event));
    expect(follow(real.map(json)).refusals).toEqual([]);
  });

  it('that is nothing of the kind never throws, but for what is too new', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void follow([value])));
    expect(() => readDirectoryEvent(undefined)).not.toThrow();
  });

  it('that was altered anywhere is accepted whole, or changes nothing and is recorded; and all followers agree', () => {
    const altered = fc.tuple(fc.nat(real.length - 1), anyMutation);
    fc.assert(
      fc.property(fc.array(altered, { minLength: 1, maxLength: 3 }), (alterations) => {
        const values = real.map(json);
        for (const [index, mutation] of alterations) values[index] = mutated(values[index], mutation);
        const [one, two] = [follow(values), follow(values.map(json))];
        expect(state(one)).toBe(state(two));
        expect(one.refusals).toEqual(two.refusals);
      }),
      { numRuns: 1500 },
    );
  });

  it('that lacks any of its members, or hides one in what is decided, is not whole', () => {
    for (const event of real)
      for (const member of Object.keys(event)) {
        if (member === 'v' || member === 'kind') continue;
        const { [member]: _, ...less } = json(event) as Record<string, unknown>;
        expect(readDirectoryEvent(less)).toEqual({
          kind: 'unreadable',
          as: event.kind,
          reason: `${member}: it is missing`,
        });
      }
    for (const value of [{ ...request, hidden: 1 }, mutated(request, [[8, 0, 1, 0], 3, 1])])
      expect(readDirectoryEvent(json(value))).toMatchObject({
        kind: 'unreadable',
        reason: expect.stringContaining('a member is not known here') as string,
      });
  });

  it('is named by its place and what is expected there, never by what it holds', () => {
    const wrong = mutated(request, [[8], 1, [{ ...targetTo(finess, 4), buildTo: 'DUPONT' }]]);
    expect(readDirectoryEvent(wrong)).toEqual({
      kind: 'unreadable',
      as: 'restore-requested',
      reason: 'targets[0].buildTo: a position is expected',
    });
    const keyed = { ...moved('restore-promoted', request, 9), resumeAt: { DUPONT: 9 } };
    expect(readDirectoryEvent(json(keyed))).toMatchObject({ reason: 'resumeAt.*: a FINESS number is expected' });
  });

  it('of a declaration may have members that come with a newer Reprise: they are left', () => {
    const sender = { ...aSender(finess), silentMs: 5 };
    const event = json({ ...said, kind: 'sender-declared', sender, more: 1 });
    expect(readDirectoryEvent(event)).toEqual({ ...said, kind: 'sender-declared', sender: aSender(finess) });
  });

  it('of another prototype makes none', () => {
    const text = JSON.stringify({ ...said, kind: 'sender-declared', sender: aSender(finess, { hl7 }) });
    const poisoned = JSON.parse(text.replace('"NA":', '"__proto__":')) as unknown;
    expect(readDirectoryEvent(poisoned)).toMatchObject({
      reason: 'sender.hl7.loinc: a key that can be used is expected',
    });
    const mixed = readDirectoryEvent(JSON.parse(text.replace('"hl7":', '"__proto__":{"finess":1},"hl7":')));
    expect(Object.getPrototypeOf((mixed as { sender: object }).sender)).toBe(Object.prototype);
  });

  it('is bounded: its texts, and the parents of a timeline', () => {
    const named = (name: string): unknown => ({ ...said, kind: 'territory-declared', code: 'ght', name });
    expect(readDirectoryEvent(named('a'.repeat(directoryTextMax)))).toMatchObject({ kind: 'territory-declared' });
    expect(readDirectoryEvent(named('a'.repeat(directoryTextMax + 1)))).toMatchObject({ kind: 'unreadable' });
    const deep = (parents: number): unknown => {
      let { timeline } = targetTo(finess, 4);
      for (let n = 1; n < parents; n += 1) ({ timeline } = targetTo(finess, 4, { parent: timeline, number: n + 2 }));
      return aRequest('r1', [{ ...targetTo(finess, 4), timeline }]);
    };
    expect(readDirectoryEvent(deep(timelineParentsMax))).toMatchObject({ kind: 'restore-requested' });
    expect(readDirectoryEvent(deep(timelineParentsMax + 1))).toMatchObject({
      reason: expect.stringContaining(`at most ${timelineParentsMax} parents`) as string,
    });
    expect(follow([json(declaredEstablishment(finess)), deep(timelineParentsMax)]).refusals).toHaveLength(1);
  });
});
