import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CallersFile, httpApp, openRoutes, ProcessLog } from '#platform';
import { PostgresReplicaReader, ScopedConnections } from '#postgres';
import { ReadRecords } from '#usecases';
import { Instant } from '#domain';
import { ReaderContext } from './reader-context.js';
import { ReaderModule } from './reader.module.js';

it('answers a stranger at four addresses only', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-routes-'));
  const file = join(folder, 'callers.json');
  writeFileSync(file, '{}');
  const log = new ProcessLog('reader');
  const callers = new CallersFile(file, log);
  const context = new ReaderContext('a', 'ght-test', new Map([['a', 'http://reader']]), log, () => Instant.of(0));
  const connections = new ScopedConnections({ url: 'postgres://127.0.0.1:1/none', connectionsMax: 1 });
  const reads = new ReadRecords(new PostgresReplicaReader(connections));
  const app = await httpApp(ReaderModule.of({ context, reads, checks: {} }), { callers, log, rawBodies: ['*'] });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  expect((await openRoutes(app)).filter((route) => !route.startsWith('HEAD'))).toEqual([
    'GET /fhir/metadata',
    'GET /livez',
    'GET /metrics',
    'GET /readyz',
  ]);
  await app.close();
  callers.close();
  rmSync(folder, { recursive: true });
});
