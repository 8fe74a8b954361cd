import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { Caller, CallerKind } from './caller.js';

/** Who may call a route: anybody, or callers of these kinds. */
export type RouteAccess = 'public' | readonly [CallerKind, ...CallerKind[]];
export const routeAccess = 'reprise:access';

/**
 * On a route, or on a controller for those of its routes that say nothing by themselves. It stands in Fastify's configuration of the
 * route as well, where it is read before the body is.
 */
const access =
  (of: RouteAccess) =>
  (target: object, _name?: string | symbol, route?: { readonly value?: unknown }): void => {
    const mark = (marked: unknown): void => {
      if (typeof marked !== 'function' || Reflect.hasMetadata(routeAccess, marked)) return;
      SetMetadata(routeAccess, of)(marked);
      RouteConfig({ access: of })(marked);
    };
    mark(route ? route.value : target);
    if (route || typeof target !== 'function') return;
    for (const { value } of Object.values(Object.getOwnPropertyDescriptors(target.prototype as object))) mark(value);
  };

/** Answers a caller whom nobody knows: /livez, /readyz, /metrics and /fhir/metadata, nothing else (contract, section 2). */
export const Public = (): ClassDecorator & MethodDecorator => access('public');

/** Who may call this controller or route. A route with neither this nor `Public` is refused. */
export const Callers = (...kinds: readonly [CallerKind, ...CallerKind[]]): ClassDecorator & MethodDecorator =>
  access(kinds);

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the body is read; absent where nobody knows the caller. */
    caller?: Caller;
  }
  interface FastifyContextConfig {
    /** Absent where the route says nothing of its callers: nobody may call it. */
    access?: RouteAccess;
  }
}

/** The caller that the guard has let in. */
export const TheCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!caller) throw new Error('a public route has no caller');
  return caller;
});
