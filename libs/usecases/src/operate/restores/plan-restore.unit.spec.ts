import { beforeEach, describe, expect, it } from 'vitest';
import { encodeEvent, type Failure, Finess, Instant, type LogEvent, Position } from '#domain';
import { anEvent, patientKey, put } from '../../../../testing/src/builders/feed.js';
import { certified } from '../../../../testing/src/builders/restores.js';
import { MemoryKeys } from '../../../../testing/src/memory-keys.js';
import { MemoryEstablishmentLog } from '../../../../testing/src/memory-establishment-log.js';
import type { EstablishmentLog, LogEntry } from '../../ports/establishment-log.js';
import { Directory } from '../../directory/directory.js';
import type { DirectoryEvent } from '../../directory/directory-event.js';
import {
  approveRestore,
  cancelRestore,
  promoteRestore,
  requestRestore,
  resumeRestore,
  rollBackRestore,
} from './decide-restore.js';
import { countedMax, PlanRestore } from './plan-restore.js';
import { type PlanRequest, planHash, type RestorePlan } from './restore-plan.js';

const keys = new MemoryKeys();
const sign = keys.sign.bind(keys);

const finess = Finess.parse('750712184');
const other = Finess.parse('690781810');
const start = Date.parse('2026-11-20T10:00:00Z');
const iso = (minute: number): string => Instant.iso(Instant.of(start + minute * 60_000));
const now = Instant.of(start + 100 * 60_000);
const rate = { eventsPerSecond: 1000, basis: 'measured' } as const;

const declared = (): Directory => {
  const directory = new Directory(keys);
  const events: DirectoryEvent[] = [finess, other].map((number) => ({
    v: 1,
    at: Instant.of(0),
    by: 'test',
    kind: 'establishment-declared',
    establishment: { finess: number, name: 'Hôpital (démo)', sites: [], timeZone: 'Europe/Paris' },
  }));
  events.push(
    { v: 1, at: Instant.of(0), by: 'test', kind: 'territory-declared', code: 'ght-demo', name: 'GHT (démo)' },
    {
      v: 1,
      at: Instant.of(0),
      by: 'test',
      kind: 'membership-declared',
      membership: { territory: 'ght-demo', establishment: finess, role: 'support', from: iso(-100) },
    },
    {
      v: 1,
      at: Instant.of(0),
      by: 'test',
      kind: 'sender-declared',
      sender: {
        name: 'his-b',
        finess,
        language: 'fr',
        foreignFiness: 'warn',
        testIdentities: 'warn',
        productionIdentities: 'warn',
        acknowledgement: 'as-asked',
        incarnation: 1,
      },
    },
  );
  for (const event of events) tell(directory, event);
  return directory;
};

const tell = (directory: Directory, event: DirectoryEvent): void => {
  expect(directory.apply({ position: Position.of(0), appendedAt: Instant.of(0), event })).toBeUndefined();
};

/** Requested as planned, and built. */
const build = (directory: Directory, plan: RestorePlan, by: string): void => {
  const request = requestRestore(directory, plan, { by, at: now, restoreId: 'r1' });
  tell(directory, request);
  tell(directory, certified(keys, request as Extract<DirectoryEvent, { kind: 'restore-requested' }>));
};

/** Hands over one entry at a time, and says its size. */
const heardLog = (log: MemoryEstablishmentLog, readBytes: (size: number) => void): EstablishmentLog => {
  const heard = Object.create(log) as EstablishmentLog;
  heard.read = async function* (establishment, from, to): AsyncGenerator<readonly LogEntry[]> {
    for await (const entries of log.read(establishment, from, to))
      for (const entry of entries) {
        readBytes(entry.value.byteLength);
        yield [entry];
      }
  };
  return heard;
};

