import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import {
  boundStrangers,
  type ByteBudget,
  type CallersFile,
  followFolder,
  handshakesMax,
  peerOf,
  type ProcessLog,
  type SenderCaller,
  serverOptions,
  type TlsFolder,
} from '#platform';
import { BudgetShare } from '../budget-share.js';
import { closedConnections, openConnections } from '../capture-metrics.js';
import type { AnswerFrame } from './answer-frame.js';
import { Door, type Place } from './door.js';
import { type CloseReason, type ConnectionLimits, MllpConnection } from './mllp-connection.js';
import { whoGivesWay } from './who-gives-way.js';

export interface MllpServerOptions {
  readonly callers: CallersFile;
  readonly answer: AnswerFrame;
  readonly budget: ByteBudget;
  readonly log: ProcessLog;
  readonly limits: ConnectionLimits & {
    /** With one more, one that is not in use gives way; where all are, the new one is closed. */
    readonly connectionsPerSenderMax: number;
    /** A connection that has sent is in use until it has sent nothing for so long. */
    readonly quietMsMin: number;
    readonly connectionsMax: number;
    /** Of the budget, by all connections of one sender: a flood leaves room for the others. */
    readonly heldBytesPerSenderMax: number;
  };
  readonly tls: TlsFolder;
  /** The listeners of one sender each speak TLS as well. */
  readonly ownListenersToo: boolean;
  readonly tlsAddress: { readonly host: string; readonly port: number };
}

/**
 * New connections of senders that have as many as they may, until it is known who gives way.
 * @limit Gateway | new connections that wait until somebody gives way | the next is closed
 */
const atDoorMax = 1_024;
/** A flood of connections is told so often, with their number. */
const crowdSaidEveryMs = 10_000;
const lookEveryMs = 1_000;

/** A listener of one sender is for the sender next door: it never listens on another interface. */
const loopback = '127.0.0.1';

interface Open {
  readonly connection: MllpConnection;
  readonly socket: Socket;
  readonly caller: SenderCaller;
  /** Is its caller still one? */
  readonly isKnown: () => boolean;
  /** Milliseconds since 1970: the end of its certificate. */
  readonly validUntil: number;
}

type Newcomer = Omit<Open, 'connection'>;

