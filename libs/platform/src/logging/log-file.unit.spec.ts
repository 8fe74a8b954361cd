import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logBytesMax, logDaysMax, pruneLog, putAside, putAsideName } from './log-file.js';

const modules = ['gathered-lines.ts', 'log-file.ts'].map((name) => pathToFileURL(join(import.meta.dirname, name)).href);

describe('the log file of a process', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'reprise-log-'));
    path = join(folder, 'gateway.log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A process that writes numbered lines, in a file of at most 100 kB at a time; it is killed where `dies`. */
  const write = async (lines: number, dies: boolean): Promise<void> => {
    const script = `
      import { gatheredLines } from '${modules[0]}';
      import { keptSmall } from '${modules[1]}';
      const lines = gatheredLines(1, keptSmall(1, ${JSON.stringify(path)}, 100_000));
      for (let n = 0; n < ${lines}; n += 1) {
        lines.write(String(n).padStart(99, '.') + '\\n');
        if (n % 10 === 0) lines.flush();
      }
      lines.flush();
      ${dies ? "process.kill(process.pid, 'SIGKILL');" : "console.error('last word of the runtime');"}`;
    const output = openSync(path, 'a', 0o600);
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', output, output],
    });
    await once(child, 'exit');
  };
  const kept = (): string => [...putAside(path), path].map((file) => readFileSync(file, 'utf8')).join('');
  const numbered = (count: number): string =>
    Array.from({ length: count }, (_, n) => `${String(n).padStart(99, '.')}\n`).join('');

  it('is put aside when it is full, while the process runs: every line once, whole, in order', async () => {
    await write(10_000, false);
    expect(kept()).toBe(`${numbered(10_000)}last word of the runtime\n`);
    expect(putAside(path).length).toBeGreaterThan(5);
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).size).toBeLessThan(150_000);
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
  });

  it('keeps what was written over kill -9 and restarts', async () => {
    await write(2000, true);
    await write(500, true);
    await write(500, true);
    expect(kept()).toBe(numbered(2000) + numbered(500) + numbered(500));
  });

  it('is kept by age and by size, the newest first', () => {
    const now = new Date('2026-11-30T08:00:00Z');
    const aside = (daysAgo: number, bytes: number): string => {
      const at = new Date(now.getTime() - daysAgo * 86_400_000);
      const file = putAsideName(path, at);
      writeFileSync(file, '');
      truncateSync(file, bytes);
      utimesSync(file, at, at);
      return file;
    };
    writeFileSync(path, 'now\n');
    const [tooOld, first] = [aside(logDaysMax + 1, 10), aside(logDaysMax - 1, logBytesMax / 2)];
    const [second, third] = [aside(3, logBytesMax / 2), aside(1, 10)];
    const others = join(folder, 'gateway.log.notes');
    writeFileSync(others, '');
    pruneLog(path, now);
    expect([tooOld, first, second, third, others, path].map((file) => existsSync(file))).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
  });
});
