import { beforeEach, describe, expect, it } from 'vitest';
import { Failure, Finess, Instant, originalTimeline, Position } from '#domain';
import { Directory } from '../../directory/directory.js';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type { LiveReport, ReplicaStatus } from '../../ports/replica-status.js';
import { FollowerProblems } from './follower-problems.js';
import { LookForProblems } from './look-for-problems.js';
import { type Problem, ProblemSource } from './problem.js';

const finess = Finess.parse('750712184');
const now = Instant.of(1_000_000);
const level: LiveReport = {
  establishment: finess,
  generation: 1,
  timeline: originalTimeline,
  position: Position.of(9),
  clock: now,
  levelAt: now,
  heardSecondsAgo: 1.2,
  replicators: [],
  halted: '',
  searchVersion: 2,
  reindexed: 0,
  scrub: {
    position: '',
    lastFullRoundAt: null,
    beganAt: null,
    firstDifference: null,
    rowsEstimate: 0,
    bytesEstimate: 0,
  },
  parked: 0,
};
const directory = new Directory();
directory.apply({
  position: Position.of(0),
  appendedAt: now,
  event: {
    v: 1,
    at: now,
    by: 'control',
    kind: 'establishment-declared',
    establishment: { finess, name: 'CH (démo)', sites: [], timeZone: 'Europe/Paris' },
  },
});

/** What never answers. */
const never = new Promise<never>(() => undefined);

describe('problems of who follows the log', () => {
  let live: () => Promise<readonly LiveReport[]>;
  let range: () => Promise<unknown>;
  const found = async (): Promise<readonly (readonly [string, string])[]> => {
    const replicas = [{ name: 'a', live: () => live() }] as unknown as readonly ReplicaStatus[];
    const log = { range: () => range() } as unknown as EstablishmentLog;
    const problems = await new FollowerProblems(replicas, log).look(directory, now);
    return problems.map(({ code, text }) => [code, text] as const);
  };
  beforeEach(() => {
    live = async () => [level];
    range = async () => ({ last: Position.of(9) });
  });

  it('are none where all is level', async () => {
    expect(await found()).toEqual([]);
  });

  it('name the replica whose process says nothing, however level it is, and one that was never heard', async () => {
    live = async () => [{ ...level, heardSecondsAgo: 27.4 }];
    expect(await found()).toEqual([['replicator.silent', 'replica a: its replicator has said nothing for 27 s']]);
    live = async () => [{ ...level, heardSecondsAgo: null }];
    expect(await found()).toEqual([['replicator.silent', 'replica a: its replicator has never been heard']]);
  });

  it('warn of one of two processes that is gone, and of nothing else', async () => {
    const two = (seconds: number): LiveReport['replicators'] => [
      { name: 'host-1:7', heardSecondsAgo: 1.2 },
      { name: 'host-2:7', heardSecondsAgo: seconds },
    ];
    live = async () => [{ ...level, replicators: two(9.9) }];
    expect(await found()).toEqual([]);
    live = async () => [{ ...level, replicators: two(27.4) }];
    expect(await found()).toEqual([
      ['replicator.gone', 'replica a: its replicator host-2:7 has said nothing for 27 s; another one does its work'],
    ]);
  });

  it('name why one follows an establishment no longer, and what it does not follow yet', async () => {
    live = async () => [{ ...level, halted: 'log.gap: 7 follows 5' }];
    expect(await found()).toEqual([
      ['replicator.halted', `replica a no longer follows ${finess}: log.gap: 7 follows 5`],
    ]);
    live = async () => [{ ...level, establishment: Finess.parse('690781810') }];
    expect(await found()).toEqual([['replica.not-begun', `replica a does not follow ${finess} yet`]]);
  });

  it('name one that has been behind for a minute', async () => {
    live = async () => [{ ...level, position: Position.of(4), levelAt: Instant.of(now - 61_000) }];
    expect(await found()).toEqual([['replica.behind', `replica a is behind in ${finess} by events: 5`]]);
    live = async () => [{ ...level, position: Position.of(4), levelAt: Instant.of(now - 59_000) }];
    expect(await found()).toEqual([]);
  });

  it('wait for nobody: a log and a database that never answer are away', async () => {
    range = () => never;
    live = () => never;
    expect((await found()).map(([code]) => code)).toEqual(['log.unreachable', 'replica.unreachable']);
  });

  it('are told of a log or a database that says that it is away', async () => {
    range = async () => Promise.reject(new Failure('log.unreachable', 'no broker answers', ''));
    live = async () => Promise.reject(new Failure('replica.unreachable', 'Postgres: ECONNREFUSED', ''));
    expect((await found()).map(([code]) => code)).toEqual(['log.unreachable', 'replica.unreachable']);
  });
});

describe('looking for problems', () => {
  const source = (name: string, look: () => Promise<readonly Problem[]>): ProblemSource =>
    new (class extends ProblemSource {
      override readonly name = name;
      override look = look;
    })();
  const problem = (code: string, state: Problem['state']): Problem => ({ code, state, text: code, command: 'x' });
  const looked = async (...sources: readonly ProblemSource[]): Promise<readonly string[]> =>
    (await new LookForProblems(sources).look(directory, now)).map(({ code, state }) => `${state} ${code}`);

  it('puts what is wrong first', async () => {
    const [warned, broken] = [problem('sender.silent', 'warning'), problem('scrub.differs', 'wrong')];
    expect(
      await looked(
        source('a', async () => [warned]),
        source('b', async () => [broken]),
      ),
    ).toEqual(['wrong scrub.differs', 'warning sender.silent']);
  });

  it('tells the log of the process which source begins to fail, and not each time that it is asked', async () => {
    const told: string[] = [];
    let isBroken = true;
    const broken = source('b', async () => (isBroken ? Promise.reject(new Error('a bug')) : []));
    const problems = new LookForProblems([broken], (name) => told.push(name));
    await problems.look(directory, now);
    await problems.look(directory, now);
    expect(told).toEqual(['b']);
    isBroken = false;
    await problems.look(directory, now);
    isBroken = true;
    await problems.look(directory, now);
    expect(told).toEqual(['b', 'b']);
  });

  it('calls wrong what could not be looked at, for whatever reason', async () => {
    const broken = source('b', async () => Promise.reject(new Error('a bug')));
    expect(
      await looked(
        broken,
        source('c', () => never),
      ),
    ).toEqual(['wrong source.unanswered', 'wrong source.unanswered']);
  });

  it('says once that a replica is away, not what others cannot see for it; a bug is still said', async () => {
    const away = source('a', async () => [problem('replica.unreachable', 'wrong')]);
    const blind = source('b', async () => Promise.reject(new Failure('replica.unreachable', 'ECONNREFUSED', '')));
    const broken = source('c', async () => Promise.reject(new Error('a bug')));
    expect(await looked(away, blind)).toEqual(['wrong replica.unreachable']);
    expect(await looked(away, blind, broken)).toEqual(['wrong replica.unreachable', 'wrong source.unanswered']);
  });
});