/** All MLLP listeners: one on loopback per sender that has one, plain unless all is closed, and one over TLS for every sender with a certificate. */
export class MllpServer {
  private readonly own = new Map<number, { readonly server: Server; readonly caller: SenderCaller }>();
  private readonly open = new Set<Open>();
  private readonly shares = new Map<string, BudgetShare>();
  /** When a sender's closed connections were last told, and how many there were since. */
  private readonly crowds = new Map<string, { atMs: number; count: number }>();
  private readonly door: Door<Newcomer>;
  private tls: Server | undefined;
  private lookTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: MllpServerOptions) {
    this.door = new Door<Newcomer>({
      waitingMax: atDoorMax,
      nameOf: ({ caller }) => caller.name,
      placeFor: (newcomer) => this.placeFor(newcomer),
      admit: (newcomer) => this.admit(newcomer),
      refuse: ({ socket, caller }) => {
        // It may have left by itself.
        if (!socket.destroyed) this.tellClosed(caller, 'too-many');
        socket.destroy();
      },
    });
  }

  async listen(): Promise<void> {
    const { tls, tlsAddress, callers } = this.options;
    const server = this.tlsServer((caller) => caller !== undefined);
    server.maxConnections = this.options.limits.connectionsMax + handshakesMax + atDoorMax;
    this.tls = server;
    await listening(server, tlsAddress.port, tlsAddress.host);
    await this.followCallers();
    const follow = (): void => {
      this.followCallers().catch((error: unknown) => this.options.log.fault('listener.failed', error));
    };
    callers.onChange(follow);
    // Certificates may have been taken back.
    tls.onChange(follow);
    this.lookTimer = setInterval(() => {
      const [now, time] = [performance.now(), Date.now()];
      for (const { connection, validUntil } of this.open)
        if (time > validUntil) connection.close('certificate-past');
        else connection.look(now);
    }, lookEveryMs);
    this.lookTimer.unref();
  }

  /** Takes those whom the callers file knows by their certificate, and of them whom `takes` says. */
  private tlsServer(takes: (caller: SenderCaller | undefined) => boolean): TlsServer {
    const { tls, log } = this.options;
    const server = createTlsServer(serverOptions(tls, 'known'), (socket) => this.acceptTls(socket, takes));
    followFolder(server, tls);
    boundStrangers(server, 'mllp', log);
    return server;
  }

  /** Stops listening, answers what has come whole, and closes; what is not done within `msMax` is cut off. */
  async close(msMax: number): Promise<void> {
    clearInterval(this.lookTimer);
    const servers = Array.from(this.own.values(), ({ server }) => server);
    if (this.tls) servers.push(this.tls);
    const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    this.door.close();
    for (const { connection } of this.open) connection.finish();
    const cut = setTimeout(() => {
      for (const { socket } of this.open) socket.destroy();
    }, msMax);
    await Promise.all(closed);
    clearTimeout(cut);
  }

  /** Listeners and connections as the callers file wants them now. */
  private async followCallers(): Promise<void> {
    const { callers, log } = this.options;
    const wanted = callers.byMllpPort();
    for (const [port, { server, caller }] of this.own)
      if (wanted.get(port)?.name !== caller.name || wanted.get(port)?.finess !== caller.finess) {
        server.close();
        this.own.delete(port);
        log.info('listener.closed', { port, sender: caller.name });
      }
    for (const { socket, isKnown } of this.open) if (!isKnown()) socket.destroy();
    for (const [port, caller] of wanted) if (!this.own.has(port)) await this.openOwn(port, caller);
  }

  private async openOwn(port: number, caller: SenderCaller): Promise<void> {
    const plain = (): Server =>
      createServer({ allowHalfOpen: true }, (socket) => {
        const isKnown = (): boolean => this.own.get(port)?.server === server;
        this.accept({ socket, caller, isKnown, validUntil: Number.POSITIVE_INFINITY });
      });
    const server = this.options.ownListenersToo ? this.tlsServer((known) => known?.name === caller.name) : plain();
    this.own.set(port, { server, caller });
    try {
      await listening(server, port, loopback);
      this.options.log.info('listener.opened', { port, sender: caller.name, establishment: caller.finess });
    } catch (error) {
      this.own.delete(port);
      throw error;
    }
  }

  private shareOf({ name }: SenderCaller): ByteBudget {
    const { budget, limits } = this.options;
    const share = this.shares.get(name) ?? new BudgetShare(budget, limits.heldBytesPerSenderMax);
    this.shares.set(name, share);
    return share;
  }

  private acceptTls(socket: TLSSocket, takes: (caller: SenderCaller | undefined) => boolean): void {
    const { callers, log, tls } = this.options;
    const peer = peerOf(socket, tls);
    const caller = peer?.isValid() ? callers.senderByCertificate(peer.sha256) : undefined;
    if (!peer || !caller || !takes(caller)) {
      log.warn('caller.unknown', { context: 'mllps' });
      socket.destroy();
      return;
    }
    this.accept({
      socket,
      caller,
      validUntil: peer.validUntil,
      isKnown: () => peer.isValid() && callers.senderByCertificate(peer.sha256)?.name === caller.name,
    });
  }

  private accept(newcomer: Newcomer): void {
    const { socket, caller } = newcomer;
    socket.on('error', () => socket.destroy());
    const isFull = this.ownOf(caller).length >= this.options.limits.connectionsPerSenderMax;
    if (isFull || this.door.hasWaiting(caller.name)) this.door.come(newcomer);
    else this.admit(newcomer);
  }

  private ownOf({ name }: SenderCaller): readonly Open[] {
    return Array.from(this.open).filter(({ caller }) => caller.name === name);
  }

  private placeFor({ socket, caller, isKnown }: Newcomer): Place {
    const { connectionsPerSenderMax, quietMsMin } = this.options.limits;
    if (!isKnown()) socket.destroy();
    if (socket.destroyed) return 'none';
    const own = this.ownOf(caller);
    if (own.length < connectionsPerSenderMax) return 'free';
    const connections = own.map(({ connection }) => connection);
    const leaving = whoGivesWay(connections, performance.now(), quietMsMin);
    if (leaving === 'not-yet') return 'not-yet';
    const found = own.find(({ connection }) => connection === leaving);
    if (found === undefined) return 'none';
    this.open.delete(found);
    if (found.connection.isEnded) found.socket.destroy();
    else found.connection.close('gave-way');
    return 'free';
  }

  private admit(newcomer: Newcomer): void {
    const { limits, answer } = this.options;
    const { socket, caller } = newcomer;
    const connection = new MllpConnection(socket, {
      limits,
      budget: this.shareOf(caller),
      answer: (item, now) => answer.of(caller, item, now),
      onClosed: (reason) => this.tellClosed(caller, reason),
    });
    const open: Open = { ...newcomer, connection };
    this.open.add(open);
    openConnections.inc();
    socket.once('close', () => {
      this.open.delete(open);
      openConnections.dec();
    });
  }

  private tellClosed({ name, finess }: SenderCaller, reason: CloseReason | 'too-many'): void {
    closedConnections.inc({ reason });
    const about = { sender: name, establishment: finess, text: reason };
    if (reason !== 'gave-way' && reason !== 'too-many') return this.options.log.warn('connection.closed', about);
    const key = `${reason} ${name}`;
    const { atMs, count } = this.crowds.get(key) ?? { atMs: Number.NEGATIVE_INFINITY, count: 0 };
    const isDue = performance.now() - atMs >= crowdSaidEveryMs;
    this.crowds.set(key, isDue ? { atMs: performance.now(), count: 0 } : { atMs, count: count + 1 });
    if (isDue) this.options.log.warn('connection.closed', { ...about, count: count + 1 });
  }
}

const listening = async (server: Server, port: number, host: string): Promise<void> => {
  server.listen({ port, host });
  // Rejects on `error`.
  await once(server, 'listening');
};
