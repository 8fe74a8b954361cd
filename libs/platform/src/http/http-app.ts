import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Server as TlsServer } from 'node:tls';
import {
  type DynamicModule,
  Module,
  NotFoundException,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type Type,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, ModuleRef, NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Failure } from '#domain';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CallerGuard, refusedCaller, unknownCaller } from '../callers/caller.guard.js';
import type { Caller } from '../callers/caller.js';
import type { CallersFile } from '../callers/callers-file.js';
import { HealthController } from '../health/health.controller.js';
import { Health } from '../health/health.js';
import { LocalMetricsController, MetricsController } from '../health/metrics.controller.js';
import { nestLogger } from '../logging/nest-logger.js';
import type { ProcessLog } from '../logging/process-log.js';
import { type Access, AccessLines } from './access-line.js';
import { answerClass, everyAnswer } from './answer-class.js';
import { Connections, httpLimits, type HttpLimits } from './connections.js';
import { answerFailure, answerUnparsed, FailureFilter, type Say } from './failure.filter.js';
import { takeJsonBodies } from './json-bodies.js';
import { listen } from './listen.js';
import { recordRoutes } from './open-routes.js';
import { sayContinueWhenRead } from './say-continue.js';
import { unstorable } from './storable-text.js';
import { Peers } from '../tls/peers.js';
import type { TlsFolder } from '../tls/tls-folder.js';
import { boundStrangers, followFolder, refuseBadCertificates, serverOptions } from '../tls/tls-server.js';
import { traceRequests } from '../traces/trace-requests.js';
import type { Traces } from '../traces/process-traces.js';
import { takeExpectations, unmetHead } from './unmet-head.js';

/** Who may call: a file's, or nobody where a door has no callers. */
type KnownCallers = Pick<CallersFile, 'byToken' | 'byCertificate'>;

export interface HttpAppOptions {
  readonly callers: KnownCallers;
  readonly log: ProcessLog;
  /** Content types whose body reaches the controller as a Buffer. Without any, `application/json` is parsed. */
  readonly rawBodies?: readonly string[];
  /** Largest body; 413 above. */
  readonly bodyBytesMax?: number;
  /** Bytes of bodies that may be held at one time; 503 above. */
  readonly budget?: ByteBudget;
  /** `/Patient/` is `/Patient`, with a query behind it or not. */
  readonly ignoreTrailingSlash?: boolean;
  /** What this process says of a failure, in the language of who asked; English unless given. */
  readonly say?: Say;
  /** `httpLimits` unless given; tests have not the time. */
  readonly limits?: HttpLimits;
  /** The door speaks TLS with what lies there, and knows callers by the certificates that they show. */
  readonly tls?: TlsFolder | undefined;
  /** Does it ask for them? A browser would ask whoever looks at a page. */
  readonly certificates?: 'asked' | 'anybody';
  readonly traces?: Traces;
  /** /metrics on a port of its own, and no longer beside the routes of the app. */
  readonly metricsAt?: { readonly port: number; readonly host: string };
}

/** One sum of bytes for everything that is held in memory at one time. */
export class ByteBudget {
  private heldBytes = 0;
  constructor(readonly bytesMax: number) {}
  take(bytes: number): boolean {
    if (this.heldBytes + bytes > this.bytesMax) return false;
    this.heldBytes += bytes;
    return true;
  }
  giveBack(bytes: number): void {
    this.heldBytes -= bytes;
  }
  get held(): number {
    return this.heldBytes;
  }
}

@Module({})
class HttpRootModule {
  static of(app: Type | DynamicModule, filter: FailureFilter, metrics: MetricsPlace): DynamicModule {
    return {
      module: HttpRootModule,
      imports: [app],
      controllers: metrics instanceof MetricsDoor ? [] : [metrics],
      providers: [
        { provide: APP_GUARD, useFactory: (reflector: Reflector) => new CallerGuard(reflector), inject: [Reflector] },
        { provide: APP_FILTER, useValue: filter },
        ...(metrics instanceof MetricsDoor
          ? [{ provide: MetricsDoor, useFactory: (modules: ModuleRef) => metrics.of(modules), inject: [ModuleRef] }]
          : []),
      ],
    };
  }
}

type MetricsPlace = typeof LocalMetricsController | typeof MetricsController | MetricsDoor;

@Module({ controllers: [HealthController] })
class ProbesModule {}

