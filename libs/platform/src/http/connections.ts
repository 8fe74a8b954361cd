import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { Failure } from '#domain';
import { Counter, Gauge } from 'prom-client';
import type { Caller } from '../callers/caller.js';
import { metrics } from '../health/health.js';
import type { ProcessLog } from '../logging/process-log.js';

/** Bounds of one HTTP door. A stranger is a connection on which no known caller has asked yet. */
export const httpLimits = {
  /**
   * Connections. With one more, one gives way: of strangers that ask nothing the one that came first, then of strangers that are being answered, then the known one that has been quiet longest. Where all are at work for known callers, the newest is closed.
   * @limit All HTTP doors | connections | one gives way: a stranger that asks nothing first, a known caller that is being answered never
   */
  connectionsMax: 2_048,
  /**
   * Strangers of one address (behind a proxy: of all who are not known yet). With one more, the one that came first gives way.
   * @limit All HTTP doors | connections of one address on which no known caller has asked yet | the one that came first gives way
   */
  strangersPerAddressMax: 256,
  /**
   * Connections of one caller. With one more, its quietest gives way; where all are at work, the request gets 503.
   * @limit All HTTP doors | connections of one caller | its quietest gives way; where all are at work, 503
   */
  connectionsPerCallerMax: 512,
  /**
   * Connections that may be there until it is seen what the newest have sent; above it Node closes them unseen.
   * @limit All HTTP doors | connections until it is seen what the newest have sent | the next is closed unseen
   */
  connectionsAtOnceMax: 8_192,
  /**
   * Handshakes that the system holds until they are accepted; it lowers it to its own bound (`somaxconn`). Above it they are tried again by the client's system.
   * @limit All HTTP doors | handshakes that wait to be accepted | the client's system tries again
   */
  handshakesMax: 4_096,
  /**
   * ms until the headers of a request must be there; 408, looked at every 5 s.
   * @limit All HTTP doors | how long the head of a request may take | 408, the connection ends
   */
  headersMsMax: 10_000,
  /**
   * ms until the whole request must be there; 408.
   * @limit All HTTP doors | how long a request may take to come | 408, the connection ends
   */
  requestMsMax: 60_000,
  /**
   * ms that a connection may be kept without a request; then it is closed.
   * @limit All HTTP doors | how long a connection may idle | it is closed
   */
  keepAliveMsMax: 65_000,
  /**
   * ms in which not one byte of an answer was taken; then the connection is closed.
   * @limit All HTTP doors | how long an answer may wait to be read | the connection ends
   */
  unreadAnswerMsMax: 30_000,
} as const;
export type HttpLimits = { readonly [K in keyof typeof httpLimits]: number };

const tellMs = 10_000;

const open = new Gauge({
  name: 'reprise_http_connections',
  help: 'HTTP connections that are open',
  registers: [metrics],
});
const gaveWay = new Counter({
  name: 'reprise_http_connections_gave_way_total',
  help: 'HTTP connections that were closed in favour of others',
  registers: [metrics],
});

interface Connection {
  readonly socket: Socket;
  readonly address: string;
  /** Kind and name of who asked on it last; none: a stranger. */
  caller: string | undefined;
  /** Requests that are not answered yet. */
  pending: number;
  /** What it had sent when it was accepted has been read. */
  hasHadItsTurn: boolean;
}

type Ordered = Set<Connection>;

const firstOf = (all: Iterable<Connection>, fits: (one: Connection) => boolean): Connection | undefined => {
  for (const one of all) if (fits(one)) return one;
  return undefined;
};

/** Groups that make themselves and are forgotten when they are empty; each one in the order of `add`. */
class Groups {
  private readonly groups = new Map<string, Ordered>();
  add(name: string, one: Connection): Ordered {
    const group = this.groups.get(name) ?? new Set();
    this.groups.set(name, group.add(one));
    return group;
  }
  delete(name: string, one: Connection): void {
    const group = this.groups.get(name);
    if (group?.delete(one) && group.size === 0) this.groups.delete(name);
  }
  of(name: string): Ordered {
    return this.groups.get(name) ?? new Set();
  }
}

/**
 * Who may keep a connection. A door that is full of silent, slow or idle ones opens for who comes and speaks: nobody is looked at before
 * what had come with the handshake has been read, and known callers that are being answered never give way.
 */
export class Connections {
  private readonly known = new Map<Socket, Connection>();
  /** In the order in which they became so: the longest quiet first. */
  private readonly quietStrangers: Ordered = new Set();
  private readonly busyStrangers: Ordered = new Set();
  private readonly quietCallers: Ordered = new Set();
  private readonly strangersOf = new Groups();
  private readonly connectionsOf = new Groups();
  private newcomers: Connection[] = [];
  private untold = 0;
  private server: Server | undefined;

  constructor(
    private readonly log: ProcessLog,
    private readonly limits: HttpLimits,
  ) {}

