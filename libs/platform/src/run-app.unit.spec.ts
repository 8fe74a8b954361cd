import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runSources } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const runApp = pathToFileURL(join(import.meta.dirname, 'run-app.ts')).href;
const endProcess = pathToFileURL(join(import.meta.dirname, 'end-process.ts')).href;
const failure = pathToFileURL(join(import.meta.dirname, '../../domain/src/failure.ts')).href;
const sample = `
  import { runApp } from '${runApp}';
  import { endProcess } from '${endProcess}';
  import { Failure } from '${failure}';
  class Settings {}
  const close = { quick: async () => console.log('drained'), never: () => new Promise(() => {}) };
  await runApp('sample', Settings, async () => {
    if (process.argv[2] === 'fails') throw Object.assign(new Error('x'), { code: 'EADDRINUSE', port: 8080 });
    const keepsRunning = setInterval(() => {}, 1000);
    if (process.argv[2] === 'bug') setTimeout(() => { throw new Error('DUPONT'); }, 50);
    if (process.argv[2] === 'deaf') endProcess(new Failure('log.too-new', 'the directory is of tomorrow'));
    return { ready: { port: 4711 }, close: close[process.argv[2]] ?? close.quick };
  });`;

describe.concurrent('the life of a process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'run-app-'));
  beforeAll(() => {
    writeFileSync(join(folder, 'sample.mjs'), sample);
  });
  const started = new Set<ChildProcess>();
  afterAll(() => {
    for (const child of started) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  const start = async (mode: string, environment: Record<string, string> = {}) => {
    const child: ChildProcess = fork(join(folder, 'sample.mjs'), [mode], {
      execArgv: [...runSources],
      env: { PATH: process.env['PATH'] ?? '', ...environment },
      silent: true,
    });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    // Not `close`: it does not come after the parent has disconnected.
    const exited = Promise.all([
      once(child, 'exit'),
      ...[child.stdout, child.stderr].map((pipe) => pipe && once(pipe, 'close')),
    ]).then(([exit]) => exit as [number | null, string | null]);
    started.add(child);
    await Promise.race([exited, expect.poll(() => output, { timeout: 50_000 }).toContain('sample.ready')]);
    return { child, exited, output: () => output };
  };

  it('says in one line that it is ready', async () => {
    const { child, exited, output } = await start('quick');
    child.kill('SIGTERM');
    await exited;
    expect(JSON.parse(output().split('\n')[0] ?? '')).toMatchObject({ name: 'sample.ready', port: 4711 });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('drains on %s and ends well', async (signal) => {
    const { child, exited, output } = await start('quick');
    child.kill(signal);
    expect(await exited).toEqual([0, null]);
    expect(output()).toMatch(/sample\.stopping[^]*drained[^]*sample\.stopped/);
  });

  it('drains when its supervisor is gone', async () => {
    const { child, exited, output } = await start('quick');
    child.disconnect();
    expect(await exited).toEqual([0, null]);
    expect(output()).toContain('drained');
  });

  it('ends at once on a second signal', async () => {
    const { child, exited, output } = await start('never');
    child.kill('SIGTERM');
    await expect.poll(output).toContain('sample.stopping');
    child.kill('SIGTERM');
    expect(await exited).toEqual([130, null]);
  });

  it('is cut short when draining takes longer than 8 s', async () => {
    const { child, exited, output } = await start('never');
    const since = performance.now();
    child.kill('SIGTERM');
    expect(await exited).toEqual([1, null]);
    expect(output()).toContain('sample.cut-short');
    expect(performance.now() - since).toBeLessThan(9_000);
  }, 15_000);

  it('stops with exit code 2 when the settings are wrong, with all of them', async () => {
    const { exited, output } = await start('quick', { REPRISE_FOO: '1', REPRISE_BAR: '2' });
    expect(await exited).toEqual([2, null]);
    expect(output()).toMatch(/REPRISE_BAR is not a setting[^]*REPRISE_FOO is not a setting/);
  });

  it('says which port is taken', async () => {
    const { exited, output } = await start('fails');
    expect(await exited).toEqual([1, null]);
    expect(output()).toContain('port 8080 is taken');
  });

  it('ends where it would be up and deaf, and says why', async () => {
    const { exited, output } = await start('deaf');
    expect(await exited).toEqual([1, null]);
    expect(output()).toContain('sample.died');
    expect(output()).toContain('the directory is of tomorrow');
  });

  it('does not survive a bug, and tells nothing of its message', async () => {
    const { exited, output } = await start('bug');
    expect(await exited).toEqual([1, null]);
    expect([output().includes('sample.died'), output().includes('DUPONT')]).toEqual([true, false]);
  });
});
