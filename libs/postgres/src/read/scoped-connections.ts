import pg from 'pg';
import { Failure } from '#domain';
import type { Scope } from '#usecases';
import { loginAt, type PostgresAddress } from '../address.js';
import { signScope } from '../provision/scope-key.js';

/** A prepared statement: `name` is unique per text. Without a name it is planned each time. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  /** Looks through more than what a few keys lead to: nothing that goes by keys waits behind it. */
  readonly isSearch?: boolean;
}

export type Row = Readonly<Record<string, unknown>>;

export interface ScopedConnectionsOptions {
  readonly address: PostgresAddress;
  /** Signs what a session may see; the database has its counterpart. Without it, the role's password reads nothing. */
  readonly scopeKey: Uint8Array;
  readonly connectionsMax: number;
  /** Callers that wait for a connection; one more is turned away. */
  readonly waitingMax?: number;
  readonly statementTimeoutMs?: number;
  /** What to do about a statement that takes longer, or more than it may. */
  readonly askForLess?: string;
  /** After so many statements, or so long, a connection is closed and another one opened. */
  readonly lifetime?: { readonly statementsMax: number; readonly msMax: number };
}

/** What a connection, and the server's process behind it, may cost. */
export const connectionBounds = {
  /**
   * ms of a statement that goes by keys; beyond it is stopped (503).
   * @limit Reader | ms of a statement that goes by keys | 503
   */
  keyStatementMs: 3_000,
  /**
   * ms of a statement of a search or a history; beyond it is stopped (503, with how to ask for less).
   * @limit Reader | ms of a statement of a search or a history | 503, with how to ask for less
   */
  searchStatementMs: 10_000,
  /**
   * kB that one sort of a statement holds in memory; beyond, it goes on in a file.
   * @limit Reader | KiB that one sort of a statement holds in memory | it goes on in a file
   */
  workMemoryKb: 4_096,
  /**
   * Statements of a connection's life: it then ends, and what its process has kept of plans and catalogues is given back.
   * @limit Reader | statements of a connection's life | another one is opened
   */
  statements: 20_000,
  /**
   * ms of a connection's life, whether it idles or not; a statement that runs is let finish.
   * @limit Reader | ms of a connection's life | another one is opened
   */
  lifetimeMs: 300_000,
} as const;

interface Connection {
  readonly client: pg.Client;
  readonly openedAtMs: number;
  statements: number;
  /** What the database gave this session to sign. */
  nonce: string;
  /** The list that was last opened on it; never trusted beyond a failure. */
  scope: string | undefined;
  broken: boolean;
}

const unreachable = (cause: unknown): Failure =>
  new Failure(
    'replica.unreachable',
    "this reader's database does not answer",
    'ask again, or ask another replica of the territory',
    { cause },
  );

const overloaded = (message: string, hint: string, cause?: unknown): Failure =>
  new Failure('replica.unreachable', message, hint, { cause });

const askAgain = 'ask again, or ask for less at a time';

/** The statement ran too long, or wrote more into files than the role may: the session is as sound as before. */
const tooMuch = new Set(['57014', '53400']);
const isTooMuch = (error: unknown): error is pg.DatabaseError =>
  error instanceof pg.DatabaseError && tooMuch.has(error.code ?? '');

/** What `reprise_scope.open_list` says of a proof that is none. */
const notSigned = '42501';

const wrongKey = (cause: unknown): Failure =>
  new Failure(
    'replica.unreachable',
    'the scope key of this reader is not the one of its database',
    'REPRISE_SCOPE_KEY_FILE must name the key that the database was given; then restart this reader',
    { cause },
  );

const openSession = 'select reprise_scope.open_session() as nonce';
const openList = { name: 'open-list', text: 'select reprise_scope.open_list($1, $2)' };

/**
 * Every statement of the reader goes by keys, in their order, and stops after a page: plans that first read or sort a whole table
 * are wrong whatever the statistics say, and there are none yet for a generation that was just filled. So each is planned once.
 */
