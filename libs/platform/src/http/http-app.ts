import { randomUUID } from 'node:crypto';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Failure } from '#domain';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CallerGuard, unknownCaller } from '../callers/caller.guard.js';
import type { Caller } from '../callers/caller.js';
import type { CallersFile } from '../callers/callers-file.js';
import { nestLogger } from '../logging/nest-logger.js';
import type { ProcessLog } from '../logging/process-log.js';
import { AccessLines } from './access-line.js';
import { answerFailure, answerUnparsed, FailureFilter, type Say } from './failure.filter.js';
import { recordRoutes } from './open-routes.js';
import { unstorable } from './storable-text.js';

export interface HttpAppOptions {
  readonly callers: CallersFile;
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
  static of(app: Type | DynamicModule, filter: FailureFilter): DynamicModule {
    return {
      module: HttpRootModule,
      imports: [app],
      providers: [
        { provide: APP_GUARD, useFactory: (reflector: Reflector) => new CallerGuard(reflector), inject: [Reflector] },
        { provide: APP_FILTER, useValue: filter },
      ],
    };
  }
}

const bearer = /^Bearer ([\x21-\x7e]+)$/i;
const bodyless = new Set(['GET', 'HEAD', 'OPTIONS']);

const recognise = (request: FastifyRequest, callers: CallersFile): Caller | undefined => {
  const token = bearer.exec(request.headers.authorization ?? '')?.[1];
  const caller = token === undefined ? undefined : callers.byToken(token);
  if (caller) request.caller = caller;
  return caller;
};

/**
 * Nest on Fastify with the default-deny guard and the failure filter built in: an app cannot forget them. No Nest middleware is
 * used (three bypasses in 2026); what must come before the body is read is one Fastify hook.
 */
export const httpApp = async (
  module: Type | DynamicModule,
  {
    callers,
    log,
    rawBodies = [],
    bodyBytesMax = 1_048_576,
    budget,
    ignoreTrailingSlash = false,
    say = (sentence) => sentence,
  }: HttpAppOptions,
): Promise<NestFastifyApplication> => {
  const access = new AccessLines(log);
  const adapter = new FastifyAdapter({
    bodyLimit: bodyBytesMax,
    keepAliveTimeout: 65_000,
    requestTimeout: 60_000,
    connectionTimeout: 0,
    http: {
      headersTimeout: 10_000,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: 16_384,
      ServerResponse: access.Answer,
    },
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    routerOptions: { caseSensitive: true, ignoreTrailingSlash, ignoreDuplicateSlashes: false },
    skipMiddie: true,
    clientErrorHandler: (error, socket) => answerUnparsed(error, socket, (status) => access.unreadable(socket, status)),
    // An address that cannot be read: no hook has looked at the request yet.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      access.begin(request.raw, reply.raw).asked = request;
      recognise(request, callers);
      answerFailure(error, request, reply, { log, say });
    },
  });
  const fastify: FastifyInstance = adapter.getInstance();
  fastify.server.maxConnections = 2_048;
  recordRoutes(fastify);
  fastify.decorateRequest('caller', undefined);
  fastify.addHook('onRequest', (request, reply, done) => {
    access.begin(request.raw, reply.raw).asked = request;
    const caller = recognise(request, callers);
    const { headers } = request;
    // An empty one says nothing (RFC 9110, section 8.3): as if it were not there.
    if (headers['content-type']?.trim() === '') delete headers['content-type'];
    // Only a known caller may make this process hold a body.
    if (bodyless.has(request.method)) done();
    else if (!caller) done(unknownCaller());
    else done(budget && admit(request, budget, bodyBytesMax, (free) => reply.raw.once('close', free)));
  });
  takeRawBodies(fastify, rawBodies);
  // Where bodies stay raw the app reads its addresses and bodies itself, and answers for them.
  if (rawBodies.length === 0)
    fastify.addHook('preHandler', (request, _reply, done) => {
      done(request.caller && unstorable(request));
    });
  const app = await NestFactory.create<NestFastifyApplication>(
    HttpRootModule.of(module, new FailureFilter(log, say)),
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
  if (types.length === 0) return;
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser([...types], { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
};

/** Takes the body's announced length out of the budget until the answer is gone; a body of unknown length counts as the largest. */
const admit = (
  request: FastifyRequest,
  budget: ByteBudget,
  bodyBytesMax: number,
  onGone: (free: () => void) => void,
): Failure | undefined => {
  const announced = request.headers['content-length'];
  const bytes = Math.min(announced === undefined ? bodyBytesMax : Number(announced), bodyBytesMax);
  if (!budget.take(bytes))
    return new Failure('log.unreachable', 'too much is being taken in at this moment', 'send it again shortly');
  onGone(() => budget.giveBack(bytes));
  return undefined;
};
