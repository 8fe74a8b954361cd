import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Instant } from '#domain';
import { CallersFile, httpApp, openRoutes, ProcessLog, routesOf } from '#platform';
import { CaptureMessage, Directory, EstablishmentLog, RefusalJournal } from '#usecases';
import { expect, it } from 'vitest';
import { GatewayModule } from './gateway.module.js';
import { Publishers } from './publishers.js';
import { SenderShares } from './sender-shares.js';

it('answers strangers at four addresses, and nowhere else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'routes-'));
  writeFileSync(join(folder, 'callers.json'), '{}');
  const log = new ProcessLog('gateway', { write: () => undefined });
  const callers = new CallersFile(join(folder, 'callers.json'), log);
  // No request gets so far that anything would be written.
  const [nowhere, nothing] = [{} as EstablishmentLog, {} as RefusalJournal];
  const capture = new CaptureMessage(nowhere, nothing, { now: () => Instant.of(0), newId: () => 'id' });
  const publishers = new Publishers(new Directory(), new Map(), () => undefined);
  const app = await httpApp(GatewayModule.of({ publishers, capture, shares: new SenderShares(), checks: {} }), {
    callers,
    log,
    rawBodies: ['*'],
  });
  await app.init();
  expect(routesOf(app).map(([method, path]) => `${method} ${path}`)).toContain('PUT /establishments/:finess/fhir/*');
  const open = ['/fhir/metadata', '/livez', '/metrics', '/readyz'];
  expect(await openRoutes(app)).toEqual([...open.map((path) => `GET ${path}`), ...open.map((path) => `HEAD ${path}`)]);
  await app.close();
  callers.close();
  rmSync(folder, { recursive: true });
});
