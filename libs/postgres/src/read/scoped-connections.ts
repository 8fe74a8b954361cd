import pg from 'pg';
import { Failure } from '#domain';
import type { Scope } from '#usecases';

/** A prepared statement: `name` is unique per text. Without a name it is planned each time. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

export type Row = Readonly<Record<string, unknown>>;

export interface ScopedConnectionsOptions {
  readonly url: string;
  readonly connectionsMax: number;
  /** Callers that wait for a connection; one more is turned away. */
  readonly waitingMax?: number;
  readonly statementTimeoutMs?: number;
}

interface Connection {
  readonly client: pg.Client;
  /** What `reprise.establishments` was last set to on it; never trusted beyond a failure. */
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

const overloaded = (message: string, cause?: unknown): Failure =>
  new Failure('replica.unreachable', message, 'ask again, or ask for less at a time', { cause });

const statementTimeout = '57014';

/**
 * Every statement of the reader goes by keys, in their order, and stops after a page: plans that first read or sort a whole table
 * are wrong whatever the statistics say, and there are none yet for a generation that was just filled. So each is planned once.
 */
const settings = [
  ...['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin'].map((method) => `enable_${method}=off`),
  'plan_cache_mode=force_generic_plan',
  'jit=off',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/** SQLSTATE classes: 08 connection, 57P0x shutdown, 53 resources. No SQLSTATE: the socket. */
const failureOf = (error: unknown): unknown => {
  if (!(error instanceof pg.DatabaseError)) return unreachable(error);
  if (error.code === statementTimeout) return overloaded('the answer took too long', error);
  return /^(?:08|53|57P)/.test(error.code ?? '') ? unreachable(error) : error;
};

/**
 * Connections to one replica, each of which serves one scope at a time. Row-level security reads `reprise.establishments`; it is
 * set once, and again only when the next caller's scope differs: a round trip less per read than setting it every time.
 * What keeps a connection from serving a scope that it was not set to: `scope` is written after the server has confirmed the
 * setting, only here; a connection on which anything failed is closed, never lent again.
 */
export class ScopedConnections {
  /** Least recently used first. */
  private readonly idle: Connection[] = [];
  /** Each is lent a connection, or told to open one. */
  private readonly waiting: ((lent: Connection | undefined) => void)[] = [];
  private open = 0;
  private closed = false;
  private readonly options: Required<ScopedConnectionsOptions>;

  constructor(options: ScopedConnectionsOptions) {
    this.options = { waitingMax: 1000, statementTimeoutMs: 10_000, ...options };
  }

  /** Throws `Failure` `replica.unreachable`. */
  async query(scope: Scope, statement: Statement, values: readonly unknown[]): Promise<readonly Row[]> {
    const wanted = [...scope].sort().join(',');
    const connection = await this.borrow(wanted);
    try {
      if (connection.scope !== wanted) await this.rescope(connection, wanted);
      const { rows } = await connection.client.query<Row>({ ...statement, values: [...values] });
      return rows;
    } catch (error) {
      // A statement that ran too long leaves the session sound; of anything else nothing is assumed.
      connection.broken = !(error instanceof pg.DatabaseError && error.code === statementTimeout);
      throw failureOf(error);
    } finally {
      this.giveBack(connection);
    }
  }

  /** Does the database answer? Sees nothing. */
  async check(): Promise<void> {
    await this.query([], { name: 'check', text: 'select 1' }, []);
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const lend of this.waiting.splice(0)) lend(undefined);
    await Promise.all(this.idle.splice(0).map(({ client }) => client.end()));
  }

  private async rescope(connection: Connection, wanted: string): Promise<void> {
    connection.scope = undefined;
    await connection.client.query("select set_config('reprise.establishments', $1, false)", [wanted]);
    connection.scope = wanted;
  }

  private async borrow(wanted: string): Promise<Connection> {
    if (this.closed) throw unreachable(new Error('closed'));
    const at = this.idle.findLastIndex(({ scope }) => scope === wanted);
    if (at >= 0) return this.idle.splice(at, 1)[0] as Connection;
    if (this.open < this.options.connectionsMax) return this.connect();
    const oldest = this.idle.shift();
    if (oldest) return oldest;
    if (this.waiting.length >= this.options.waitingMax) throw overloaded('too many are reading here');
    const lent = await new Promise<Connection | undefined>((lend) => this.waiting.push(lend));
    return lent ?? this.connect();
  }

  private async connect(): Promise<Connection> {
    if (this.closed) throw unreachable(new Error('closed'));
    this.open += 1;
    const { url, statementTimeoutMs } = this.options;
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 2000,
      statement_timeout: statementTimeoutMs,
      // Only for a server that hangs: the statement's own time-out comes first.
      query_timeout: statementTimeoutMs + 2000,
      application_name: 'reprise-reader',
      options: settings,
    });
    const connection: Connection = { client, scope: undefined, broken: false };
    client.on('error', () => this.drop(connection));
    try {
      await client.connect();
      return connection;
    } catch (error) {
      connection.broken = true;
      this.giveBack(connection);
      throw unreachable(error);
    }
  }

  /** An idle connection that the server closed. */
  private drop(connection: Connection): void {
    connection.broken = true;
    const at = this.idle.indexOf(connection);
    if (at < 0) return;
    this.idle.splice(at, 1);
    this.open -= 1;
  }

  private giveBack(connection: Connection): void {
    const next = this.waiting.shift();
    if (!connection.broken && !this.closed) {
      if (next) next(connection);
      else this.idle.push(connection);
      return;
    }
    this.open -= 1;
    connection.client.end().catch(() => undefined);
    next?.(undefined);
  }
}