  guard(server: Server): void {
    this.server = server;
    server.maxConnections = this.limits.connectionsAtOnceMax;
    // A TLS door hands its connections on once they have shown who they are.
    server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => this.come(socket));
  }

  /** Headers of a request are there. Throws nothing; gives why it is not answered now. */
  asks(socket: Socket, answer: ServerResponse, caller: Caller | undefined): Failure | undefined {
    const connection = this.known.get(socket);
    if (!connection) return undefined;
    connection.pending++;
    answer.once('close', () => {
      connection.pending--;
      // A server that closes waits for all connections: those that idled have been closed, this one was at work.
      if (this.server?.listening === false && connection.pending === 0) socket.end();
      if (this.known.has(socket)) this.place(connection);
    });
    if (caller) this.recognise(connection, `${caller.kind} ${caller.name}`);
    this.place(connection);
    return caller && this.tooManyOf(connection);
  }

  private come(socket: Socket): void {
    const connection: Connection = {
      socket,
      address: socket.remoteAddress ?? '',
      caller: undefined,
      pending: 0,
      hasHadItsTurn: false,
    };
    this.known.set(socket, connection);
    this.strangersOf.add(connection.address, connection);
    this.quietStrangers.add(connection);
    open.set(this.known.size);
    socket.once('close', () => this.forget(connection));
    if (this.newcomers.push(connection) === 1) setImmediate(() => this.look());
  }

  /** All that were accepted in this turn of the event loop are read in the next one: then they are like the others. */
  private look(): void {
    const { newcomers } = this;
    this.newcomers = [];
    setImmediate(() => {
      for (const newcomer of newcomers) newcomer.hasHadItsTurn = true;
      for (const { address } of newcomers) this.makeRoomAt(address);
      for (const newcomer of newcomers) this.makeRoomFor(newcomer);
    });
  }

  private makeRoomAt(address: string): void {
    const strangers = this.strangersOf.of(address);
    while (strangers.size > this.limits.strangersPerAddressMax) {
      const first =
        firstOf(strangers, ({ pending, hasHadItsTurn }) => hasHadItsTurn && pending === 0) ??
        firstOf(strangers, ({ hasHadItsTurn }) => hasHadItsTurn);
      if (!first) return;
      this.giveWay(first);
    }
  }

  private makeRoomFor(newcomer: Connection): void {
    if (this.known.size <= this.limits.connectionsMax) return;
    const hadItsTurn = ({ hasHadItsTurn }: Connection): boolean => hasHadItsTurn;
    this.giveWay(
      firstOf(this.quietStrangers, hadItsTurn) ??
        firstOf(this.busyStrangers, hadItsTurn) ??
        firstOf(this.quietCallers, hadItsTurn) ??
        newcomer,
    );
  }

  private tooManyOf(connection: Connection): Failure | undefined {
    const those = this.connectionsOf.of(connection.caller ?? '');
    if (those.size <= this.limits.connectionsPerCallerMax) return undefined;
    const quiet = firstOf(those, ({ pending }) => pending === 0);
    if (quiet) this.giveWay(quiet);
    else
      return new Failure(
        'log.unreachable',
        `more than ${this.limits.connectionsPerCallerMax} requests of this caller are being answered`,
        'wait for answers before asking on',
      );
    return undefined;
  }

  private recognise(connection: Connection, caller: string): void {
    if (connection.caller === caller) return;
    if (connection.caller === undefined) this.strangersOf.delete(connection.address, connection);
    else this.connectionsOf.delete(connection.caller, connection);
    connection.caller = caller;
    this.connectionsOf.add(caller, connection);
  }

  /** Puts it where it belongs now, behind those that have been there longer. */
  private place(connection: Connection): void {
    const { caller, pending } = connection;
    for (const order of [this.quietStrangers, this.busyStrangers, this.quietCallers]) order.delete(connection);
    if (caller === undefined) (pending > 0 ? this.busyStrangers : this.quietStrangers).add(connection);
    else if (pending === 0) {
      this.quietCallers.add(connection);
      this.connectionsOf.of(caller).delete(connection);
      this.connectionsOf.add(caller, connection);
    }
  }

  private giveWay(connection: Connection): void {
    if (!this.known.has(connection.socket)) return;
    this.forget(connection);
    connection.socket.destroy();
    gaveWay.inc();
    if (this.untold++ > 0) return;
    setTimeout(() => {
      this.log.warn('connections.gave-way', { count: this.untold });
      this.untold = 0;
    }, tellMs).unref();
  }

  private forget(connection: Connection): void {
    if (!this.known.delete(connection.socket)) return;
    for (const order of [this.quietStrangers, this.busyStrangers, this.quietCallers]) order.delete(connection);
    if (connection.caller === undefined) this.strangersOf.delete(connection.address, connection);
    else this.connectionsOf.delete(connection.caller, connection);
    open.set(this.known.size);
  }
}
