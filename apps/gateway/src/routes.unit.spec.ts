import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Instant } from '#domain';
import { askEveryRoute, CallersFile, httpApp, openRoutes, ProcessLog, routesOf } from '#platform';
import { CaptureMessage, Directory, EstablishmentLog, RefusalJournal } from '#usecases';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GatewayModule } from './gateway.module.js';
import { Publishers } from './publishers.js';
import { SenderShares } from './sender-shares.js';

const folder = mkdtempSync(join(tmpdir(), 'routes-'));
const tokenSha256 = (token: string): string => createHash('sha256').update(token).digest('hex');
const written: string[] = [];
let app: NestFastifyApplication;
let callers: CallersFile;

beforeAll(async () => {
  writeFileSync(
    join(folder, 'callers.json'),
    JSON.stringify({
      senders: [{ name: 'his', finess: '010000024', tokenSha256: tokenSha256('sender') }],
      readers: [{ name: 'viewer', tokenSha256: tokenSha256('reader'), establishments: ['010000024'] }],
      operators: [{ name: 'alice', tokenSha256: tokenSha256('operator') }],
    }),
  );
  const log = new ProcessLog('gateway', { write: (line) => void written.push(line) });
  callers = new CallersFile(join(folder, 'callers.json'), log);
  // No request gets so far that anything would be written: the sender's establishment is not declared.
  const [nowhere, nothing] = [{} as EstablishmentLog, {} as RefusalJournal];
  const capture = new CaptureMessage(nowhere, nothing, { now: () => Instant.of(0), newId: () => 'id' });
  const publishers = new Publishers(new Directory(), new Map(), () => undefined);
  app = await httpApp(GatewayModule.of({ publishers, capture, shares: new SenderShares(), checks: {} }), {
    callers,
    log,
    rawBodies: ['*'],
  });
  await app.init();
});
afterAll(async () => {
  await app.close();
  callers.close();
  rmSync(folder, { recursive: true });
});

it('answers strangers at four addresses, and nowhere else', async () => {
  expect(routesOf(app).map(([method, path]) => `${method} ${path}`)).toContain('PUT /establishments/:finess/fhir/*');
  const open = ['/fhir/metadata', '/livez', '/metrics', '/readyz'];
  expect(await openRoutes(app)).toEqual([...open.map((path) => `GET ${path}`), ...open.map((path) => `HEAD ${path}`)]);
});

it('leaves one line of each access, at every route, whoever asks and whatever is answered', async () => {
  for (const headers of [
    {},
    ...['reader', 'operator', 'sender'].map((token) => ({ authorization: `Bearer ${token}` })),
  ]) {
    written.length = 0;
    const answers = await askEveryRoute(app, { headers, finess: '010000024' });
    const asked = answers.filter(({ path }) => !['/livez', '/readyz', '/metrics'].includes(path));
    expect(asked.length).toBeGreaterThan(15);
    const told = written.map((line) => JSON.parse(line) as Record<string, unknown>);
    const lines = told.filter(({ name, route }) => name === 'access' && asked.some(({ path }) => path === route));
    expect(lines.map(({ method, route, status }) => [method, route, status])).toEqual(
      asked.map(({ method, path, statusCode }) => [method, path, statusCode]),
    );
  }
});
