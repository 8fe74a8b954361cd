import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
type Method = (typeof methods)[number];
export type Route = readonly [method: Method, path: string];

const recorded = new WeakMap<object, Route[]>();

/** Called before any route is made: what the router itself was told is the only list that cannot be incomplete. */
export const recordRoutes = (fastify: FastifyInstance): void => {
  const routes: Route[] = [];
  recorded.set(fastify, routes);
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const known of methods) if ([method].flat().includes(known)) routes.push([known, url]);
  });
};

export const routesOf = (app: NestFastifyApplication): readonly Route[] =>
  recorded.get(app.getHttpAdapter().getInstance()) ?? [];

/**
 * For tests: asks every route of an app without a token and returns those that answered anything but 401 or 403, as
 * `GET /livez`. What counts is what a stranger gets, not what a decorator says.
 */
export const openRoutes = async (app: NestFastifyApplication): Promise<readonly string[]> => {
  const open = new Set<string>();
  for (const [method, path] of routesOf(app)) {
    const { statusCode } = await app.inject({ method, url: path.replace(/:\w+/g, 'x').replace('*', 'x') });
    if (statusCode !== 401 && statusCode !== 403) open.add(`${method} ${path}`);
  }
  return [...open].toSorted();
};
