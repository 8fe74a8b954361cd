import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandLineOf, identityOf, isRunning, ownersMark, type ProcessIdentity } from './process-identity.js';
import { startTestRun } from './test-run.js';

const us = identityOf(process.pid) as ProcessIdentity;
/** This process's number, and a start that is not its own. */
const dead: ProcessIdentity = { pid: process.pid, startedAt: 'earlier' };
const deadMark = `${dead.pid}-${Buffer.from(dead.startedAt).toString('hex')}`;

describe('a run of tests', () => {
  const before = process.env['TMPDIR'];
  let scratch: string;
  const servers: ChildProcess[] = [];
  beforeEach(() => {
    scratch = realpathSync(mkdtempSync(join(tmpdir(), 'reprise-runs-')));
    process.env['TMPDIR'] = scratch;
  });
  afterEach(() => {
    for (const server of servers.splice(0)) server.kill('SIGKILL');
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(scratch, { recursive: true });
  });

  const serverIn = async (run: string, owner: ProcessIdentity): Promise<ProcessIdentity> => {
    const dataDir = join(scratch, run, 'some-spec', 'kafka');
    mkdirSync(dataDir, { recursive: true });
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', dataDir], { stdio: 'ignore' });
    servers.push(child);
    const server = identityOf(child.pid ?? 0) as ProcessIdentity;
    writeFileSync(join(dataDir, 'server.pid'), JSON.stringify({ server, owner }));
    await expect.poll(() => commandLineOf(server.pid)).toContain(dataDir);
    return server;
  };

  it('has one folder for all that it makes, which goes with it', async () => {
    const end = await startTestRun();
    const made = mkdtempSync(join(tmpdir(), 'any-spec-'));
    expect(dirname(dirname(made))).toBe(scratch);
    const again = await startTestRun();
    again();
    expect(existsSync(made)).toBe(true);
    end();
    expect([tmpdir(), readdirSync(scratch)]).toEqual([scratch, []]);
  });

  it('removes what a killed one left, its servers first', async () => {
    const left = await serverIn(`reprise-test-${deadMark}-Ab12Cd`, dead);
    const end = await startTestRun();
    end();
    expect([isRunning(left), readdirSync(scratch)]).toEqual([false, []]);
  });

  it('leaves alone what lives, and what is nobody’s', async () => {
    const other = await serverIn(`reprise-test-${ownersMark()}-bench`, us);
    const below = await serverIn(`reprise-test-${deadMark}-Ef34Gh`, us);
    mkdirSync(join(scratch, 'reprise-test-GRMQut'));
    const there = readdirSync(scratch);
    const end = await startTestRun();
    end();
    expect([isRunning(other), isRunning(below), readdirSync(scratch)]).toEqual([true, true, there]);
  });
});
