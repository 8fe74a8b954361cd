import { execFile } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Failure } from '#domain';
import type { CertifiedKey } from './authority.js';
import type { Say } from './fetch-kafka.js';
import { isPortFree } from './ports.js';
import { type Account, postgresAccount } from './postgres-account.js';
import { findBinaries, placeOfCluster } from './postgres-place.js';
import { canLogIn, createDatabase, createRoles, type PostgresAddress } from '#postgres';
import { newPasswords, type RolePasswords, roleUrls, type RoleUrls, superuserUrl } from './postgres-roles.js';
import { lastErrorIn, logSettings, pruneLogs } from './postgres-log.js';
import { scopeKeyIn } from './scope-key-file.js';
import { launch, type RunningServer, sizeOf, stopOrphan, textSince } from './server-process.js';

export interface PostgresOptions {
  readonly port: number;
  /** Created when missing; survives restarts. Holds the cluster in `data` (postgres-place.ts), `passwords.json` and `scope.key` (0600), `postgres.log` (until
   * the server's collector writes, into `data/log`). */
  readonly dataDir: string;
  /** Without it the server speaks in the clear; with it nothing else than TLS, and to nobody who shows no certificate of his role. */
  readonly tls?: PostgresTls;
  /** Server settings over ours. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly say?: Say;
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal;
}

/** PEM. A role is let in with a certificate of its own name beside its password. */
export interface PostgresTls {
  readonly authority: string;
  readonly server: CertifiedKey;
  /** Of the role `postgres`, with which the database and its roles are made. */
  readonly superuser: CertifiedKey;
}

export interface RunningPostgres extends RunningServer {
  /** Database `postgres`, role `postgres`. */
  readonly superuserUrl: string;
  /** Database `reprise`, one URL per role. */
  readonly urls: RoleUrls;
  readonly passwords: RolePasswords;
  /** What a reader of this replica signs its scopes with; 0600. */
  readonly scopeKeyFile: string;
}

/** For a small machine. No socket file: TCP on loopback only. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '256MB',
  // All that the roles may have (`connectionsMaxByRole`), and some for who administers.
  max_connections: '160',
  max_wal_size: '2GB',
  wal_compression: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Nobody here uses notices; whoever sends them fills 512 kB, and no disk.
  max_notify_queue_pages: '64',
  ...logSettings,
};

const passwordsIn = (dataDir: string): RolePasswords => {
  const file = join(dataDir, 'passwords.json');
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(newPasswords()), { mode: 0o600 });
  return JSON.parse(readFileSync(file, 'utf8')) as RolePasswords;
};

interface Initialising {
  readonly initdb: string;
  readonly account: Account | undefined;
  /** Gets `data`. */
  readonly place: string;
  readonly superuserPassword: string;
  readonly signal: AbortSignal | undefined;
}

