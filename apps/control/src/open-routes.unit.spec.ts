import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Instant } from '#domain';
import { KafkaClient, KafkaDirectoryLog, KafkaEstablishmentLog, KafkaRefusalJournal, LogTopics } from '#kafka';
import { FolderKeyStore } from '#keys';
import { CallersFile, httpApp, LogHeartbeat, openRoutes, ProcessLog, routesOf } from '#platform';
import { DirectoryDecisions } from '#usecases';
import { ControlModule } from './control.module.js';
import { RestoreDesk } from './restores/restore-desk.js';

it('answers a stranger at three addresses only', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-routes-'));
  writeFileSync(join(folder, 'callers.json'), '{}');
  const log = new ProcessLog('control', { write: () => undefined });
  const callers = new CallersFile(join(folder, 'callers.json'), log);
  // Adapters that connect when they are used; nobody gets that far here.
  const client = new KafkaClient({ brokers: ['127.0.0.1:1'] });
  const [establishmentLog, directoryLog] = [new KafkaEstablishmentLog(client), new KafkaDirectoryLog(client)];
  const decisions = new DirectoryDecisions(directoryLog);
  const keys = new FolderKeyStore(folder);
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
  const app = await httpApp(ControlModule.of({ ...parts, journal, topics: new LogTopics(client, 1) }), {
    callers,
    log,
  });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  expect(routesOf(app).length).toBeGreaterThan(20);
  expect((await openRoutes(app)).filter((route) => !route.startsWith('HEAD'))).toEqual([
    'GET /livez',
    'GET /metrics',
    'GET /readyz',
  ]);
  await app.close();
  callers.close();
  await Promise.all([establishmentLog.close(), directoryLog.close(), journal.close()]);
  rmSync(folder, { recursive: true });
});