describe('a restore, planned', () => {
  let minute: number;
  let log: MemoryEstablishmentLog;
  let directory: Directory;
  const append = async (over: Partial<LogEvent> = {}, at: Finess = finess): Promise<void> => {
    await log.append(at, encodeEvent(anEvent([put(patientKey(minute))], over)), {});
    minute += 1;
  };
  /** `readBytes` hears of every entry that is read. */
  const plan = (request: PlanRequest, readBytes: (size: number) => void = () => {}): Promise<RestorePlan> =>
    new PlanRestore(heardLog(log, readBytes)).plan({ establishment: finess, ...request }, directory, { now, rate });
  const refusal = async (promise: Promise<unknown>): Promise<Failure> =>
    promise.then(
      () => Promise.reject(new Error('it was taken')),
      (error: Failure) => error,
    );

  beforeEach(async () => {
    minute = 0;
    log = new MemoryEstablishmentLog(() => Instant.of(start + minute * 60_000));
    directory = declared();
    for (let n = 0; n < 10; n++) await append({ sender: n % 2 === 0 ? 'his-a' : 'his-b' });
  });

  it('turns a recorded time into one cut, with the event on either side', async () => {
    const { cuts, events, lastIn, firstOut, targets, to, bytes, gaps } = await plan({ to: iso(4) });
    expect(cuts).toEqual({ [finess]: '4' });
    expect([events, to, gaps]).toEqual([5, iso(4), []]);
    expect(lastIn).toMatchObject([{ position: '4', recordedAt: iso(4), sender: 'his-a' }]);
    expect(firstOut).toMatchObject([{ position: '5', recordedAt: iso(5) }]);
    expect(bytes).toBeGreaterThan(500);
    expect(targets).toMatchObject([
      { establishment: finess, buildTo: 4, events: 5, timeline: { number: 2, branch: 4, cut: 4 } },
    ]);
  });

  it('says how large it is without reading all of a log that is large', async () => {
    const received = Buffer.alloc(4_000_000);
    for (let n = 0; n < 100; n++) await append({ received });
    let read = 0;
    const { bytes, events } = await plan({ toPosition: '109' }, (size) => (read += size));
    expect(events).toBe(110);
    expect(bytes).toBeGreaterThan(300_000_000);
    expect(bytes).toBeLessThan(500_000_000);
    expect(read).toBeLessThan(countedMax.bytes + 100_000_000);
  });

  it('takes a position, and the event before an event', async () => {
    expect((await plan({ toPosition: '7' })).cuts).toEqual({ [finess]: '7' });
    expect((await plan({ beforeEvent: '7' })).cuts).toEqual({ [finess]: '6' });
    expect((await plan({ beforeEvent: `${finess}-7` })).cuts).toEqual({ [finess]: '6' });
    expect((await refusal(plan({ beforeEvent: `${other}-7` }))).code).toBe('input.invalid');
    const beyond = await refusal(plan({ toPosition: '10' }));
    expect([beyond.message, beyond.hint]).toEqual([
      `position 10 lies beyond the end of the log of ${finess}`,
      'its newest event is 9',
    ]);
    expect((await refusal(plan({ establishment: other, toPosition: '0' }))).hint).toBe('it has no event yet');
  });

  it('branches before the first event that is left out, and replays on top when asked', async () => {
    const omitted = await plan({ to: iso(6), excludeSenders: ['his-b'] });
    expect(omitted).toMatchObject({ events: 4, excluded: 3, excludedPositions: { [finess]: ['1', '3', '5'] } });
    expect(omitted.targets[0]?.timeline).toMatchObject({ branch: 0, cut: 6 });
    const replayed = await plan({ to: iso(6), excludeBetween: [[iso(2), iso(3)]], afterCut: 'replay' });
    expect(replayed).toMatchObject({ events: 8, excluded: 2 });
    expect(replayed.targets[0]).toMatchObject({ buildTo: 9, timeline: { branch: 1, cut: 6, plannedAt: 9 } });
  });

  it('names as the last event in one that counts, and none where none does', async () => {
    const last = async (request: PlanRequest): Promise<readonly string[]> =>
      (await plan(request)).lastIn.map(({ position }) => position);
    expect(await last({ to: iso(5), excludeSenders: ['his-b'] })).toEqual(['4']);
    expect(await last({ toPosition: '7', excludeBetween: [[iso(3), iso(7)]] })).toEqual(['2']);
    expect(await last({ to: iso(5), excludeBetween: [[iso(0), iso(9)]], allowEmpty: true })).toEqual([]);
    const withoutB = await plan({ to: iso(9), excludeSenders: ['his-b'] });
    build(directory, withoutB, 'a');
    tell(directory, approveRestore(directory, 'r1', { by: 'b', at: now, sign }));
    tell(directory, promoteRestore(directory, 'r1', { by: 'a', at: now, ends: { [finess]: Position.of(9) } }));
    for (let n = 0; n < 3; n++) await append({ sender: 'his-b' });
    expect(await last({ to: iso(12) })).toEqual(['12']);
    expect(await last({ to: iso(12), excludeBetween: [[iso(10), iso(12)]] })).toEqual(['8']);
  });

  it('refuses a type that no event has, with those that there are', async () => {
    await append({ label: 'ADT^A01' });
    const refused = await refusal(plan({ to: iso(10), excludeTypes: ['ADT^A01', 'ADT^A99'] }));
    expect([refused.code, refused.message]).toEqual(['not-found', 'no event of type "ADT^A99" is in this plan']);
    expect(refused.hint).toMatch(/^types there: ADT\^A01, /);
    expect(await plan({ to: iso(10), excludeTypes: ['ADT'] })).toMatchObject({ excluded: 1 });
    expect(await plan({ to: iso(10), excludeTypes: ['ADT^A01'] })).toMatchObject({ excluded: 1 });
  });

  it('leaves out one by one what is later on the clock of the sender', async () => {
    await append({ sentAt: Instant.of(start + 2 * 60_000) });
    for (const clock of ['sent', 'occurred'] as const) {
      const { cuts, excluded, targets, firstOut } = await plan({ to: iso(4), clock });
      expect(cuts).toEqual({ [finess]: '10' });
      expect(excluded).toBe(5);
      expect(firstOut).toMatchObject([{ position: '5' }]);
      expect(targets[0]?.timeline).toMatchObject({ branch: 4, cut: 10, exclusions: { clock, after: start + 240_000 } });
    }
  });

  it('refuses what has no meaning', async () => {
    const codes = await Promise.all(
      [
        { to: iso(101) },
        { to: '2026-11-20T10:00:00' },
        { to: iso(4), toPosition: '3' },
        { territory: 'ght-demo', to: iso(4) },
        { to: iso(4), clock: 'sent' as const, afterCut: 'replay' as const },
        { toPosition: '4', clock: 'sent' as const },
        { toPosition: '-1' },
        { toPosition: '-1', allowEmpty: true },
        { to: iso(4), excludeBetween: [[iso(3), iso(2)] as const] },
      ].map(async (request) => (await refusal(plan(request))).code),
    );
    expect(new Set(codes)).toEqual(new Set(['input.invalid']));
    expect((await refusal(plan({ establishment: '000000000', to: iso(4) }))).code).toBe('not-found');
    expect((await refusal(plan({ to: iso(4), excludeSenders: ['his-x'] }))).code).toBe('not-found');
  });

  it('refuses a plan of nothing unless that is meant: before the first event, an empty log', async () => {
    for (const request of [{ to: iso(-1) }, { establishment: other, to: iso(4) }, { beforeEvent: '0' }]) {
      expect((await refusal(plan(request))).code).toBe('refused-by-policy');
      expect((await refusal(plan({ ...request, excludeTypes: ['ADT'], allowEmpty: true }))).code).toBe('not-found');
      const empty = await plan({ ...request, allowEmpty: true });
      expect([empty.events, Object.values(empty.cuts)]).toEqual([0, ['-1']]);
    }
  });

  it('plans the members of a territory at T', async () => {
    const { scope } = await new PlanRestore(log).plan({ territory: 'ght-demo', to: iso(4) }, directory, { now, rate });
    expect(scope.establishments).toEqual([finess]);
  });

  it('has a hash over what decides, not over what is estimated or comes later', async () => {
    const first = await plan({ to: iso(4) });
    const slower = await new PlanRestore(log).confirm(first, directory, { eventsPerSecond: 1, basis: 'assumed' });
    expect(slower.hash).toBe(first.hash);
    await append();
    expect((await new PlanRestore(log).confirm(first, directory, rate)).hash).toBe(first.hash);
    expect((await plan({ to: iso(3) })).hash).not.toBe(first.hash);
    expect((await plan({ to: iso(4), excludeTypes: ['PUT'], allowEmpty: true })).hash).not.toBe(first.hash);
  });

  it('no longer holds when it was altered, when the log moved, or when a timeline was taken', async () => {
    const planner = new PlanRestore(log);
    const first = await plan({ to: iso(4) });
    const altered = { ...first, cuts: { [finess]: '3' } };
    expect((await refusal(planner.confirm(altered, directory, rate))).message).toContain('no longer holds');
    const late = await plan({ to: iso(50) });
    await append();
    expect((await refusal(planner.confirm(late, directory, rate))).message).toContain('the cut');
    tell(directory, requestRestore(directory, first, { by: 'a', at: now, restoreId: 'r1' }));
    const again = await refusal(planner.confirm(first, directory, rate));
    expect(again.message).toBe('the plan no longer holds: restore r1 was requested with it');
    expect(again.hint).toContain('reprise restore watch r1');
    const sibling = { ...first, hash: 'of-another-plan-of-that-moment' };
    expect((await refusal(planner.confirm(sibling, directory, rate))).message).toContain(
      'restore r1 was requested since',
    );
    log.replace(finess);
    await append();
    expect((await refusal(planner.confirm(first, directory, rate))).message).toContain('another one');
    expect(planHash(first)).toBe(first.hash);
  });

  it.each([
    ['planId', { planId: 'plan-1' }],
    ['to', { to: iso(1) }],
    ['lastIn', { lastIn: [] }],
    ['events', { events: 3 }],
    ['excluded', { excluded: 7 }],
    ['excludedPositions', { excludedPositions: { [finess]: ['1'] } }],
    ['gaps', { gaps: ['a gap'] }],
    ['firstOut', { firstOut: [{ establishment: finess }] }],
    ['gaps', { gaps: undefined }],
  ])('is refused where its %s was altered, though its hash still holds', async (member, altered) => {
    const planner = new PlanRestore(log);
    const first = await plan({ to: iso(4) });
    const refused = await refusal(planner.confirm({ ...first, ...altered } as typeof first, directory, rate));
    expect(refused).toMatchObject({
      code: 'refused-by-policy',
      message: `the plan no longer holds: its ${member} is not what was planned: it was altered`,
    });
  });

  it('holds where more has come behind its cut since', async () => {
    const atEnd = await plan({ toPosition: '9' });
    expect(atEnd.firstOut).toEqual([]);
    await append();
    const again = await new PlanRestore(log).confirm(atEnd, directory, rate);
    expect([again.hash, again.firstOut.length]).toEqual([atEnd.hash, 1]);
  });

  it('is decided by two people, one step after the other', async () => {
    const first = await plan({ to: iso(4) });
    const [a, b] = [
      { by: 'a', at: now, ends: { [finess]: Position.of(9) } },
      { by: 'b', at: now, ends: { [finess]: Position.of(9) } },
    ];
    const failureOf = (decide: () => unknown): Failure => {
      try {
        decide();
      } catch (error) {
        return error as Failure;
      }
      throw new Error('it was taken');
    };
    const refused = (decide: () => unknown): string => failureOf(decide).code;
    const hintOf = (decide: () => unknown): string => failureOf(decide).hint;
    const request = requestRestore(directory, first, { ...a, restoreId: 'r1' });
    tell(directory, request);
    expect(refused(() => requestRestore(directory, first, { ...a, restoreId: 'r2' }))).toBe('busy');
    expect(refused(() => approveRestore(directory, 'r1', { ...b, sign }))).toBe('refused-by-policy');
    expect(() => approveRestore(directory, 'r1', { ...b, sign })).toThrow(
      'restore r1 is running: it cannot be approved',
    );
    expect(refused(() => approveRestore(directory, 'rX', { ...b, sign }))).toBe('not-found');
    tell(directory, certified(keys, request as Extract<DirectoryEvent, { kind: 'restore-requested' }>));
    expect(refused(() => promoteRestore(directory, 'r1', b))).toBe('refused-by-policy');
    expect(refused(() => approveRestore(directory, 'r1', { ...a, sign }))).toBe('refused-by-policy');
    tell(directory, approveRestore(directory, 'r1', { ...b, sign }));
    expect(hintOf(() => promoteRestore(directory, 'r1', b))).toBe('a, who ran it, may (--as a), or any other operator');
    tell(directory, promoteRestore(directory, 'r1', a));
    expect(directory.currentTimeline(finess)).toMatchObject({ after: 9, timeline: { number: 2, resumeAt: 9 } });
    expect(refused(() => cancelRestore(directory, 'r1', a))).toBe('refused-by-policy');
    expect(() => cancelRestore(directory, 'r1', a)).toThrow('restore r1 is promoted: it cannot be cancelled');
    expect((await refusal(new PlanRestore(log).confirm(first, directory, rate))).message).toContain('gone live');
    tell(directory, rollBackRestore(directory, 'r1', b));
    expect(directory.currentTimeline(finess).timeline.number).toBe(1);
    // What is over leads to no other step of it.
    for (const step of [
      () => rollBackRestore(directory, 'r1', b),
      () => promoteRestore(directory, 'r1', a),
      () => approveRestore(directory, 'r1', { ...b, sign }),
      () => resumeRestore(directory, 'r1', a),
    ])
      expect(hintOf(step)).toBe('plan, run and approve a new one');
  });
});
