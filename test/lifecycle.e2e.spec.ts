import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { environmentOf, freePortBase, LocalSystem } from './system/local-system.js';

const start = (...flags: readonly string[]): Started => startIn({}, ...flags);

interface Started {
  readonly code: number | null;
  readonly said: string;
}

const startIn = (environment: NodeJS.ProcessEnv, ...flags: readonly string[]): Started => {
  const done = spawnSync(process.execPath, ['dist/apps/local/src/main.js', ...flags], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...environmentOf(flags), ...environment },
  });
  return { code: done.status, said: done.stdout + done.stderr };
};

/** `npm start` on bad days. */
describe('the system on this machine', () => {
  const folders: string[] = [];
  const systems: LocalSystem[] = [];
  const run = async (flags: readonly string[]): Promise<LocalSystem> => {
    const system = await LocalSystem.run(flags);
    systems.push(system);
    return system;
  };
  afterAll(async () => {
    await Promise.all(systems.map((system) => system.stop()));
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('goes on with the same data after Ctrl-C, and after kill -9 of the supervisor with all it left running', async () => {
    const base = await freePortBase();
    const flags = ['--quiet-feed', '--port-base', String(base)];
    const family = async (system: LocalSystem): Promise<string> => {
      const answer = await system.read('b', system.sender().finess, 'Patient/kept');
      return ((await answer.json()) as { name?: { family: string }[] }).name?.[0]?.family ?? `status ${answer.status}`;
    };
    const first = await run(flags);
    folders.push(first.ready.directory);
    const put = await first.publish('PUT', '/fhir/Patient/kept', {
      resourceType: 'Patient',
      id: 'kept',
      name: [{ family: 'GARDE' }],
    });
    await first.applied(first.sender().finess, Number(put.headers.get('reprise-position')));
    expect(await first.stop()).toBe(0);

    const second = await run(flags);
    expect(await family(second)).toBe('GARDE');
    const inUse = start(...flags);
    expect(inUse.code).toBe(5);
    expect(inUse.said).toMatch(/in use|runs already|already/i);
    second.child.kill('SIGKILL');
    await pause(500);

    const third = await run(flags);
    expect(await family(third)).toBe('GARDE');
    const { directory } = third.ready;
    const log = readFileSync(join(directory, 'logs', 'gateway.log'), 'utf8');
    expect(log.match(/"name":"gateway\.ready"/g)).toHaveLength(3);
    await third.stop();

    writeFileSync(join(directory, 'version'), '999\n');
    const newer = start(...flags);
    expect(newer.code).toBe(6);
    expect(newer.said).toMatch(/newer/);
  });

  it('gives up what cannot come up, with the reason, and leaves nothing running', async () => {
    const base = await freePortBase();
    const flags = ['--quiet-feed', '--port-base', String(base)];
    const well = await run(['--fresh', ...flags]);
    const { directory } = well.ready;
    folders.push(directory);
    await well.stop();
    rmSync(realpathSync(join(directory, 'postgres-b', 'data', 'PG_VERSION')));
    const { code, said } = start(...flags);
    expect(code).toBe(1);
    expect(said).toMatch(/Postgres does not start: .*\n {2}-> .*postgres\.log/);
    const left = spawnSync('ps', ['-ww', '-e', '-o', 'args='], { encoding: 'utf8' }).stdout;
    expect(left).not.toContain(directory);
  });

  it('names a port that is taken, before anything is started', async () => {
    const base = await freePortBase();
    const server: Server = createServer();
    await new Promise<void>((resolve) => server.listen(base + 8, '127.0.0.1', resolve));
    const { code, said } = start('--ephemeral', '--port-base', String(base));
    server.close();
    expect(code).toBe(5);
    expect(said).toContain(String(base + 8));
  });

  it('names a folder that cannot be one, without a trace of the program', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'reprise-file-')), 'file');
    folders.push(dirname(file));
    writeFileSync(file, '');
    const { code, said } = startIn({ REPRISE_DATA_DIR: file }, '--quiet-feed');
    expect(code).toBe(1);
    expect(said).toContain(file);
    expect(said).toMatch(/\n {2}-> name a folder that is there and may be written to/);
    expect(said).not.toMatch(/^\s+at /m);
  });

  it('refuses a wrong flag with usage', () => {
    const { code, said } = start('--port-bse', '1');
    expect(code).toBe(2);
    expect(said).toMatch(/Unknown option.*\n.*--help/);
  });
});
