import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planPorts } from './port-plan.js';
import { appProcesses, stopOrder } from './processes.js';
import { ReadyFileAt, readyFile } from './ready-file.js';
import { localFiles } from './local-files.js';

const postgres = { passwordsDir: '/data/passwords/a', scopeKeyFile: '/data/postgres/scope.key' };
const surroundings = {
  ports: planPorts(31_000, {}),
  files: localFiles('/data'),
  territory: 'ght-demo',
  brokers: '127.0.0.1:31008',
  postgres: { a: postgres, b: postgres },
  closed: false,
  rate: 5,
};

describe('the ready file', () => {
  it('is to the letter that of the contract', () => {
    const ready = readyFile({
      ports: surroundings.ports,
      closed: false,
      senders: [{ name: 'his-1', mllpPort: 31_000 }],
      credentials: '/data/credentials.json',
      directory: '/data',
      processes: [{ name: 'kafka', pid: 1 }],
    });
    expect(ready).toEqual({
      gateway: 'http://127.0.0.1:31004',
      readers: { a: 'http://127.0.0.1:31005', b: 'http://127.0.0.1:31006' },
      control: 'http://127.0.0.1:31007',
      mllp: { 'his-1': 31_000 },
      mllps: 31_003,
      kafka: '127.0.0.1:31008',
      postgres: { a: 31_010, b: 31_011 },
      credentials: '/data/credentials.json',
      directory: '/data',
      processes: [{ name: 'kafka', pid: 1 }],
    });
  });

  it('names HTTPS where every wire is closed', () => {
    const { ports } = surroundings;
    const closed = readyFile({ ports, closed: true, senders: [], credentials: '', directory: '', processes: [] });
    for (const url of [closed.gateway, closed.control, ...Object.values(closed.readers)])
      expect(url).toMatch(/^https:/);
  });
});

describe('the list of processes', () => {
  const names = (withFeed: boolean) => appProcesses(surroundings, withFeed).map(({ name }) => name);

  it('has a replicator and a reader per replica, and the simulator unless the feed is quiet', () => {
    expect(names(true)).toEqual([
      'control',
      'replicator-a',
      'reader-a',
      'replicator-b',
      'reader-b',
      'gateway',
      'simulator',
    ]);
    expect(names(false)).not.toContain('simulator');
  });

  it('gives no password by environment, and where every wire is closed each app a folder for each wire that it has', () => {
    const wires = ({ settings }: (typeof apps)[number]): readonly string[] =>
      Object.keys(settings).filter((name) => name.endsWith('TLS_DIR'));
    const apps = appProcesses({ ...surroundings, closed: true }, true);
    expect(Object.fromEntries(apps.map((app) => [app.name, wires(app)]))).toEqual({
      control: ['KAFKA_TLS_DIR', 'POSTGRES_TLS_DIR', 'TLS_DIR'],
      'replicator-a': ['KAFKA_TLS_DIR', 'POSTGRES_TLS_DIR', 'TLS_DIR'],
      'reader-a': ['POSTGRES_TLS_DIR', 'TLS_DIR'],
      'replicator-b': ['KAFKA_TLS_DIR', 'POSTGRES_TLS_DIR', 'TLS_DIR'],
      'reader-b': ['POSTGRES_TLS_DIR', 'TLS_DIR'],
      gateway: ['KAFKA_TLS_DIR', 'TLS_DIR'],
      simulator: [],
    });
    for (const { settings } of apps) expect(JSON.stringify(settings)).not.toMatch(/:\/\/[^"@/]*:[^"@/]*@/);
  });

  it('has a place for each in the order of stopping', () => {
    for (const name of [...names(true), 'kafka', 'postgres-a', 'postgres-b'])
      expect(
        stopOrder.flat().filter((begin) => name.startsWith(begin)),
        name,
      ).toHaveLength(1);
  });
});

describe('the ready file on the disk', () => {
  let folder: string;
  let path: string;
  const ready = readyFile({
    ports: surroundings.ports,
    closed: false,
    senders: [],
    credentials: '/data/credentials.json',
    directory: '/data',
    processes: [],
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'reprise-ready-'));
    path = join(folder, 'ready.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is there whole and ours alone, and goes when the system stops', () => {
    const at = ReadyFileAt.begin(path);
    expect(existsSync(path)).toBe(false);
    at.write(ready);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(ready);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    at.remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('replaces a link and leaves alone what it leads to, whenever it was put there', () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'kept');
    symlinkSync(victim, path);
    const at = ReadyFileAt.begin(path);
    expect(existsSync(path)).toBe(false);
    symlinkSync(victim, path);
    symlinkSync(victim, `${path}.new`);
    at.write(ready);
    expect(lstatSync(path).isSymbolicLink()).toBe(false);
    expect(readFileSync(victim, 'utf8')).toBe('kept');
  });

  it('of another system that was given the same name since stays', () => {
    const at = ReadyFileAt.begin(path);
    at.write(ready);
    writeFileSync(path, '{}');
    at.remove();
    expect(readFileSync(path, 'utf8')).toBe('{}');
  });

  it('is refused, before anything is started, where it cannot be or others may exchange it', () => {
    expect(() => ReadyFileAt.begin(folder)).toThrow(/is a folder/);
    expect(() => ReadyFileAt.begin('/proc/self/ready.json')).toThrow(/nothing can be written there \(E[A-Z]+\)/);
    expect(() => ReadyFileAt.begin(join(folder, 'none', 'ready.json'))).toThrow(/there is no folder/);
    chmodSync(folder, 0o777);
    expect(() => ReadyFileAt.begin(path)).toThrow(/anybody may exchange files/);
    chmodSync(folder, 0o1777);
    ReadyFileAt.begin(path).write(ready);
    expect(existsSync(path)).toBe(true);
  });
});
