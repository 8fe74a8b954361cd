import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf, isRunning, type ProcessIdentity } from '#testing';
import { isEphemeral, knownFolders } from './data-folder.js';
import { lock, type SystemHere } from './folder-lock.js';
import { clearLeftBehind } from './left-behind.js';

const system: SystemHere = { control: 'http://127.0.0.1:8090', project: '/project' };
const us = identityOf(process.pid) as ProcessIdentity;
/** This process's number, and a start that is not its own. */
const dead: ProcessIdentity = { pid: process.pid, startedAt: 'earlier' };

describe('what a run that was killed left behind', () => {
  const before = process.env['TMPDIR'];
  let scratch: string;
  const servers: ChildProcess[] = [];
  beforeEach(() => {
    scratch = realpathSync(mkdtempSync(join(tmpdir(), 'reprise-left-')));
    process.env['TMPDIR'] = scratch;
  });
  afterEach(() => {
    for (const server of servers.splice(0)) server.kill('SIGKILL');
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(scratch, { recursive: true });
  });

  const readyFile = (name: string, directory: string, pid: number): string => {
    const path = join(scratch, name);
    writeFileSync(path, JSON.stringify({ directory, processes: [{ name: 'supervisor', pid }] }));
    return path;
  };
  /** A data folder with a server, as a supervisor leaves it that has no time to do anything. */
  const folderOf = (
    name: string,
    owner: ProcessIdentity,
  ): { folder: string; ready: string; server: ProcessIdentity } => {
    const folder = join(scratch, name);
    mkdirSync(join(folder, 'kafka'), { recursive: true });
    writeFileSync(join(folder, 'version'), '1\n');
    const ready = readyFile(`${name}.json`, folder, owner.pid);
    writeFileSync(join(folder, 'lock'), JSON.stringify({ ...owner, ...system, readyFile: ready }));
    const script = 'setInterval(() => {}, 1000)';
    const child = spawn(process.execPath, ['-e', script, join(folder, 'kafka')], { stdio: 'ignore' });
    servers.push(child);
    const server = identityOf(child.pid ?? 0) as ProcessIdentity;
    writeFileSync(join(folder, 'kafka', 'server.pid'), JSON.stringify({ server, owner }));
    return { folder, ready, server };
  };
  const started = (pid: number) =>
    expect.poll(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('setInterval');

  it('goes, whatever the next run names: processes, the ready file, all of an ephemeral folder', async () => {
    const left = folderOf(`reprise-ephemeral-${userInfo().uid}-31000`, dead);
    await started(left.server.pid);
    expect(isEphemeral(left.folder)).toBe(true);
    expect(knownFolders()).toContain(left.folder);
    const said: string[] = [];
    await clearLeftBehind([left.folder], system, (line) => said.push(line));
    expect([isRunning(left.server), existsSync(left.ready), existsSync(left.folder)]).toEqual([false, false, false]);
    expect(said).toEqual([
      `stopped the kafka that a killed run had left in ${left.folder}`,
      `removed ${left.folder}, which a killed run had left`,
    ]);
  });

  it('keeps its data where they are to be kept, for whoever starts there again', async () => {
    const left = folderOf('.reprise-31000', dead);
    await started(left.server.pid);
    await clearLeftBehind([left.folder], system, () => undefined);
    expect([isRunning(left.server), existsSync(left.ready)]).toEqual([false, false]);
    expect(existsSync(join(left.folder, 'version'))).toBe(true);
    expect(lock(left.folder, system)).toBeUndefined();
  });

  it('is nothing that lives', async () => {
    const alive = folderOf(`reprise-ephemeral-${userInfo().uid}`, us);
    await started(alive.server.pid);
    await clearLeftBehind([alive.folder], system, () => undefined);
    expect([isRunning(alive.server), existsSync(alive.ready), existsSync(alive.folder)]).toEqual([true, true, true]);
  });

  it('is no ready file of another system that was given the same name since', async () => {
    const left = folderOf('.reprise', dead);
    readyFile('.reprise.json', '/elsewhere', us.pid);
    await clearLeftBehind([left.folder], system, () => undefined);
    expect(readFileSync(left.ready, 'utf8')).toContain('/elsewhere');
  });
});
