import { describe, expect, it } from 'vitest';
import { Failure } from '#domain';
import { Directory } from '../../directory/directory.js';
import type { LiveReport, ReplicaStatus } from '../../ports/replica-status.js';
import { ParkedProblems } from './parked-problems.js';

const replica = (name: string, parked: Readonly<Record<string, number>> | 'away'): ReplicaStatus =>
  ({
    name,
    live: async () => {
      if (parked === 'away') throw new Failure('replica.unreachable', 'away');
      return Object.entries(parked).map(([establishment, count]) => ({ establishment, parked: count }) as LiveReport);
    },
  }) as unknown as ReplicaStatus;
const look = (...replicas: readonly ReplicaStatus[]) => new ParkedProblems(replicas).look(new Directory());

describe('events that wait behind a fault', () => {
  it('are no problem where none do', async () => {
    expect(await look(replica('a', { '990000010': 0 }), replica('b', {}))).toEqual([]);
  });

  it('are one for each establishment, with their number and where they are listed', async () => {
    expect(
      await look(replica('a', { '990000010': 2, '990000028': 0 }), replica('b', { '990000010': 3, '990000036': 1 })),
    ).toMatchObject([
      {
        code: 'events.parked',
        state: 'warning',
        establishment: '990000010',
        text: 'events of 990000010 that wait behind a fault and are not served: 3',
        command: 'reprise parked list --establishment 990000010',
      },
      { establishment: '990000036', text: expect.stringMatching(/: 1$/) },
    ]);
  });

  it('are told by the replica that answers', async () => {
    expect(await look(replica('a', 'away'), replica('b', { '990000010': 1 }))).toHaveLength(1);
  });
});
