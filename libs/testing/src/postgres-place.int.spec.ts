import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningPostgres, startPostgres } from './embedded-postgres.js';
import { freePorts } from './ports.js';
import { assertRuns, postgresAccount } from './postgres-account.js';
import {
  clusterOf,
  findBinaries,
  findPackage,
  openFolder,
  placeOfCluster,
  removeLeftPlaces,
  removePostgres,
} from './postgres-place.js';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

const words = async (server: RunningPostgres): Promise<readonly unknown[]> => {
  const client = new pg.Client({ connectionString: server.urls.owner });
  await client.connect();
  try {
    await client.query('create table if not exists kept (word text)');
    await client.query(`insert into kept values ('Zoé')`);
    return (await client.query('select word from kept')).rows as unknown[];
  } finally {
    await client.end();
  }
};

describe.runIf(process.getuid?.() === 0)('as root in a folder that others may not enter', () => {
  let closed: string;
  let dataDir: string;
  const servers: RunningPostgres[] = [];
  const start = async (): Promise<RunningPostgres> => {
    const [port = 0] = await freePorts(1);
    const server = await startPostgres({ port, dataDir });
    servers.push(server);
    return server;
  };

  beforeEach(() => {
    closed = mkdtempSync(join(tmpdir(), 'reprise-closed-'));
    dataDir = join(closed, 'postgres');
  });

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    removePostgres(dataDir);
    rmSync(closed, { recursive: true });
  });

  it('Postgres starts, opens that folder to nobody, and goes on with its data', async () => {
    expect(modeOf(closed)).toBe(0o700);
    const first = await start();
    expect(await words(first)).toHaveLength(1);
    const cluster = clusterOf(dataDir);
    expect(cluster.startsWith(closed)).toBe(false);
    expect([modeOf(closed), modeOf(cluster), statSync(cluster).uid]).toEqual([0o700, 0o700, postgresAccount()?.uid]);
    await first.stop();
    expect(await words(await start())).toHaveLength(2);
    expect(clusterOf(dataDir)).toBe(cluster);
  });

  it('a server that a killed run left is in use while its owner lives', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'busy' });
  });

  it('data that were reachable before go along, and all of them go when they are to go', async () => {
    const open = mkdtempSync(join(tmpdir(), 'reprise-open-'));
    rmSync(open, { recursive: true });
    mkdirSync(open, { mode: 0o755 });
    dataDir = join(open, 'postgres');
    const before = await start();
    await words(before);
    await before.stop();
    expect(lstatSync(join(dataDir, 'data')).isSymbolicLink()).toBe(false);
    renameSync(dataDir, join(closed, 'postgres'));
    rmSync(open, { recursive: true });
    dataDir = join(closed, 'postgres');
    expect(await words(await start())).toHaveLength(2);
    await servers[1]?.stop();
    const place = dirname(clusterOf(dataDir));
    expect(existsSync(place)).toBe(true);
    removePostgres(dataDir);
    expect([existsSync(place), existsSync(dataDir)]).toEqual([false, false]);
  });

  it('data that are gone are not begun anew in silence', async () => {
    mkdirSync(dataDir);
    symlinkSync(join(closed, 'gone', 'data'), join(dataDir, 'data'));
    await expect(start()).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('gone') });
    expect(existsSync(join(closed, 'gone'))).toBe(false);
  });

  it('what a link leads to that we did not make is never removed', () => {
    mkdirSync(join(closed, 'disk', 'data'), { recursive: true });
    mkdirSync(dataDir);
    symlinkSync(join(closed, 'disk', 'data'), join(dataDir, 'data'));
    removePostgres(dataDir);
    expect([existsSync(dataDir), existsSync(join(closed, 'disk', 'data'))]).toEqual([false, true]);
  });

  it('what is elsewhere goes when its data folder is gone and nothing serves it', () => {
    const placeOf = (name: string): string => {
      mkdirSync(join(closed, name));
      return placeOfCluster(join(closed, name), postgresAccount());
    };
    const [left, kept, foreign, served] = ['left', 'kept', 'foreign', 'served'].map(placeOf) as [
      string,
      string,
      string,
      string,
    ];
    for (const name of ['left', 'foreign', 'served']) rmSync(join(closed, name), { recursive: true });
    const server = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', served], { stdio: 'ignore' });
    try {
      mkdirSync(join(served, 'data'));
      writeFileSync(join(served, 'data', 'postmaster.pid'), `${server.pid}\n`);
      removeLeftPlaces((dataDir) => dataDir.startsWith(closed) && !dataDir.endsWith('foreign'));
      expect([left, kept, foreign, served].map((place) => existsSync(place))).toEqual([false, true, true, true]);
    } finally {
      server.kill('SIGKILL');
      for (const place of [left, kept, foreign, served]) rmSync(place, { recursive: true, force: true });
    }
  });

  it('binaries there are run from a copy that root alone may write', () => {
    const found = { folder: join(closed, 'native'), version: 'of-a-spec' };
    cpSync(findPackage().folder, found.folder, { recursive: true, verbatimSymlinks: true });
    // Of a run of this spec that was killed.
    rmSync(join(openFolder(), `postgresql-${found.version}-${arch()}`), { recursive: true, force: true });
    const { initdb } = findBinaries(postgresAccount(), found);
    const copy = join(dirname(initdb), '..');
    expect(initdb.startsWith(closed)).toBe(false);
    for (const path of [copy, dirname(initdb), initdb])
      expect([statSync(path).uid, statSync(path).mode & 0o022]).toEqual([0, 0]);
    expect(findBinaries(postgresAccount(), found).initdb).toBe(initdb);
    rmSync(copy, { recursive: true });
  });

  it('a place that others own or may write is none, and where there is none it is said', () => {
    const writable = join(closed, 'writable');
    mkdirSync(writable);
    expect(() => openFolder([writable])).toThrow(/can reach neither/);
    const open = mkdtempSync(join(tmpdir(), 'reprise-place-'));
    const linked = join(open, 'linked');
    symlinkSync('/var', linked);
    try {
      expect(() => openFolder([linked])).toThrow(/can reach neither/);
    } finally {
      rmSync(open, { recursive: true });
    }
  });
});

describe('what keeps Postgres from running at all', () => {
  it('is said: an account that may not be taken', () => {
    // setuid(2) refuses this one to whoever asks, as it refuses every other one in a container without CAP_SETUID.
    const refused = { uid: -1, gid: -1 };
    expect(() => assertRuns('/bin/true', refused)).toThrow(/may not become the account "postgres" here/);
  });

  it('is said: a program that cannot be run', () => {
    expect(() => assertRuns(import.meta.filename, undefined)).toThrow(/cannot run .*: permission denied/);
  });
});
