import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatheredLines, type Lines } from './gathered-lines.js';

describe('gathered lines', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gathered-lines-'));
  const path = join(folder, 'log');
  let descriptor: number;
  let lines: Lines;
  beforeAll(() => {
    descriptor = openSync(path, 'w');
    lines = gatheredLines(descriptor);
  });
  afterAll(() => {
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  });
  const written = (): string => readFileSync(path, 'utf8');

  it('wait some milliseconds, or until they are told to go', async () => {
    lines.write('one\n');
    lines.write('two\n');
    expect(written()).toBe('');
    await expect.poll(written, { interval: 5 }).toBe('one\ntwo\n');
    lines.write('three\n');
    lines.flush();
    expect(written()).toBe('one\ntwo\nthree\n');
    lines.flush();
    expect(written()).toBe('one\ntwo\nthree\n');
  });

  it('are bounded: many do not wait', () => {
    const before = written();
    const line = `${'é'.repeat(999)}\n`;
    for (let n = 0; n < 100; n++) lines.write(line);
    expect(written().length - before.length).toBeGreaterThan(100_000 - 33_000);
    lines.flush();
    expect(written()).toBe(before + line.repeat(100));
  });
});

const source = pathToFileURL(join(import.meta.dirname, 'gathered-lines.ts')).href;
const ends = {
  'exits of itself': '',
  'is told to exit': 'process.exit(0);',
  'dies of an error': "process.on('uncaughtException', () => process.exit(1)); throw new Error('x');",
} as const;

describe('the lines of a process', () => {
  const started: ChildProcess[] = [];
  afterAll(() => {
    for (const child of started) child.kill('SIGKILL');
  });
  const run = (script: string): ChildProcess => {
    const whole = `import { gatheredLines } from '${source}'; const lines = gatheredLines(1); ${script}`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', whole], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    started.push(child);
    return child;
  };
  const all = async (child: ChildProcess): Promise<string> => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await once(child, 'close');
    return output;
  };

  it.each(Object.entries(ends))('are all written when it %s', async (_, end) => {
    expect(await all(run(`for (let n = 0; n < 2000; n++) lines.write(n + '\\n'); ${end}`))).toBe(
      Array.from({ length: 2000 }, (_, n) => `${n}\n`).join(''),
    );
  });

  it('wait for a pipe that nobody reads just now', async () => {
    // Once Node has looked at it, the pipe no longer blocks: a write then fails where it is full.
    const child = run(`process.stdout; lines.write('x'.repeat(1_000_000) + '\\n'); lines.write('last\\n');`);
    await sleep(300);
    const output = await all(child);
    expect([output.length, output.slice(-6)]).toEqual([1_000_006, '\nlast\n']);
  });
});
