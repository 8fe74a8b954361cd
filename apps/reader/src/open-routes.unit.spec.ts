import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askEveryRoute, CallersFile, httpApp, openRoutes, ProcessLog } from '#platform';
import { PostgresReplicaReader, ScopedConnections } from '#postgres';
import { ReadRecords } from '#usecases';
import { Instant } from '#domain';
import { ReaderContext } from './reader-context.js';
import { ReaderModule } from './reader.module.js';

const folder = mkdtempSync(join(tmpdir(), 'reprise-routes-'));
const tokenSha256 = (token: string): string => createHash('sha256').update(token).digest('hex');
const written: string[] = [];
let app: NestFastifyApplication;
let callers: CallersFile;

beforeAll(async () => {
  const file = join(folder, 'callers.json');
  writeFileSync(
    file,
    JSON.stringify({
      senders: [{ name: 'his', finess: '010000024', tokenSha256: tokenSha256('sender') }],
      readers: [{ name: 'viewer', tokenSha256: tokenSha256('reader'), establishments: ['010000024'] }],
      operators: [{ name: 'alice', tokenSha256: tokenSha256('operator') }],
    }),
  );
  const log = new ProcessLog('reader', { write: (line) => void written.push(line) });
  callers = new CallersFile(file, log);
  const context = new ReaderContext('a', 'ght-test', new Map([['a', 'http://reader']]), log, () => Instant.of(0));
  // Nobody is there: who is let in gets a 503.
  const connections = new ScopedConnections({
    address: 'postgres://127.0.0.1:1/none',
    scopeKey: Buffer.alloc(32),
    connectionsMax: 1,
  });
  const reads = new ReadRecords(new PostgresReplicaReader(connections));
  app = await httpApp(ReaderModule.of({ context, reads, checks: {} }), { callers, log, rawBodies: ['*'] });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
});
afterAll(async () => {
  await app.close();
  callers.close();
  rmSync(folder, { recursive: true });
});

it('answers a stranger at four addresses only', async () => {
  expect((await openRoutes(app)).filter((route) => !route.startsWith('HEAD'))).toEqual([
    'GET /fhir/metadata',
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
