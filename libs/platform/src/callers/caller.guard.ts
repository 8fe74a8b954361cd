import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { Failure } from '#domain';
import type { FastifyRequest } from 'fastify';
import { type Caller, mayAddress } from './caller.js';
import { type RouteAccess, routeAccess } from './route-access.js';

export const unknownCaller = (): Failure =>
  new Failure('caller.unknown', 'nobody knows this caller', 'send a valid token: Authorization: Bearer …');

/**
 * Default deny. A route is answered when it is public, or when its caller is known, is of a kind that the route names, and may
 * address the establishment in the URL (the `:finess` parameter, wherever there is one). Otherwise gives why not.
 */
export const refusedCaller = (
  access: RouteAccess | undefined,
  caller: Caller | undefined,
  { finess }: { readonly finess?: string },
): Failure | undefined => {
  if (access === 'public') return undefined;
  if (!caller) return unknownCaller();
  if (!access?.includes(caller.kind))
    return new Failure('caller.forbidden', `this is not for a ${caller.kind}`, 'use credentials of another kind');
  if (finess === undefined || mayAddress(caller, finess)) return undefined;
  return new Failure(
    'caller.forbidden',
    'the URL names an establishment that is not this caller’s',
    'use the establishment of the credentials',
  );
};

/** Of every route, whatever its method. */
export class CallerGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(routeAccess, targets);
    const { caller, params } = context.switchToHttp().getRequest<FastifyRequest<{ Params: { finess?: string } }>>();
    const refused = refusedCaller(access, caller, params);
    if (refused) throw refused;
    return true;
  }
}
