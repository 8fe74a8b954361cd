import { beforeEach, describe, expect, it } from 'vitest';
import { Finess, Instant, type Timeline } from '#domain';
import type { Restore } from '../../directory/restore.js';
import type { GenerationReport } from '../../ports/replica-status.js';
import { aGenerationReport } from './generation-report.fixture.js';
import { reportRestore, type RestoreReport } from './restore-report.js';

const [first, second, third] = [Finess.parse('750712184'), Finess.parse('690781810'), Finess.parse('130786049')];
const establishments = [first, second, third];
const timeline: Timeline = { number: 2 } as Timeline;
const restore: Restore = {
  restoreId: 'r1',
  planId: 'p1',
  planHash: 'hash',
  target: '2026-11-20T13:30:00Z',
  targets: establishments.map((establishment) => ({ establishment, timeline, buildTo: 99 as never, events: 100 })),
  state: 'requested',
  requestedBy: 'ana',
  certificates: [],
  resumed: 0,
};
const startedAt = Instant.of(10_000);
const done = (establishment: Finess): GenerationReport =>
  aGenerationReport({ establishment, timeline, eventsTotal: 100, eventTimeReached: '2026-11-20T13:29:00Z', startedAt });
const building = (establishment: Finess, over: Partial<GenerationReport>): GenerationReport =>
  aGenerationReport({ establishment, timeline, eventsTotal: 100, state: 'building', startedAt, ...over });

describe('a restore of a territory, as it is shown', () => {
  let replicas: Record<string, readonly GenerationReport[] | 'unreachable'>;
  let silent: Map<string, string>;
  const report = (seconds: number, of: Restore = restore): RestoreReport =>
    reportRestore(of, new Map(Object.entries(replicas)), {
      now: Instant.of(seconds * 1000),
      changedAt: startedAt,
      silent,
      switches: [],
    });
  beforeEach(() => {
    replicas = { a: [], b: [] };
    silent = new Map();
  });

  it('says for whom it waits: who is away, silent, or has not begun; not for who is done, and nobody once it is built', () => {
    replicas = { a: 'unreachable', b: [] };
    expect(report(20).waitsFor).toEqual(['replica a: its database does not answer', 'replica b has not begun yet']);
    silent.set('b', 'replica b: its replicator has said nothing for 27 s');
    replicas = { a: establishments.map(done), b: [building(first, { phase: 'replaying', eventsDone: 3 })] };
    expect(report(20).waitsFor).toEqual(['replica b: its replicator has said nothing for 27 s']);
    silent.clear();
    expect(report(20).waitsFor).toEqual([]);
    replicas = { a: 'unreachable', b: [] };
    expect(report(20, { ...restore, state: 'built' }).waitsFor).toEqual([]);
  });

  it('waits until every replica has begun', () => {
    replicas['a'] = [done(first)];
    expect(report(20)).toMatchObject({ phase: 'waiting', building: null, eventTimeReached: '', eventsDone: 0 });
    expect(report(20).etaSeconds).toBeNull();
  });

  it('tells what the slowest replica is building, over all events, and the time left by what was built', () => {
    const half = { phase: 'replaying', eventsDone: 50, eventTimeReached: '2026-11-20T13:10:00Z' } as const;
    replicas = { a: [done(first), done(second)], b: [done(first), building(second, half)] };
    expect(report(25)).toMatchObject({
      state: 'running',
      phase: 'replaying',
      building: second,
      eventTimeReached: '2026-11-20T13:10:00Z',
      eventsDone: 150,
      eventsTotal: 300,
      etaSeconds: 15,
    });
  });

  it('replays while anything waits to be replayed, and verifies only at its end', () => {
    replicas['b'] = [done(first), done(second), done(third)];
    replicas['a'] = [done(first), building(second, { phase: 'indexing', eventsDone: 100 })];
    expect(report(25)).toMatchObject({ phase: 'replaying', building: second });
    replicas['a'] = [done(first), done(second)];
    expect(report(25)).toMatchObject({ phase: 'replaying', building: second, eventsDone: 200 });
    replicas['a'] = [done(first), done(second), building(third, { phase: 'verifying', eventsDone: 100 })];
    expect(report(25)).toMatchObject({ phase: 'verifying', building: third, eventsDone: 300 });
  });

  it('has no time left once it is built', () => {
    replicas = { a: establishments.map(done), b: establishments.map(done) };
    expect(report(25, { ...restore, state: 'built' })).toMatchObject({
      phase: 'done',
      etaSeconds: null,
      building: null,
    });
  });
});
