import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logFileBytesMax } from '#platform';
import type { Running } from './launch-app.js';
import { Member } from './member.js';
import { lastLines, openOutput } from './output-file.js';

describe('the output of a process', () => {
  let folder: string;
  let logFile: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'reprise-output-'));
    logFile = join(folder, 'gateway.log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (script: string): Running => {
    const { descriptor, said } = openOutput(logFile);
    const child = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', descriptor, descriptor] });
    closeSync(descriptor);
    const exited = once(child, 'exit').then(() => {});
    const end = async (): Promise<void> => {
      child.kill('SIGKILL');
      await exited;
    };
    return {
      pid: child.pid ?? 0,
      exited,
      stop: end,
      kill: end,
      isReady: () => Promise.resolve(said().includes('ready')),
      lastWords: () => lastLines(said()),
      logFile,
    };
  };
  const member = (script: string): Member =>
    new Member('gateway', () => run(script), { pidChanged: () => undefined, say: () => undefined });

  it('of one that never comes up is why it is given up: its last lines, of this run, harmless to a terminal', async () => {
    writeFileSync(logFile, 'of a former run: ready\n');
    const broken = member(`for n in 1 2 3 4 5 6; do echo "line $n"; done; printf '\\033[2Jno key\\n'; exit 3`);
    await expect(broken.start(20_000)).rejects.toMatchObject({
      message:
        'gateway does not start: it ended 3 times. Its last lines:\n    line 3\n    line 4\n    line 5\n    line 6\n    [2Jno key',
      hint: expect.stringContaining(logFile),
    });
    await broken.stop(1000);
    expect(broken.pid).toBe(0);
    const kept = readFileSync(logFile, 'utf8');
    expect(kept.match(/line 1/g)).toHaveLength(3);
    expect(kept).toContain('of a former run');
    expect(statSync(logFile).mode & 0o777).toBe(0o600);
  });

  it('of one that is ready says so', async () => {
    const well = member('echo ready; exec sleep 60');
    await well.start(20_000);
    expect(well.pid).toBeGreaterThan(0);
    await well.stop(1000);
  });

  it('is put aside when it is full before a start, and kept', () => {
    writeFileSync(logFile, 'of a former run\n');
    truncateSync(logFile, logFileBytesMax);
    const { descriptor, said } = openOutput(logFile);
    closeSync(descriptor);
    expect(said()).toBe('');
    expect(readdirSync(folder)).toHaveLength(2);
    writeFileSync(logFile, 'begun anew');
    expect(said()).toBe('begun anew');
  });
});
