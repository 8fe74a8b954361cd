import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Instant } from '#domain';
import { KafkaClient, KafkaDirectoryLog, KafkaEstablishmentLog, KafkaRefusalJournal, LogTopics } from '#kafka';
import { FolderKeyStore, FolderTrustedKeys } from '#keys';
import { askEveryRoute, CallersFile, httpApp, LogHeartbeat, openRoutes, ProcessLog, routesOf } from '#platform';
import { DirectoryDecisions } from '#usecases';
import { newTestKeys } from '../../../libs/keys/test/new-test-keys.js';
import { ControlModule } from './control.module.js';
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
  app = await httpApp(ControlModule.of({ ...parts, journal, topics: new LogTopics(client, 1) }), { callers, log });
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

it('answers a stranger at three addresses only', async () => {
  expect(routesOf(app).length).toBeGreaterThan(20);
  expect((await openRoutes(app)).filter((route) => !route.startsWith('HEAD'))).toEqual([
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
