import { beforeEach, describe, expect, it } from 'vitest';
import { Finess, Instant, Position, type Timeline } from '#domain';
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
import { noTrustedKeys, type TrustedKeys } from '../ports/trusted-keys.js';
import { Directory, refusalsKeptMax } from './directory.js';
import type { DirectoryEvent, UnreadableEvent } from './directory-event.js';

const finess = Finess.parse('750712184');
const other = Finess.parse('690781810');
const keys = new MemoryKeys();
const said = { v: 1, at: Instant.of(0), by: 'test' } as const;
const request = aRequest('r1', [targetTo(finess, 4)]);
const built = certified(keys, request);
const approval = approved(keys, request);
const promoted = moved('restore-promoted', request, 9);
const rolledBack = moved('restore-rolled-back', request, 12);

describe('the directory', () => {
  let directory: Directory;
  let position: number;
  const take = (event: DirectoryEvent | UnreadableEvent, of = directory): string | undefined =>
    of.apply({ position: Position.of(position++), appendedAt: Instant.of(0), event })?.reason;
  const told = (trusted: TrustedKeys, ...events: readonly DirectoryEvent[]): Directory => {
    const made = new Directory(trusted);
    for (const event of [declaredEstablishment(finess), declaredEstablishment(other), ...events]) take(event, made);
    return made;
  };
  /** What changes where an entry is accepted. */
  const state = (of = directory): string =>
    JSON.stringify([
      [...of.territories],
      [...of.establishments],
      [...of.senders],
      [...of.senderHistories],
      of.memberships,
      [...of.restores],
      [finess, other].map((each) => [of.currentTimeline(each), of.nextTimeline(each)]),
    ]);
  const refuses = (event: DirectoryEvent | UnreadableEvent, reason: string, of = directory): void => {
    const [before, count] = [state(of), of.refusedCount];
    expect(take(event, of)).toBe(reason);
    expect(state(of)).toBe(before);
    expect(of.refusedCount).toBe(count + 1);
    expect(of.refusals.at(-1)).toMatchObject({ position: position - 1, reason });
  };
  beforeEach(() => {
    position = 0;
    directory = told(keys);
  });

  it('takes a restore through its states', () => {
    for (const event of [request, built, approval, promoted]) expect(take(event)).toBeUndefined();
    expect(directory.currentTimeline(finess)).toMatchObject({ after: 9, timeline: { number: 2, resumeAt: 9 } });
    expect(take(rolledBack)).toBeUndefined();
    expect(directory.currentTimeline(finess)).toMatchObject({ after: 12, timeline: { number: 1 } });
    expect(directory.refusals).toEqual([]);
  });

  it('refuses every other step: no state is left by what does not lead out of it', () => {
    const steps = {
      built,
      approved: approval,
      promoted,
      'rolled back': rolledBack,
      resumed: asked('restore-resumed', 'r1'),
      cancelled: asked('restore-cancelled', 'r1'),
    } as const;
    const standing = {
      running: { events: [request], allowed: ['built', 'resumed', 'cancelled'] },
      built: { events: [request, built], allowed: ['approved', 'cancelled'] },
      approved: { events: [request, built, approval], allowed: ['promoted', 'cancelled'] },
      promoted: { events: [request, built, approval, promoted], allowed: ['rolled back'] },
      'rolled-back': { events: [request, built, approval, promoted, rolledBack], allowed: [] },
      cancelled: { events: [request, steps.cancelled], allowed: [] },
    } as const;
    for (const [name, { events, allowed }] of Object.entries(standing))
      for (const [step, event] of Object.entries(steps)) {
        const fresh = told(keys, ...events);
        if ((allowed as readonly string[]).includes(step))
          expect(take(event, fresh), `${name}: ${step}`).toBeUndefined();
        else refuses(event, `a restore that is ${name} cannot be ${step}`, fresh);
      }
    for (const event of Object.values(steps)) refuses(event, 'no such restore was requested');
  });

  it('refuses a request that no plan can have made', () => {
    const of = (over: object, timeline: object = {}): DirectoryEvent => {
      const target = targetTo(finess, 4);
      return aRequest('r2', [{ ...target, ...over, timeline: { ...target.timeline, ...timeline } as Timeline }]);
    };
    refuses(of({ establishment: Finess.parse('010000024') }), 'a target is not declared');
    refuses(aRequest('r2', []), 'a restore has one target for each of its establishments');
    refuses(
      aRequest('r2', [targetTo(finess, 4), targetTo(finess, 4)]),
      'a restore has one target for each of its establishments',
    );
    refuses(
      { ...request, targets: [{ ...targetTo(finess, 4), timeline: { number: 1 } }] },
      'a restore makes a timeline of its own',
    );
    for (const number of [3, 9_000])
      refuses(of({}, { number }), 'the number of the timeline is not the next one of its establishment');
    const parent = targetTo(finess, 2).timeline;
    refuses(of({}, { parent }), 'the parent of the timeline is not the one that was live at the cut');
    refuses(of({}, { branch: 5 }), 'the timeline branches behind its cut');
    refuses(of({}, { resumeAt: 4 }), 'the timeline is promoted before it is built');
    for (const over of [{ buildTo: 3 }, { buildTo: 9 }, { events: 6 }])
      refuses(of(over), 'the build does not end where its timeline says');
  });

  it('gives an id and a number once, and one restore at a time to an establishment', () => {
    take(request);
    refuses(request, 'a restore of this id was requested before');
    refuses(
      aRequest('r2', [targetTo(finess, 4, { number: 3 })]),
      'another restore of an establishment is not finished',
    );
    expect(take(aRequest('r3', [targetTo(other, 4)]))).toBeUndefined();
    take(asked('restore-cancelled', 'r1'));
    refuses(
      aRequest('r2', [targetTo(finess, 4)]),
      'the number of the timeline is not the next one of its establishment',
    );
    expect(take(aRequest('r2', [targetTo(finess, 4, { number: 3 })]))).toBeUndefined();
  });

  it('takes certificates of exactly what was requested, signed by a key that is trusted', () => {
    const two = aRequest('r1', [targetTo(finess, 4), targetTo(other, 6)]);
    const both = certified(keys, two);
    const [first, second] = both.certificates;
    if (!first || !second) throw new Error('not certified');
    const of = (...certificates: (typeof first)[]): DirectoryEvent => ({ ...both, certificates });
    take(two);
    for (const certificates of [[], [first], [first, first], [first, second, second]])
      refuses(of(...certificates), 'a restore is built with one certificate for each of its targets');
    for (const over of [
      { planHash: 'of-another-plan' },
      { restoreId: 'r9' },
      { timeline: 7 },
      { cut: '3' },
      { builtTo: '3' },
      { events: 4 },
      { gaps: ['0-1'] },
      { definition: targetTo(finess, 3).timeline },
      { establishment: Finess.parse('010000024') },
    ])
      refuses(
        certified(keys, two, over),
        'establishment' in over
          ? 'a restore is built with one certificate for each of its targets'
          : 'a certificate is not of what was requested',
      );
    refuses(of({ ...first, records: 2 }, second), 'a certificate is signed by no trusted key');
    refuses(certified(new MemoryKeys(), two), 'a certificate is signed by no trusted key');
    refuses(of({ ...first, signature: `${first.signature}\n` }, second), 'a certificate is signed by no trusted key');
    expect(take(both)).toBeUndefined();
  });

  it('takes an approval of what was built, by another than who requested it, signed by a key that is trusted', () => {
    for (const event of [request, built]) take(event);
    refuses(approved(keys, request, 'ana'), 'who requested a restore approves it');
    refuses(approved(keys, { ...request, planHash: 'of-another-plan' }), 'the approval is of another plan');
    for (const stateDigests of [
      {},
      { [finess]: 'e'.repeat(64) },
      { ...approval.stateDigests, [other]: 'd'.repeat(64) },
    ])
      refuses({ ...approval, stateDigests }, 'the approval is of another state');
    refuses(approved(new MemoryKeys(), request), 'the approval is signed by no trusted key');
    refuses({ ...approval, by: 'carol' }, 'the approval is signed by no trusted key');
    const { signature: _, keyId: __, ...document } = approval;
    refuses({ ...document, ...keys.sign('certificate', document) }, 'the approval is signed by no trusted key');
    expect(take(approval)).toBeUndefined();
  });

  it('accepts no word of a key where none is trusted', () => {
    const deaf = told(noTrustedKeys, request);
    refuses(built, 'a certificate is signed by no trusted key', deaf);
    expect(told(noTrustedKeys, request, built, approval, promoted).currentTimeline(finess).timeline.number).toBe(1);
  });

  it('still takes what was signed in the former form', () => {
    const former = { keyId: keys.keyId.slice(0, 16), sign: keys.signFormerly.bind(keys) };
    for (const event of [request, certified(former, request), approved(former, request), promoted])
      expect(take(event)).toBeUndefined();
  });

  it('refuses a promotion by who approved, of no position, or of one that cannot be', () => {
    for (const event of [request, built, approval]) take(event);
    refuses({ ...promoted, by: 'bob' }, 'who approved a restore promotes it');
    const everyone = 'a position is said for each establishment of the restore, and for no other';
    refuses({ ...promoted, resumeAt: {} }, everyone);
    refuses({ ...promoted, resumeAt: { [other]: Position.of(9) } }, everyone);
    refuses({ ...promoted, resumeAt: { ...promoted.resumeAt, [other]: Position.of(9) } }, everyone);
    refuses(
      moved('restore-promoted', request, 3),
      'the log goes on at a position that lies behind what was there already',
    );
    take(promoted);
    refuses(
      moved('restore-rolled-back', request, 8),
      'the log goes on at a position that lies behind what was there already',
    );
  });

  it('refuses what another promotion has overtaken', () => {
    const later = aRequest('r2', [targetTo(finess, 4, { number: 3 })]);
    for (const event of [request, built, approval, later, certified(keys, later), approved(keys, later)]) take(event);
    expect(take(moved('restore-promoted', later, 9))).toBeUndefined();
    refuses(promoted, 'another restore was promoted since this one was planned');
    const third = aRequest('r3', [targetTo(finess, 4, { number: 4 })]);
    for (const event of [third, certified(keys, third), approved(keys, third), moved('restore-promoted', third, 10)])
      take(event);
    refuses(moved('restore-rolled-back', later, 12), 'the restore is not the one that is live');
  });

  it('refuses declarations of what is not declared, and takes what was declared before once more', () => {
    const membership = {
      territory: 'ght',
      establishment: finess,
      role: 'party',
      from: '2016-07-01T00:00:00Z',
    } as const;
    const joins: DirectoryEvent = { ...said, kind: 'membership-declared', membership };
    refuses(joins, 'a membership is of a territory that is not declared');
    take({ ...said, kind: 'territory-declared', code: 'ght', name: 'GHT (démo)' });
    expect([take(joins), take(joins), take(declaredEstablishment(finess))]).toEqual([undefined, undefined, undefined]);
    refuses(
      { ...joins, membership: { ...membership, establishment: Finess.parse('010000024') } },
      'a membership is of an establishment that is not declared',
    );
  });

  it('keeps a sender in its establishment, and its incarnations in their order', () => {
    const sender = aSender(finess);
    const declare = (over: object = {}): DirectoryEvent => ({
      ...said,
      kind: 'sender-declared',
      sender: { ...sender, ...over },
    });
    const open = (number: number, name = sender.name): DirectoryEvent => ({
      ...said,
      kind: 'incarnation-opened',
      sender: name,
      opened: { number, reason: 'restored', evidence: [] },
    });
    refuses(open(2), 'an incarnation is of a sender that is not declared');
    expect(take(declare())).toBeUndefined();
    refuses(declare({ finess: other }), 'a sender that is known is declared for another establishment');
    for (const number of [1, 3]) refuses(open(number), 'an incarnation is not the next one of its sender');
    expect(take(open(2))).toBeUndefined();
    // As it stands in a log of before, at every start, and never taken back.
    expect(take(declare({ incarnation: 1, language: 'en' }))).toBeUndefined();
    expect(directory.senders.get(sender.name)).toMatchObject({ incarnation: 2, language: 'en' });
    refuses(declare({ incarnation: 4 }), 'a declaration skips incarnations of its sender');
    expect(take(declare({ incarnation: 3 }))).toBeUndefined();
  });

  it('records what is no whole entry, keeps the newest, and counts all', () => {
    const unreadable = (n: number): UnreadableEvent => ({ kind: 'unreadable', as: 'unknown', reason: `reason ${n}` });
    for (let n = 0; n < refusalsKeptMax + 5; n++) refuses(unreadable(n), `reason ${n}`);
    expect(directory.refusals).toHaveLength(refusalsKeptMax);
    expect(directory.refusals[0]).toMatchObject({ reason: 'reason 5', kind: 'unknown' });
    expect(directory.refusedCount).toBe(refusalsKeptMax + 5);
  });
});
