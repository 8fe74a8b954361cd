import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/**
 * For tests: asks every route of an app without a token and returns those that answered anything but 401 or 403, as
 * `GET /livez`. What counts is what a stranger gets, not what a decorator says.
 */
export const openRoutes = async (app: NestFastifyApplication): Promise<readonly string[]> => {
  const open: string[] = [];
  for (const [method, path] of routesOf(app)) {
    const { statusCode } = await app.inject({ method, url: path.replace(/:\w+/g, 'x').replace('*', 'x') });
    if (statusCode !== 401 && statusCode !== 403) open.push(`${method} ${path}`);
  }
  return open.toSorted();
};

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** From the printed tree of Fastify's router: `/a/:b (GET, HEAD)` with its indentation. */
export const routesOf = (app: NestFastifyApplication): readonly (readonly [Method, string])[] => {
  const parents: string[] = [];
  const routes: (readonly [Method, string])[] = [];
  for (const line of app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }).split('\n')) {
    const match = /^([│├└─\s]*)(\S+)(?: \(([A-Z, ]+)\))?$/u.exec(line);
    if (!match?.[2]) continue;
    const depth = Math.floor((match[1] ?? '').length / 4);
    parents.length = depth;
    const path = parents.slice(1).join('') + match[2];
    parents[depth] = match[2];
    for (const method of match[3]?.split(', ') ?? []) routes.push([method as Method, path]);
  }
  return routes;
};