/** The second server of an app: opens and closes with it, and answers its probes too, so that whoever watches needs one address. */
class MetricsDoor implements OnApplicationBootstrap, OnModuleDestroy {
  private app: NestFastifyApplication | undefined;
  private modules: ModuleRef | undefined;
  constructor(private readonly options: Required<Pick<HttpAppOptions, 'callers' | 'log' | 'metricsAt' | 'tls'>>) {}

  /** Of the app whose `Health` it tells. */
  of(modules: ModuleRef): this {
    this.modules = modules;
    return this;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { callers, log, metricsAt, tls } = this.options;
    const health = { provide: Health, useValue: this.modules?.get(Health, { strict: false }) };
    const probes = { module: ProbesModule, providers: [health] };
    this.app = await httpServer(probes, { callers, log, tls }, MetricsController);
    await listen(this.app, metricsAt.port, metricsAt.host);
    const address = this.app.getHttpServer().address();
    log.info('metrics.opened', typeof address === 'object' && address ? { port: address.port } : {});
  }
  async onModuleDestroy(): Promise<void> {
    await this.app?.close();
  }
}

const bearer = /^Bearer ([\x21-\x7e]+)$/i;
const bodyless = new Set(['GET', 'HEAD', 'OPTIONS']);

/** By a token, by a certificate, or by both of one caller. What is shown and not known makes a stranger of him, whatever else he shows. */
const recognise = (request: FastifyRequest, callers: KnownCallers, peers: Peers): Caller | undefined => {
  const token = bearer.exec(request.headers.authorization ?? '')?.[1];
  const certificate = peers.of(request.raw.socket);
  const byToken = token === undefined ? undefined : callers.byToken(token);
  const byCertificate = certificate === undefined ? undefined : callers.byCertificate(certificate);
  if (token !== undefined && !byToken) return undefined;
  // A proxy of the hospital may show its own certificate beside the tokens of others: only what is known of somebody else contradicts.
  if (certificate === '' || (byToken && byCertificate && nameOf(byToken) !== nameOf(byCertificate))) return undefined;
  const caller = byToken ?? byCertificate;
  if (caller) request.caller = caller;
  return caller;
};

const nameOf = ({ kind, name }: Caller): string => `${kind} ${name}`;

/**
 * Nest on Fastify with the default-deny guard and the failure filter built in: an app cannot forget them. No Nest middleware is
 * used (three bypasses in 2026); what must come before the body is read is one Fastify hook.
 */
export const httpApp = (module: Type | DynamicModule, options: HttpAppOptions): Promise<NestFastifyApplication> => {
  const { callers, log, metricsAt, tls } = options;
  const place = metricsAt ? new MetricsDoor({ callers, log, metricsAt, tls }) : LocalMetricsController;
  return httpServer(module, options, place);
};

const nobody: KnownCallers = { byToken: () => undefined, byCertificate: () => undefined };

/** The door of a process that has no other: what its module has, `HealthModule` for one, and `/metrics`, to all who reach it. */
export const probesApp = (
  module: Type | DynamicModule,
  { log, tls }: Pick<HttpAppOptions, 'log' | 'tls'>,
): Promise<NestFastifyApplication> => httpServer(module, { callers: nobody, log, tls }, MetricsController);

