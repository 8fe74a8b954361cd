import { describe, expect, it } from 'vitest';
import { anEvent } from '../../testing/src/builders/feed.js';
import { counts, Instant, isExcluded, originalTimeline, Position, type Timeline, timelineAt } from './index.js';

type Restored = Exclude<Timeline, { number: 1 }>;

const restored = (over: Partial<Restored> = {}): Restored => ({
  number: 2,
  parent: originalTimeline,
  branch: Position.of(10),
  cut: Position.of(10),
  exclusions: { senders: [], types: [], between: [], clock: 'recorded' },
  plannedAt: Position.of(20),
  afterCut: 'omit',
  resumeAt: 'not-promoted',
  ...over,
});

const at = (position: number, over: Parameters<typeof anEvent>[1] = {}) => ({
  position: Position.of(position),
  recordedAt: Instant.of(position * 1000),
  event: anEvent([], over),
});

const counted = (timeline: Timeline, positions: readonly number[]): number[] =>
  positions.filter((p) => counts(timeline, at(p)));

describe('timelines', () => {
  it('leave out what comes after the cut until they take up the log', () => {
    expect(counted(restored(), [9, 10, 11, 25])).toEqual([9, 10]);
    expect(counted(restored({ resumeAt: Position.of(22) }), [10, 11, 22, 23])).toEqual([10, 23]);
  });

  it('replay what comes after where the plan says so', () => {
    expect(counted(restored({ afterCut: 'replay' }), [10, 11, 25])).toEqual([10, 11, 25]);
  });

  it('exclude by sender, type and interval, and no further than the plan looked', () => {
    const timeline = restored({
      branch: Position.of(3),
      exclusions: { senders: ['lab'], types: [], between: [], clock: 'recorded' },
      afterCut: 'replay',
    });
    const fromLab = (position: number): boolean => counts(timeline, at(position, { sender: 'lab' }));
    expect([3, 4, 20, 21].map(fromLab)).toEqual([true, false, false, true]);
  });

  it('know a type by its label or its first word', () => {
    const excluded = (label: string, type: string): boolean =>
      isExcluded({ senders: [], types: [type], between: [], clock: 'recorded' }, anEvent([], { label }), Instant.of(0));
    expect(excluded('ADT^A40', 'ADT^A40')).toBe(true);
    expect(excluded('ADT^A40', 'ADT')).toBe(true);
    expect(excluded('DELETE Patient', 'DELETE')).toBe(true);
    expect(excluded('ADT^A40', 'ADT^A4')).toBe(false);
  });

  it('measure an interval on the clock of the plan, and take the next clock that knows', () => {
    const between = [[Instant.of(5), Instant.of(6)]] as const;
    const excluded = (over: Parameters<typeof anEvent>[1]): boolean =>
      isExcluded({ senders: [], types: [], between, clock: 'occurred' }, anEvent([], over), Instant.of(5));
    expect(excluded({ occurredAt: Instant.of(7) })).toBe(false);
    expect(excluded({ sentAt: Instant.of(6) })).toBe(true);
    expect(excluded({})).toBe(true);
  });

  it('never leave out what operators said', () => {
    expect(
      isExcluded(
        { senders: ['reprise'], types: [], between: [], clock: 'recorded' },
        anEvent([], { sender: 'reprise', format: 'control' }),
        Instant.of(0),
      ),
    ).toBe(false);
  });

  it('keep the ids of versions before the branch, and inherit what the parent left out', () => {
    const second = restored({ resumeAt: Position.of(22) });
    const third = restored({
      number: 3,
      parent: second,
      branch: Position.of(30),
      cut: Position.of(30),
      plannedAt: Position.of(40),
    });
    expect([5, 11, 23, 31].map((p) => timelineAt(third, Position.of(p)))).toEqual([1, 2, 2, 3]);
    expect(counted(third, [10, 15, 22, 25, 30, 31])).toEqual([10, 25, 30]);
  });
});
