import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Failure } from '#domain';
import type { Running } from './launch-app.js';
import { backOffMs, Member } from './member.js';

/** A process that is nothing but its end; `deaf` ones do not listen to a polite signal. */
const running = (pid: number, options: { ready?: boolean; deaf?: boolean } = {}): Running & { die(): void } => {
  const { promise: exited, resolve: die } = Promise.withResolvers<void>();
  const end = async (): Promise<void> => die();
  return {
    pid,
    exited,
    die,
    stop: options.deaf ? () => exited : end,
    kill: end,
    isReady: () => Promise.resolve(options.ready ?? true),
    lastWords: () => `last word of ${pid}`,
    logFile: '/logs/x.log',
  };
};

const words = () => {
  const said: string[] = [];
  return { said, say: (line: string) => void said.push(line), pidChanged: () => void said.push('pid') };
};

describe('a member of the system', () => {
  it('is started again when it dies, and says so', async () => {
    const [first, second] = [running(1), running(2)];
    const next = [first, second];
    const heard = words();
    const member = new Member('gateway', () => next.shift() ?? running(3), heard);
    await member.start(1000);
    expect(member.pid).toBe(1);
    first.die();
    await sleep(20);
    expect(member.pid).toBe(0);
    await sleep(400);
    expect(member.pid).toBe(2);
    expect(heard.said).toEqual([
      'pid',
      'pid',
      'gateway ended; starting it again in 0.25 s',
      'pid',
      'gateway runs again',
    ]);
    await member.stop(1000);
    expect(member.pid).toBe(0);
  });

  it('gives up a first start after three attempts, with the last word', async () => {
    let pid = 0;
    const member = new Member(
      'reader-a',
      () => {
        pid += 1;
        const process = running(pid, { ready: false });
        process.die();
        return process;
      },
      words(),
    );
    await expect(member.start(10_000)).rejects.toMatchObject({
      message: 'reader-a does not start: it ended 3 times. Its last lines:\n    last word of 3',
      hint: expect.stringContaining('/logs/x.log'),
    });
    await member.stop(1000);
    expect(pid).toBe(3);
  });

  it('gives up a first start that takes too long', async () => {
    const member = new Member('control', () => running(1, { ready: false }), words());
    await expect(member.start(100)).rejects.toThrow(
      'control does not start: not ready after 0.1 s. Its last lines:\n    last word of 1',
    );
    await member.stop(1000);
  });

  it.each(['not-found', 'refused-by-policy', 'input.invalid'] as const)('is not tried again after %s', async (code) => {
    let tries = 0;
    const member = new Member(
      'postgres-a',
      () => {
        tries += 1;
        throw new Failure(code, 'no such account', 'make it');
      },
      words(),
    );
    await expect(member.start(10_000)).rejects.toMatchObject({ message: 'no such account', hint: 'make it' });
    await member.stop(1000);
    expect(tries).toBe(1);
  });

  it('gives up with the reason what cannot even be launched, after three attempts', async () => {
    const heard = words();
    const member = new Member(
      'kafka',
      () => {
        throw new Failure('log.unreachable', 'Kafka does not start: no memory', 'look');
      },
      heard,
    );
    await expect(member.start(10_000)).rejects.toMatchObject({ message: 'Kafka does not start: no memory' });
    await member.stop(1000);
    expect(heard.said).toHaveLength(2);
  });

  it('that ran well and then crashes again and again is tried on, and that is said', async () => {
    let runs = 0;
    const heard = words();
    const member = new Member(
      'gateway',
      () => {
        runs += 1;
        const process = running(runs);
        if (runs > 1) process.die();
        else setTimeout(() => process.die(), 100);
        return process;
      },
      heard,
      () => 1,
    );
    await member.start(1000);
    await expect.poll(() => runs).toBeGreaterThan(6);
    await member.stop(1000);
    expect(heard.said.find((line) => line.includes('will hardly come up by itself'))).toBe(
      'gateway has ended 5 times, each within a minute of its start: it will hardly come up by itself. Its last lines:\n    last word of 5\n  -> all of it is in /logs/x.log',
    );
  });

  it('is killed when it does not stop in time', async () => {
    const member = new Member('replicator-a', () => running(1, { deaf: true }), words());
    await member.start(1000);
    const startedAtMs = Date.now();
    await member.stop(200);
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(200);
    expect(member.pid).toBe(0);
  });

  it('stops what comes up while it is being stopped', async () => {
    const late = running(1);
    const member = new Member('kafka', () => sleep(200).then(() => late), words());
    const started = member.start(5000);
    await sleep(20);
    await member.stop(1000);
    await started;
    expect(member.pid).toBe(0);
  });

  it('waits longer each time, never more than 15 s', () => {
    expect([0, 1, 2, 5, 6, 50].map(backOffMs)).toEqual([250, 500, 1000, 8000, 15_000, 15_000]);
  });
});
