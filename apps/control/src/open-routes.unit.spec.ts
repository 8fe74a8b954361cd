import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Instant } from '#domain';
import { KafkaClient, KafkaDirectoryLog, KafkaEstablishmentLog, KafkaRefusalJournal, LogTopics } from '#kafka';
import { FolderKeyStore, FolderTrustedKeys } from '#keys';
import { askEveryRoute, CallersFile, httpApp, LogHeartbeat, openRoutes, ProcessLog, routesOf } from '#platform';
import { DirectoryDecisions } from '#usecases';
import { newTestKeys } from '../../../libs/keys/test/new-test-keys.js';
import { certificateBytesMax } from './boot-control.js';
import { ControlModule } from './control.module.js';
import { describeApi } from './pages/api-document.js';
import { RestoreDesk } from './restores/restore-desk.js';

const folder = mkdtempSync(join(tmpdir(), 'reprise-routes-'));
const tokenSha256 = (token: string): string => createHash('sha256').update(token).digest('hex');
const written: string[] = [];
let app: NestFastifyApplication;
let close: () => Promise<unknown>;

beforeAll(async () => {
  writeFileSync(
    join(folder, 'callers.json'),
    JSON.stringify({
      senders: [{ name: 'his', finess: '010000024', tokenSha256: tokenSha256('sender') }],
      readers: [{ name: 'viewer', tokenSha256: tokenSha256('reader'), establishments: ['010000024'] }],
      operators: [{ name: 'alice', tokenSha256: tokenSha256('operator') }],
    }),
  );
  const log = new ProcessLog('control', { write: (line) => void written.push(line) });
  const callers = new CallersFile(join(folder, 'callers.json'), log);
  // Adapters that connect when they are used, and find nobody.
  const client = new KafkaClient({ brokers: ['127.0.0.1:1'] });
  const [establishmentLog, directoryLog] = [new KafkaEstablishmentLog(client), new KafkaDirectoryLog(client)];
  const decisions = new DirectoryDecisions(directoryLog);
  const { keysDir, trustedKeysDir } = newTestKeys(join(folder, 'keys'));
  const keys = new FolderKeyStore(keysDir, new FolderTrustedKeys(trustedKeysDir));
  const [now, newId] = [() => Instant.of(0), () => 'id'];
  const desk = new RestoreDesk({ decisions, log: establishmentLog, replicas: [], keys, processLog: log, now, newId });
  const parts = {
    configuration: { keysDir: folder },
    decisions,
    desk,
    heartbeat: new LogHeartbeat(),
    establishmentLog,
    replicas: [],
    keys,
    log,
    now,
    newId,
  };
  const journal = new KafkaRefusalJournal(client);
  app = await httpApp(ControlModule.of({ ...parts, journal, topics: new LogTopics(client, 1) }), {
    callers,
    log,
    bodyBytesMax: certificateBytesMax,
  });
  describeApi(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  close = async () => {
    await app.close();
    callers.close();
    await Promise.all([establishmentLog.close(), directoryLog.close(), journal.close()]);
  };
});
afterAll(async () => {
  await close();
  rmSync(folder, { recursive: true });
});

it('answers a stranger at five addresses only', async () => {
  expect(routesOf(app).length).toBeGreaterThan(20);
  expect((await openRoutes(app)).filter((route) => !route.startsWith('HEAD'))).toEqual([
    'GET /',
    'GET /api/openapi.json',
    'GET /livez',
    'GET /metrics',
    'GET /readyz',
  ]);
});

it('leaves one line of each access, at every route, whoever asks and whatever is answered', async () => {
  for (const headers of [
    {},
    ...['reader', 'operator', 'sender'].map((token) => ({ authorization: `Bearer ${token}` })),
  ]) {
    written.length = 0;
    const answers = await askEveryRoute(app, { headers, finess: '010000024' });
    const asked = answers.filter(({ path }) => !['/livez', '/readyz', '/metrics'].includes(path));
    expect(asked.length).toBeGreaterThan(20);
    const told = written.map((line) => JSON.parse(line) as Record<string, unknown>);
    const lines = told.filter(({ name, route }) => name === 'access' && asked.some(({ path }) => path === route));
    expect(lines.map(({ method, route, status }) => [method, route, status])).toEqual(
      asked.map(({ method, path, statusCode }) => [method, path, statusCode]),
    );
  }
});

it.each([
  ['deep', '['.repeat(100_000)],
  ['deep within a member', `{"plan":${'{"a":'.repeat(100_000)}`],
  ['wide', `[${'[],'.repeat(300_000)}[]]`],
  ['no JSON', '{"yaml": '],
])('answers a body that is %s with 400 and a sentence, at every route that takes one', async (_what, payload) => {
  const taking = routesOf(app).filter(([method]) => method === 'POST');
  expect(taking.length).toBeGreaterThan(8);
  for (const [method, path] of taking) {
    const headers = { authorization: 'Bearer operator', 'content-type': 'application/json' };
    const answer = await app.inject({ method, url: path.replace(/:\w+/g, 'x'), headers, payload });
    expect([path, answer.statusCode, answer.json<unknown>()]).toEqual([
      path,
      400,
      expect.objectContaining({ code: 'input.invalid', title: expect.stringMatching(/expected|levels|values/) }),
    ]);
  }
});

it('describes its API to a stranger: every route with its name, summary, answers and errors, every reference resolved', async () => {
  const { statusCode, body, headers } = await app.inject('/api/openapi.json');
  expect([statusCode, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
  const again = await app.inject({ url: '/api/openapi.json', headers: { 'if-none-match': String(headers.etag) } });
  expect([again.statusCode, again.body]).toEqual([304, '']);
  const document = JSON.parse(body) as OpenAPIObject;
  expect(document).toMatchObject({
    openapi: expect.stringMatching(/^3\./),
    servers: [{ url: '/' }],
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    security: [{ bearer: [] }],
  });
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    (['get', 'post'] as const).flatMap((method) => (item[method] ? [{ path, method, ...item[method] }] : [])),
  );
  const served = routesOf(app).filter(([method, path]) => method !== 'HEAD' && path.startsWith('/api/'));
  const described = served.filter(([, path]) => path !== '/api/openapi.json');
  expect(operations.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(
    described.map(([method, path]) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`).toSorted(),
  );
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  for (const { path, method, operationId, summary, tags, responses } of operations) {
    const where = `${method} ${path}`;
    expect([where, operationId, summary, tags?.length]).toEqual([
      where,
      expect.stringMatching(/./),
      expect.stringMatching(/./),
      1,
    ]);
    expect([where, Object.keys(responses).some((status) => status.startsWith('2'))]).toEqual([where, true]);
    for (const status of ['400', '401', '403', '404', '409', '422', '500', '503'])
      expect([where, status, responses[status]]).toEqual([
        where,
        status,
        expect.objectContaining({
          description: expect.stringMatching(/./),
          content: { 'application/problem+json': expect.objectContaining({ example: expect.anything() }) },
        }),
      ]);
  }
  const references = [...body.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name);
  expect(references.length).toBeGreaterThan(50);
  expect(references.filter((name) => !Object.hasOwn(document.components?.schemas ?? {}, name))).toEqual([]);
});

it('shows a stranger where to go, in the language that he asks for first, and nothing of elsewhere', async () => {
  for (const [language, first, second] of [
    ['fr-FR,fr;q=0.9', 'fr', 'en'],
    ['en', 'en', 'fr'],
  ] as const) {
    const { body, headers, statusCode } = await app.inject({ url: '/', headers: { 'accept-language': language } });
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers).toMatchObject({ 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' });
    expect(body).toMatch(new RegExp(`^<!doctype html>\n<html lang="${first}">[^]*lang="${first}"[^]*lang="${second}"`));
    for (const led of ['npx reprise status', '/api/status', '/api/openapi.json', 'docs/operating.md'])
      expect(body.split(led).length).toBeGreaterThan(2);
    expect(body).not.toMatch(/<script|https?:|@import|url\(/);
    const [, style = ''] = /<style>([^]*)<\/style>/.exec(body) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    for (const [, file = ''] of body.matchAll(/<code>((?:docs\/)?\w+\.md)<\/code>/g))
      expect([file, existsSync(file)]).toEqual([file, true]);
  }
});
