import { fastify } from 'fastify';
import { expect, it } from 'vitest';
import { jsonBody } from './json-body.js';

it('reads JSON, and no body that says a thing twice', async () => {
  const app = fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, jsonBody(app));
  app.post('/', (request) => ({ body: request.body }));
  const post = async (payload: string): Promise<string> =>
    (await app.inject({ method: 'POST', url: '/', payload, headers: { 'content-type': 'application/json' } })).body;
  expect(await post('{"items":[{"cut":"1"},{"cut":"2"}]}')).toBe('{"body":{"items":[{"cut":"1"},{"cut":"2"}]}}');
  expect(await post('{"items":[{"cut":"1","cut":"2"}]}')).toContain('stands twice in one object of the body');
  expect(await post('{"a":1,"\\u0061":2}')).toContain('stands twice');
  expect(await post('{"a":')).toContain('400');
  expect(await post('{"__proto__":{}}')).toContain('400');
  await app.close();
});
