import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CallHandler,
  type CustomDecorator,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Failure } from '#domain';
import type { FastifyRequest } from 'fastify';
import { EMPTY, from, lastValueFrom, mergeMap, type Observable, of } from 'rxjs';
import { CallerTurns, turnBounds } from './caller-turns.js';
import { showTurns } from './reader-metrics.js';

const goesByKeys = 'reprise:goes-by-keys';

/** A route whose answer costs the reading of a few keys: it waits behind no search. */
export const ByKeys = (): CustomDecorator => SetMetadata(goesByKeys, true);

/** ms after which a caller is told that it asks for too much: who asks again at once would cost more than who waits. */
const refusedAfterMs = 1_000;

/** Every route that has a caller is answered when it is that caller's turn. Whoever adds one has it counted as a search, unless it is `ByKeys`. */
@Injectable()
export class TakeTurns implements NestInterceptor {
  private readonly keys = new CallerTurns(turnBounds.keys);
  private readonly searches = new CallerTurns(turnBounds.searches);
  private readonly reflector = new Reflector();
  private readonly countRefused = new Map([
    [this.keys, showTurns('keys', this.keys)],
    [this.searches, showTurns('searches', this.searches)],
  ]);

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { caller, raw } = context.switchToHttp().getRequest<FastifyRequest>();
    if (!caller) return next.handle();
    const targets = [context.getHandler(), context.getClass()];
    const turns = this.reflector.getAllAndOverride<boolean | undefined>(goesByKeys, targets)
      ? this.keys
      : this.searches;
    // Who has hung up meanwhile is not read for.
    const work = async (): Promise<Observable<unknown>> =>
      raw.socket.destroyed ? EMPTY : of(await lastValueFrom(next.handle(), { defaultValue: undefined }));
    return from(
      turns.of(caller.name, work).catch((error: unknown) => tellLater(error, this.countRefused.get(turns))),
    ).pipe(mergeMap((told) => told));
  }
}

const tellLater = async (error: unknown, countRefused: (() => void) | undefined): Promise<never> => {
  if (Failure.is(error, 'caller.too-much')) {
    countRefused?.();
    await sleep(refusedAfterMs, undefined, { ref: false });
  }
  throw error;
};
