import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Finess, RecordKey } from '#domain';
import type { FastifyRequest } from 'fastify';
import type { LogFields, ProcessLog } from '../logging/process-log.js';
import { countRequest } from './request-metrics.js';

/** What only the app knows of an access: references and numbers, never content. */
export interface AccessNote {
  readonly establishment?: string;
  /** What was read or written: `Patient/p1`, or the id of a message, a restore. */
  readonly record?: string;
  /** Whose it is, as a reference: `Patient/p1`. */
  readonly patient?: string;
  /** `read`, `search Patient`, `message show with content`. */
  readonly interaction?: string;
  /** Age of the oldest data that the answer draws on. */
  readonly ageSeconds?: number;
  /** How many records the answer holds. */
  readonly count?: number;
}

/** Status of an answer that nobody waited for: the caller hung up before it began (the number that nginx made usual). */
export const statusHungUp = 499;

/** Asked every few seconds by machines: their answers 200 and 503 leave a line when they differ from the one before. */
const probes: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);
const probeAnswers: ReadonlySet<number> = new Set([200, 503]);

/** One request, from its head until its answer is gone or given up. */
export class Access {
  private readonly since = performance.now();
  private readonly address: string | undefined;
  private noted: AccessNote = {};
  /** Set once Fastify has it; what Node or Fastify answer by themselves never gets so far. */
  asked: FastifyRequest | undefined;
  isTold = false;

  constructor(
    private readonly request: IncomingMessage,
    private readonly answer: ServerResponse,
  ) {
    // A socket that is gone has forgotten its address.
    this.address = request.socket.remoteAddress;
  }

  /** Adds to the line; what is said twice counts as it was said last. */
  note(more: AccessNote): void {
    this.noted = { ...this.noted, ...more };
  }

  /** As it stands when the answer is gone; or `told` by whoever answered in its place. */
  line(told?: number): LogFields {
    const { asked, request } = this;
    return {
      ...callerOf(asked),
      ...(this.address !== undefined && { address: this.address }),
      ...(request.method !== undefined && { method: request.method }),
      ...(asked?.routeOptions.url !== undefined && { route: asked.routeOptions.url }),
      ...addressed(asked),
      ...this.noted,
      status: told ?? this.status,
      ...(told === undefined && !this.answer.writableFinished && { state: 'cut-off' }),
      ms: Math.round(this.ms * 10) / 10,
      correlationId: asked?.id ?? randomUUID(),
    };
  }

  /** As a number among others; `told` as in the line. */
  count(told?: number): void {
    const { asked, request, ms } = this;
    countRequest({ method: request.method, route: asked?.routeOptions.url, status: told ?? this.status, ms });
  }

  private get ms(): number {
    return performance.now() - this.since;
  }

  get status(): number {
    return this.answer.headersSent ? this.answer.statusCode : statusHungUp;
  }
}

const callerOf = (asked: FastifyRequest | undefined): LogFields =>
  asked?.caller ? { caller: asked.caller.name, callerKind: asked.caller.kind } : {};

/** What the address names, whoever asks and whatever comes of it. */
const addressed = (asked: FastifyRequest | undefined): AccessNote => {
  const params = (asked?.params ?? {}) as Readonly<Record<string, string | undefined>>;
  const { finess, type, id, '*': below } = params;
  const record = type !== undefined && id !== undefined ? `${type}/${id}` : below;
  return {
    ...(finess !== undefined && Finess.matches(finess) && { establishment: finess }),
    ...(record !== undefined && RecordKey.matches(record) && { record }),
  };
};

const accesses = new WeakMap<IncomingMessage, Access>();

/** Where an app notes what it knows of this access; the line is written without it as well. */
export const accessOf = ({ raw }: FastifyRequest): Access => {
  const access = accesses.get(raw);
  if (!access) throw new Error('a request without its access: made by something else than httpApp');
  return access;
};

/**
 * Writes one line `access` at the end of every answer of a server, whatever its status: refused, unknown, malformed, cut off. It
 * begins with the response object itself (`answer-class.ts`), so that nothing is answered without it.
 */
export class AccessLines {
  private readonly last = new WeakMap<Socket, Access>();
  private readonly probed = new Map<string, number>();

  constructor(private readonly log: ProcessLog) {}

  of(request: IncomingMessage): Access | undefined {
    return accesses.get(request);
  }

  begin(request: IncomingMessage, answer: ServerResponse): Access {
    const access = new Access(request, answer);
    accesses.set(request, access);
    this.last.set(request.socket, access);
    answer.once('close', () => this.end(access));
    // An answer that waits behind another one on its connection does not hear that the connection is gone.
    request.once('close', () => request.socket?.destroyed && this.end(access));
    return access;
  }

  /** What Node could not read: the rest of a request that had begun, or one that nobody ever saw. Asked before the socket is closed. */
  unreadable(socket: Socket, status: number): void {
    const begun = this.last.get(socket);
    if (begun && !begun.isTold) return this.end(begun, status);
    countRequest({ method: undefined, route: undefined, status, ms: 0 });
    this.log.often('access', {
      ...(socket.remoteAddress !== undefined && { address: socket.remoteAddress }),
      status,
      correlationId: randomUUID(),
    });
  }

  private end(access: Access, told?: number): void {
    if (access.isTold) return;
    access.isTold = true;
    access.count(told);
    if (!this.isUsualProbe(access)) this.log.often('access', access.line(told));
  }

  private isUsualProbe({ asked, status }: Access): boolean {
    const route = asked?.routeOptions.url ?? '';
    if (!probes.has(route) || !probeAnswers.has(status)) return false;
    if (this.probed.get(route) === status) return true;
    this.probed.set(route, status);
    return false;
  }
}
