import { fastify } from 'fastify';
import { expect, it } from 'vitest';
import { takeJsonBodies } from './json-bodies.js';

it('reads JSON, and no body that says a thing twice', async () => {
  const app = fastify();
  takeJsonBodies(app);
  app.post('/', (request) => ({ body: request.body }));
  const post = async (payload: string): Promise<string> =>
    (await app.inject({ method: 'POST', url: '/', payload, headers: { 'content-type': 'application/json' } })).body;
  expect(await post('{"items":[{"cut":"1"},{"cut":"2"}]}')).toBe('{"body":{"items":[{"cut":"1"},{"cut":"2"}]}}');
  for (const twice of ['{"items":[{"cut":"1","cut":"2"}]}', '{"a":1,"\\u0061":2}', '{"a":', '{"__proto__":{}}'])
    expect(await post(twice), twice).not.toContain('"body"');
  await app.close();
});