const settings = [
  ...['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin'].map((method) => `enable_${method}=off`),
  'plan_cache_mode=force_generic_plan',
  'jit=off',
  // One process a statement, and no more memory than is said here.
  'max_parallel_workers_per_gather=0',
  `work_mem=${connectionBounds.workMemoryKb}kB`,
  'hash_mem_multiplier=1',
  // Nothing is ever asked in a transaction that stays open.
  'idle_in_transaction_session_timeout=5s',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/** SQLSTATE classes: 08 connection, 57P0x shutdown, 53 resources. No SQLSTATE: the socket. */
const failureOf = (error: unknown): unknown => {
  if (Failure.is(error)) return error;
  if (!(error instanceof pg.DatabaseError)) return unreachable(error);
  return /^(?:08|53|57P)/.test(error.code ?? '') ? unreachable(error) : error;
};

/**
 * Connections to one replica, each of which serves one scope at a time. Row-level security reads the list that was signed for the
 * session; it is opened once, and again only when the next caller's scope differs: a round trip less per read than opening it every time.
 * What keeps a connection from serving a scope that it was not set to: `scope` is written after the server has confirmed the
 * list, only here; a connection on which anything failed is closed, never lent again.
 */
export class ScopedConnections {
  /** Least recently used first. */
  private readonly idle: Connection[] = [];
  /** Each is lent a connection, or told to open one. */
  private readonly waiting: ((lent: Connection | undefined) => void)[] = [];
  private open = 0;
  private closed = false;
  private readonly options: Required<ScopedConnectionsOptions>;
  private readonly sweep: NodeJS.Timeout;

  constructor(options: ScopedConnectionsOptions) {
    const { statements: statementsMax, lifetimeMs: msMax, searchStatementMs: statementTimeoutMs } = connectionBounds;
    const lifetime = { statementsMax, msMax };
    this.options = { waitingMax: 1000, statementTimeoutMs, askForLess: askAgain, lifetime, ...options };
    this.sweep = setInterval(() => this.endOld(), this.options.lifetime.msMax / 5);
    this.sweep.unref();
  }

  /** Throws `Failure` `replica.unreachable`. */
  async query(scope: Scope, statement: Statement, values: readonly unknown[]): Promise<readonly Row[]> {
    const wanted = [...scope].sort().join(',');
    const connection = await this.borrow(wanted);
    try {
      if (connection.scope !== wanted) await this.rescope(connection, wanted);
      connection.statements += 1;
      const { isSearch: _, ...named } = statement;
      const { rows } = await connection.client.query<Row>({ ...named, values: [...values] });
      return rows;
    } catch (error) {
      // Of anything else nothing is assumed.
      connection.broken = !isTooMuch(error);
      throw isTooMuch(error)
        ? overloaded('the answer takes too long', this.options.askForLess, error)
        : failureOf(error);
    } finally {
      this.giveBack(connection);
    }
  }

  /** Does the database answer? Sees nothing. */
  async check(): Promise<void> {
    await this.query([], { name: 'check', text: 'select 1' }, []);
  }

  /** At this moment: all that are open, those of them that nobody uses, and who waits for one. */
  get state(): { readonly open: number; readonly idle: number; readonly waiting: number } {
    return { open: this.open, idle: this.idle.length, waiting: this.waiting.length };
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.sweep);
    for (const lend of this.waiting.splice(0)) lend(undefined);
    await Promise.all(this.idle.splice(0).map(({ client }) => client.end()));
  }

  private async rescope(connection: Connection, wanted: string): Promise<void> {
    connection.scope = undefined;
    const proof = signScope(this.options.scopeKey, connection.nonce, wanted);
    await connection.client.query({ ...openList, values: [wanted, proof] }).catch((error: unknown) => {
      throw error instanceof pg.DatabaseError && error.code === notSigned ? wrongKey(error) : error;
    });
    connection.scope = wanted;
  }

  private async borrow(wanted: string): Promise<Connection> {
    if (this.closed) throw unreachable(new Error('closed'));
    const at = this.idle.findLastIndex(({ scope }) => scope === wanted);
    if (at >= 0) return this.idle.splice(at, 1)[0] as Connection;
    if (this.open < this.options.connectionsMax) return this.connect();
    const oldest = this.idle.shift();
    if (oldest) return oldest;
    if (this.waiting.length >= this.options.waitingMax) throw overloaded('too many are reading here', askAgain);
    const lent = await new Promise<Connection | undefined>((lend) => this.waiting.push(lend));
    return lent ?? this.connect();
  }

  private async connect(): Promise<Connection> {
    if (this.closed) throw unreachable(new Error('closed'));
    this.open += 1;
    const { address, statementTimeoutMs } = this.options;
    const client = new pg.Client({
      ...loginAt(address),
      connectionTimeoutMillis: 2000,
      statement_timeout: statementTimeoutMs,
      // Only for a server that hangs: the statement's own time-out comes first.
      query_timeout: statementTimeoutMs + 2000,
      application_name: 'reprise-reader',
      options: settings,
    });
    const openedAtMs = performance.now();
    const connection: Connection = { client, openedAtMs, statements: 0, nonce: '', scope: undefined, broken: false };
    client.on('error', () => this.drop(connection));
    try {
      await client.connect();
      const { rows } = await client.query<{ readonly nonce: string }>(openSession);
      connection.nonce = rows[0]?.nonce ?? '';
      return connection;
    } catch (error) {
      connection.broken = true;
      this.giveBack(connection);
      throw unreachable(error);
    }
  }

  private isOld({ statements, openedAtMs }: Connection): boolean {
    const { statementsMax, msMax } = this.options.lifetime;
    return statements >= statementsMax || performance.now() - openedAtMs >= msMax;
  }

  private endOld(): void {
    for (const connection of this.idle.filter((one) => this.isOld(one))) {
      this.drop(connection);
      connection.client.end().catch(() => undefined);
    }
  }

  /** An idle connection that the server closed, or that is old. */
  private drop(connection: Connection): void {
    connection.broken = true;
    const at = this.idle.indexOf(connection);
    if (at < 0) return;
    this.idle.splice(at, 1);
    this.open -= 1;
  }

  private giveBack(connection: Connection): void {
    const next = this.waiting.shift();
    if (!connection.broken && !this.closed && !this.isOld(connection)) {
      if (next) next(connection);
      else this.idle.push(connection);
      return;
    }
    this.open -= 1;
    connection.client.end().catch(() => undefined);
    next?.(undefined);
  }
}
