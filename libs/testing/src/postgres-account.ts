import { execFileSync } from 'node:child_process';
import { Failure } from '#domain';

/** An account of the machine. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
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

/** Postgres refuses root, so root lends it the account `postgres`; anybody else runs it as himself: undefined. */
export const postgresAccount = (): Account | undefined => (process.getuid?.() === 0 ? findOrMakeAccount() : undefined);

/** Runs the program once. Throws `refused-by-policy` where we may not give a process that account, or it may not run the program. */
export const assertRuns = (program: string, account: Account | undefined): void => {
  try {
    execFileSync(program, ['--version'], { stdio: ['ignore', 'ignore', 'pipe'], ...account });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (account && (code === 'EPERM' || code === 'EINVAL'))
      throw new Failure(
        'refused-by-policy',
        'Postgres does not run as root, and root may not become the account "postgres" here (a container without CAP_SETUID and CAP_SETGID)',
        'start as an ordinary user, or give the container SETUID, SETGID and CHOWN',
        { cause: error },
      );
    throw new Failure(
      'refused-by-policy',
      `${account ? 'the account "postgres"' : 'this account'} cannot run ${program}: ${code === 'EACCES' ? 'permission denied' : wordOf(error)}`,
      'is its folder on a disk mounted noexec, or its package for another machine (npm ci)?',
      { cause: error },
    );
  }
};

const wordOf = (error: unknown): string => {
  const { stderr } = error as { readonly stderr?: Buffer };
  return (stderr?.toString().trim() || String(error)).split('\n')[0] ?? '';
};