const httpServer = async (
  module: Type | DynamicModule,
  {
    callers,
    log,
    rawBodies = [],
    bodyBytesMax = 1_048_576,
    budget,
    ignoreTrailingSlash = false,
    say = (sentence) => sentence,
    limits = httpLimits,
    tls,
    certificates = 'anybody',
    traces,
  }: HttpAppOptions,
  metrics: MetricsPlace,
): Promise<NestFastifyApplication> => {
  const access = new AccessLines(log);
  const connections = new Connections(log, limits);
  const begin = (request: IncomingMessage, answer: ServerResponse): Access => {
    for (const name in everyAnswer) answer.setHeader(name, everyAnswer[name] ?? '');
    return access.begin(request, answer);
  };
  const asked = (request: FastifyRequest, reply: FastifyReply): void => {
    // Only what a test injects has not begun yet: it is answered by another class.
    (access.of(request.raw) ?? begin(request.raw, reply.raw)).asked = request;
  };
  const server = {
    headersTimeout: limits.headersMsMax,
    connectionsCheckingInterval: 5_000,
    maxHeaderSize: 16_384,
    requireHostHeader: false,
    ServerResponse: answerClass(begin, limits),
  };
  const peers = new Peers(tls);
  const adapter = new FastifyAdapter({
    bodyLimit: bodyBytesMax,
    keepAliveTimeout: limits.keepAliveMsMax,
    requestTimeout: limits.requestMsMax,
    connectionTimeout: 0,
    ...(tls ? { https: { ...server, ...serverOptions(tls, certificates) } } : { http: server }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    routerOptions: { caseSensitive: true, ignoreTrailingSlash, ignoreDuplicateSlashes: false },
    skipMiddie: true,
    clientErrorHandler: (error, socket) => answerUnparsed(error, socket, (status) => access.unreadable(socket, status)),
    // An address that cannot be read: no hook has looked at the request yet.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      asked(request, reply);
      recognise(request, callers, peers);
      answerFailure(error, request, reply, { log, say });
    },
  });
  const fastify: FastifyInstance = adapter.getInstance();
  connections.guard(fastify.server);
  if (tls && fastify.server instanceof TlsServer) {
    followFolder(fastify.server, tls);
    // Node would answer a failed handshake as a request that it cannot read.
    fastify.server.removeAllListeners('tlsClientError');
    boundStrangers(fastify.server, 'http', log);
    refuseBadCertificates(fastify.server);
  }
  sayContinueWhenRead(fastify.server);
  takeExpectations(fastify.server);
  recordRoutes(fastify);
  fastify.decorateRequest('caller', undefined);
  fastify.addHook('onRequest', (request, reply, done) => {
    asked(request, reply);
    const caller = recognise(request, callers, peers);
    const tooMany = connections.asks(request.raw.socket, reply.raw, caller);
    if (tooMany) return done(tooMany);
    const unmet = unmetHead(request);
    // Whether a body follows is not certain.
    if (unmet) {
      void reply.header('Connection', 'close');
      return done(unmet);
    }
    const { headers } = request;
    // An empty one says nothing (RFC 9110, section 8.3): as if it were not there.
    if (headers['content-type']?.trim() === '') delete headers['content-type'];
    if (bodyless.has(request.method)) return done();
    const admitted = (): Failure | undefined =>
      budget && admit(request, budget, bodyBytesMax, (free) => reply.raw.once('close', free));
    done(refusedUnread(request) ?? admitted());
  });
  if (traces?.request) traceRequests(fastify, traces.request);
  takeRawBodies(fastify, rawBodies);
  // Where bodies stay raw the app reads its addresses and bodies itself, and answers for them.
  if (rawBodies.length === 0)
    fastify.addHook('preHandler', (request, _reply, done) => {
      done(request.caller && unstorable(request));
    });
  const app = await NestFactory.create<NestFastifyApplication>(
    HttpRootModule.of(module, new FailureFilter(log, say), metrics),
    adapter,
    {
      bodyParser: false,
      logger: nestLogger(log),
      abortOnError: false,
      return503OnClosing: true,
    },
  );
  return app;
};

const takeRawBodies = (fastify: FastifyInstance, types: readonly string[]): void => {
  fastify.removeContentTypeParser('text/plain');
  if (types.length === 0) return takeJsonBodies(fastify);
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser([...types], { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
};

/** Only a caller whom the guard lets in may make this process hold a body. */
const refusedUnread = (request: FastifyRequest): Error | undefined => {
  const { caller, is404, routeOptions, params } = request;
  if (!caller) return unknownCaller();
  if (is404) return new NotFoundException();
  return refusedCaller(routeOptions.config.access, caller, params as { readonly finess?: string });
};

/** Takes the body's announced length out of the budget until the answer is gone; a body of unknown length counts as the largest. One that is announced as too large is refused for that, and not held. */
const admit = (
  request: FastifyRequest,
  budget: ByteBudget,
  bodyBytesMax: number,
  onGone: (free: () => void) => void,
): Failure | undefined => {
  const announced = request.headers['content-length'];
  const bytes = announced === undefined ? bodyBytesMax : Number(announced);
  if (bytes > bodyBytesMax) return undefined;
  if (!budget.take(bytes))
    return new Failure('log.unreachable', 'too much is being taken in at this moment', 'send it again shortly');
  onGone(() => budget.giveBack(bytes));
  return undefined;
};
