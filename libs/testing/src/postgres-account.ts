import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from '#domain';

/** An account of the machine. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** How Postgres is run: it refuses root, so root lends it the account `postgres`. */
export interface PostgresAccount {
  /** Whom its files belong to, where that is not simply us. */
  readonly owner?: Account;
  readonly spawnAs: Partial<Account>;
  /** Words before the command, where the account alone could not reach the folders. */
  readonly prefix: readonly string[];
}

const numberFrom = (command: string, ...args: readonly string[]): number | undefined => {
  try {
    return Number(execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return undefined;
  }
};

const findOrMakeAccount = (): Account => {
  const find = (): Account | undefined => {
    const uid = numberFrom('id', '-u', 'postgres');
    const gid = numberFrom('id', '-g', 'postgres');
    return uid === undefined || gid === undefined ? undefined : { uid, gid };
  };
  const found = find();
  if (found) return found;
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'ignore' });
  } catch {
    // The line below says it.
  }
  const made = find();
  if (made) return made;
  throw new Failure(
    'refused-by-policy',
    'Postgres does not run as root, and the account "postgres" cannot be created',
    'run as an ordinary user, or create it: useradd --system --user-group postgres',
  );
};

/** May anybody pass through every folder above? Not so under /root, for example. */
const reachableByAll = (path: string): boolean => {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
};

/** @param paths absolute: the binaries and the data folder */
export const postgresAccount = (paths: readonly string[]): PostgresAccount => {
  if (process.getuid?.() !== 0) return { spawnAs: {}, prefix: [] };
  const owner = findOrMakeAccount();
  if (paths.every(reachableByAll)) return { owner, spawnAs: owner, prefix: [] };
  // Only the right to pass through folders that are root's; the account stays `postgres`.
  const who = ['--reuid', String(owner.uid), '--regid', String(owner.gid), '--clear-groups'];
  const capability = ['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'];
  return { owner, spawnAs: {}, prefix: ['setpriv', ...who, ...capability] };
};