/** Makes the cluster beside its place and moves it there when whole: half a cluster is never started. */
const initialiseOnce = async ({ initdb, account, place, superuserPassword, signal }: Initialising): Promise<void> => {
  const data = join(place, 'data');
  if (existsSync(data)) return;
  const half = join(place, 'data.half');
  const passwordFile = join(place, 'initdb.password');
  for (const left of [half, passwordFile]) rmSync(left, { recursive: true, force: true });
  mkdirSync(half, { mode: 0o700 });
  writeFileSync(passwordFile, superuserPassword, { mode: 0o600, flag: 'wx' });
  if (account) for (const path of [half, passwordFile]) chownSync(path, account.uid, account.gid);
  // Code point order, the same on every machine and replica (PostgreSQL 18, section 23.1.4: builtin provider).
  const order = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const args = ['-D', half, '--data-checksums', ...order, ...access];
  try {
    await promisify(execFile)(initdb, args, { cwd: '/', ...account, ...(signal && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    const reason = String((error as { stderr?: string }).stderr ?? error).trim();
    throw new Failure(
      reason.includes('No space left') ? 'disk.full' : 'replica.unreachable',
      `Postgres cannot make its data folder: ${reason.split('\n').at(-1)}`,
      `check the rights and the space of ${place}`,
      { cause: error },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(half, data);
};

/** As at our own doors: forward secrecy and authenticated encryption. */
const suites = {
  ssl_ciphers: 'ECDHE+AESGCM:ECDHE+CHACHA20',
  ssl_tls13_ciphers: 'TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256',
};

/** What of the server's settings says how it is spoken to; written at each start, since it may be closed or opened between two. */
const closeDoor = (data: string, account: Account | undefined, tls: PostgresTls | undefined): readonly string[] => {
  const write = (name: string, text: string): string => {
    const path = join(data, name);
    writeFileSync(path, text, { mode: 0o600 });
    if (account) chownSync(path, account.uid, account.gid);
    return path;
  };
  const whom = tls
    ? 'hostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-full'
    : 'host all all 127.0.0.1/32 scram-sha-256';
  write('pg_hba.conf', `${whom}\n`);
  if (!tls) return [];
  const files = {
    ssl_cert_file: write('server.crt', tls.server.certificate),
    ssl_key_file: write('server.key', tls.server.key),
    ssl_ca_file: write('ca.crt', tls.authority),
  };
  return settingFlags({ ssl: 'on', ssl_min_protocol_version: 'TLSv1.2', ...suites, ...files });
};

const settingFlags = (all: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** Again and again; the timer keeps no process alive. */
const pruneLogsMs = 60_000;

const startTimeoutMs = 60_000;

const untilLogin = async (
  server: RunningServer,
  admin: PostgresAddress,
  { data, logFile, seenBytes }: { readonly data: string; readonly logFile: string; readonly seenBytes: number },
  signal: AbortSignal | undefined,
): Promise<void> => {
  let gone = false;
  void server.exited.then(() => {
    gone = true;
  });
  for (const startedAtMs = Date.now(); ; await sleep(25)) {
    const refusal = await canLogIn(admin).catch((error: Error) => error.message);
    if (refusal === undefined) return;
    if (!gone && !signal?.aborted && Date.now() - startedAtMs < startTimeoutMs) continue;
    signal?.throwIfAborted();
    const reason = gone
      ? lastErrorIn(data, textSince(logFile, seenBytes))
      : `no login in ${startTimeoutMs / 1000} s (${refusal})`;
    throw new Failure(
      'replica.unreachable',
      `Postgres does not start: ${reason}`,
      `look into ${logFile} and ${join(data, 'log')}`,
    );
  }
};

/**
 * Starts PostgreSQL 18 on loopback, with a database `reprise` and its roles. A server that a killed run left on this folder is
 * stopped first. Throws `busy` (port or folder in use), `not-found` (no binaries), `disk.full`, `replica.unreachable`.
 */
export const startPostgres = async (options: PostgresOptions): Promise<RunningPostgres> => {
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const account = postgresAccount();
  // The account of the server has to pass where it can come at all.
  if (account) chmodSync(dataDir, 0o711);
  const { initdb, postgres } = findBinaries(account);
  const place = placeOfCluster(dataDir, account);
  const data = join(place, 'data');
  if (place !== dataDir) options.say?.(`what Postgres keeps is in ${place}: its account cannot enter ${dataDir}`);
  const pidFile = join(dataDir, 'server.pid');
  if (await stopOrphan(pidFile, data, 'SIGINT')) options.say?.('stopped the Postgres that a killed run had left');
  if (!(await isPortFree(options.port)))
    throw new Failure('busy', `port ${options.port} is taken`, 'choose another port for Postgres');
  const passwords = passwordsIn(dataDir);
  await initialiseOnce({ initdb, account, place, superuserPassword: passwords.superuser, signal: options.signal });
  const flags = [...settingFlags({ ...settings, ...options.settings }), ...closeDoor(data, account, options.tls)];
  const logFile = join(dataDir, 'postgres.log');
  const seenBytes = sizeOf(logFile);
  const args = ['-D', data, '-p', String(options.port), ...flags];
  const server = launch({
    command: postgres,
    args,
    cwd: '/',
    ...account,
    pidFile,
    outputFile: logFile,
    stopSignal: 'SIGINT',
  });
  const { tls } = options;
  const adminUrl = superuserUrl(options.port, passwords);
  const admin: PostgresAddress = {
    url: adminUrl,
    ...(tls && { ssl: () => ({ ca: tls.authority, cert: tls.superuser.certificate, key: tls.superuser.key }) }),
  };
  chmodSync(logFile, 0o600);
  pruneLogs(data);
  const pruning = setInterval(() => pruneLogs(data), pruneLogsMs).unref();
  void server.exited.then(() => clearInterval(pruning));
  const scopeKeyFile = join(dataDir, 'scope.key');
  try {
    await untilLogin(server, admin, { data, logFile, seenBytes }, options.signal);
    await createRoles(admin, passwords);
    await createDatabase(admin, 'reprise', scopeKeyIn(scopeKeyFile));
  } catch (error) {
    // Whoever is told that it does not start has nothing to stop.
    await server.kill();
    throw error;
  }
  const urls = roleUrls(options.port, 'reprise', passwords);
  return { ...server, superuserUrl: adminUrl, urls, passwords, scopeKeyFile };
};
