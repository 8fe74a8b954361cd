import { Failure } from '#domain';
import { ProcessLog } from '#platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDoor } from './replicator-door.js';
import './replicator-metrics.js';

let isThere = false;
let door: Awaited<ReturnType<typeof openDoor>>;

const replica = async (): Promise<void> => {
  if (!isThere) throw new Failure('replica.unreachable', 'this replicator is starting');
};

beforeAll(async () => {
  const log = new ProcessLog('replicator', { write: () => true });
  door = await openDoor({ port: 0, host: '127.0.0.1' }, { replica }, { log });
});
afterAll(() => door.close());

const ask = async (path: string): Promise<readonly [number, string]> => {
  const answer = await fetch(`http://127.0.0.1:${door.port}${path}`);
  return [answer.status, await answer.text()];
};

it('lives while it waits for its replica, is ready once it is there, and gives its numbers', async () => {
  expect((await ask('/livez'))[0]).toBe(200);
  const [status, body] = await ask('/readyz');
  expect(status).toBe(503);
  expect(body).toContain('this replicator is starting');
  expect((await ask('/metrics'))[1]).toContain('reprise_dependency_up{dependency="replica"} 0');
  isThere = true;
  // What was found is told again for a second.
  await expect.poll(async () => (await ask('/readyz'))[0], { timeout: 3_000 }).toBe(200);
  await expect
    .poll(async () => (await ask('/metrics'))[1], { timeout: 3_000 })
    .toContain('reprise_dependency_up{dependency="replica"} 1');
  expect((await ask('/metrics'))[1]).toContain('reprise_replicator_halted_establishments');
});

it('has no other route', async () => {
  expect((await ask('/'))[0]).not.toBe(200);
  expect((await ask('/api/status'))[0]).not.toBe(200);
});
