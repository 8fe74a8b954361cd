import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { Failure } from '#domain';
import type { FastifyRequest } from 'fastify';
import { type CallerKind, mayAddress } from './caller.js';
import { callerKinds, publicRoute } from './route-access.js';

export const unknownCaller = (): Failure =>
  new Failure('caller.unknown', 'nobody knows this caller', 'send a valid token: Authorization: Bearer …');

/**
 * Default deny. A route is answered when it is public, or when its caller is known, is of a kind that the route names, and may
 * address the establishment in the URL (the `:finess` parameter, wherever there is one).
 */
export class CallerGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(publicRoute, targets)) return true;
    const { caller, params } = context.switchToHttp().getRequest<FastifyRequest<{ Params: { finess?: string } }>>();
    if (!caller) throw unknownCaller();
    const kinds = this.reflector.getAllAndOverride<readonly CallerKind[] | undefined>(callerKinds, targets) ?? [];
    if (!kinds.includes(caller.kind))
      throw new Failure('caller.forbidden', `this is not for a ${caller.kind}`, 'use credentials of another kind');
    const establishment = params.finess;
    if (establishment !== undefined && !mayAddress(caller, establishment))
      throw new Failure(
        'caller.forbidden',
        'the URL names an establishment that is not this caller’s',
        'use the establishment of the credentials',
      );
    return true;
  }
}
