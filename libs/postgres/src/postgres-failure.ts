import { Failure, type FailureCode } from '#domain';

/** SQLSTATE (PostgreSQL 18, appendix A), whole or by its class, to what the follower does about it. What is missing here is a bug. */
const codes: readonly (readonly [pattern: RegExp, code: FailureCode])[] = [
  [/^53100$/, 'disk.full'],
  // Connection exceptions, shutdowns, serialization failure, deadlock, too many connections.
  [/^(?:08...|57P0.|40001|40P01|53300)$/, 'replica.unreachable'],
  // Of the operating system, from the socket.
  [/^E(?:CONNREFUSED|CONNRESET|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH)$/, 'replica.unreachable'],
];

/** `pg` has no code for these. */
const lostConnection =
  /^(?:Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client (?:has encountered a connection error|was closed) and is not queryable)/;

const hints: Partial<Record<FailureCode, string>> = {
  'disk.full': 'free space on the disk of the replica; it goes on by itself',
  'replica.unreachable': 'check that Postgres runs and takes connections; it is tried again',
};

const codeOf = (error: Error & { readonly code?: unknown }): FailureCode | undefined => {
  const { code } = error;
  const known = typeof code === 'string' ? codes.find(([pattern]) => pattern.test(code))?.[1] : undefined;
  return known ?? (lostConnection.test(error.message) ? 'replica.unreachable' : undefined);
};

/** A bug, without the server's `detail` and `where`, and without messages that quote values (class 22): they could hold a row. */
const bug = (error: Error & { readonly code?: unknown; readonly severity?: unknown }): Error => {
  const { code, severity } = error;
  if (typeof code !== 'string' || severity === undefined) return error;
  return new Error(`Postgres answers ${code}${code.startsWith('22') ? '' : `: ${error.message}`}`);
};

/** The same for whoever answers operators: nobody tries again, and which replica it is has to be said. */
export const asFailureOf = (replica: string, error: unknown): Error => {
  const failure = asFailure(error);
  if (!Failure.is(failure, 'replica.unreachable')) return failure;
  return new Failure(
    failure.code,
    `replica ${replica}: its database does not answer`,
    `look whether the Postgres of replica ${replica} runs, and at its log`,
    { cause: failure },
  );
};

/** The one place where an error of Postgres becomes a `Failure`; what is not in the table is a bug and stays an ordinary Error. */
export const asFailure = (error: unknown): Error => {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error instanceof Failure) return error;
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return asFailure(error.errors[0]);
  const code = codeOf(error);
  return code ? new Failure(code, `Postgres: ${error.message}`, hints[code]) : bug(error);
};
