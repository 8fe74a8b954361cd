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

export interface RouteAnswer {
  readonly method: Method;
  readonly path: string;
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** For tests: asks every route of an app once, with these headers, and gives what each one answered, in the order of asking. */
export const askEveryRoute = async (
  app: NestFastifyApplication,
  {
    headers = {},
    finess = 'x',
  }: { readonly headers?: Readonly<Record<string, string>>; readonly finess?: string } = {},
): Promise<readonly RouteAnswer[]> => {
  const answers: RouteAnswer[] = [];
  for (const [method, path] of routesOf(app)) {
    const url = path.replace(':finess', finess).replace(/:\w+/g, 'x').replace('*', 'x');
    const answer = await app.inject({ method, url, headers });
    answers.push({ method, path, statusCode: answer.statusCode, headers: answer.headers });
  }
  return answers;
};

/**
 * For tests: the routes that answer a stranger with anything but 401 or 403, as `GET /livez`. What counts is what a stranger gets,
 * not what a decorator says.
 */
export const openRoutes = async (app: NestFastifyApplication): Promise<readonly string[]> => {
  const answers = await askEveryRoute(app);
  const open = answers.filter(({ statusCode }) => statusCode !== 401 && statusCode !== 403);
  return [...new Set(open.map(({ method, path }) => `${method} ${path}`))].toSorted();
};
