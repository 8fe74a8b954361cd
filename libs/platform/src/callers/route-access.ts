import { createParamDecorator, type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller, CallerKind } from './caller.js';

export const publicRoute = 'reprise:public';
export const callerKinds = 'reprise:caller-kinds';

/** Answers a caller whom nobody knows: /livez, /readyz, /metrics and /fhir/metadata, nothing else (contract, section 2). */
export const Public = (): CustomDecorator => SetMetadata(publicRoute, true);

/** Who may call this controller or route. A route with neither this nor `Public` is refused. */
export const Callers = (...kinds: readonly [CallerKind, ...CallerKind[]]): CustomDecorator =>
  SetMetadata(callerKinds, kinds);

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the body is read; absent where nobody knows the caller. */
    caller?: Caller;
  }
}

/** The caller that the guard has let in. */
export const TheCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!caller) throw new Error('a public route has no caller');
  return caller;
});
