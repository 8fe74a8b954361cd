import { expect, it } from 'vitest';
import { Finess } from '#domain';
import type { Restore, RestoreState, TimelineSwitch } from '../../directory/restore.js';
import type { LiveReport } from '../../ports/replica-status.js';
import { type ReplicaLives, switchesOf } from './restore-switches.js';

const [first, second] = [Finess.parse('750712184'), Finess.parse('690781810')];
const on = (establishment: Finess, number: number, heardSecondsAgo = 1): LiveReport =>
  ({ establishment, timeline: { number }, heardSecondsAgo }) as LiveReport;
const switches = (state: RestoreState, live: number, lives: ReplicaLives) =>
  switchesOf(
    { state, targets: [{ establishment: first }, { establishment: second }] } as unknown as Restore,
    { currentTimeline: () => ({ timeline: { number: live } }) as TimelineSwitch },
    lives,
  );

it('a replica has switched once every establishment of the restore shows what is live by now', () => {
  const lives = new Map<string, readonly LiveReport[] | 'unreachable'>([
    ['a', [on(first, 2), on(second, 2)]],
    ['b', [on(first, 2), on(second, 1)]],
    ['c', [on(first, 1, 27), on(second, 1, 27)]],
    ['d', 'unreachable'],
  ]);
  expect(switches('promoted', 2, lives)).toEqual([
    { replica: 'a', state: 'switched', reason: '' },
    { replica: 'b', state: 'pending', reason: '' },
    { replica: 'c', state: 'pending', reason: 'replica c: its replicator has said nothing for 27 s' },
    { replica: 'd', state: 'unreachable', reason: 'replica d: its database does not answer' },
  ]);
  expect(switches('rolled-back', 1, lives).map(({ state }) => state)).toEqual([
    'pending',
    'pending',
    'switched',
    'unreachable',
  ]);
  expect(switches('approved', 1, lives)).toEqual([]);
});
