import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalSystem } from './system/local-system.js';
import { identity } from './system/messages.js';
import { codeOf } from './system/mllp-connection.js';

interface Messages {
  readonly items: readonly { readonly controlId: string; readonly state: string }[];
  readonly next?: string;
}

/** A sender as it has to be: says the same again until it is answered AA. Gives up after a minute. */
const deliver = async (system: LocalSystem, index: number, message: string): Promise<void> => {
  const endsAt = Date.now() + 60_000;
  for (;;) {
    const code = await system
      .mllp(index)
      .then(async (mllp) => mllp.send(message).finally(() => mllp.close()))
      .then(codeOf, () => 'none');
    if (code === 'AA') return;
    if (code === 'AE') throw new Error('refused');
    if (Date.now() > endsAt) throw new Error('not acknowledged within a minute');
    await pause(100);
  }
};

/** reliability: K2, G1, S1. What was acknowledged is there once, whatever is killed in the middle. */
describe('kill -9 in the middle', () => {
  let system: LocalSystem;
  let finess: string;
  beforeAll(async () => {
    system = await LocalSystem.start('--quiet-feed');
    finess = system.sender().finess;
  });
  afterAll(() => system?.stop());

  const families = async (prefix: string): Promise<Record<string, number>> => {
    const found: Record<string, number> = {};
    let path: string | undefined = `Patient?family=${prefix}&_count=500`;
    while (path) {
      const bundle = (await (await system.read('a', finess, path)).json()) as {
        entry?: { resource: { name: { family: string }[] } }[];
        link?: { relation: string; url: string }[];
      };
      for (const { resource } of bundle.entry ?? []) {
        const family = resource.name[0]?.family ?? '';
        found[family] = (found[family] ?? 0) + 1;
      }
      path = bundle.link?.find(({ relation }) => relation === 'next')?.url.split('/fhir/')[1];
    }
    return found;
  };

  it.each(['replicator-a', 'gateway', 'kafka', 'postgres-b'])(
    'of %s loses and doubles nothing',
    async (victim) => {
      const count = 120;
      const prefix = `K${victim.replace(/[^a-z]/g, '')}`.toUpperCase();
      const sending = (async () => {
        for (let i = 0; i < count; i += 1)
          await deliver(
            system,
            0,
            identity({ controlId: `${prefix}-${i}`, ipp: `${prefix}${i}`, family: `${prefix}${i}X` }),
          );
      })();
      await pause(150);
      await system.kill(victim);
      await sending;
      const marker = await publishMarker();
      await system.applied(finess, marker, 60_000);
      const found = await families(prefix);
      expect(Object.keys(found).length).toBe(count);
      expect(Object.values(found).every((times) => times === 1)).toBe(true);
      const seen: Record<string, string[]> = {};
      let cursor: string | undefined;
      do {
        const page: Messages = await system.ask<Messages>(
          'messages',
          '--limit',
          '500',
          ...(cursor ? ['--cursor', cursor] : []),
        );
        for (const { controlId, state } of page.items)
          if (controlId.startsWith(`${prefix}-`)) (seen[controlId] ??= []).push(state);
        cursor = page.next;
      } while (cursor);
      expect(Object.keys(seen).length).toBe(count);
      for (const states of Object.values(seen)) expect(states.filter((state) => state === 'applied').length).toBe(1);
      const { code, stderr } = await system.reprise('verify', 'replica');
      expect(code, stderr).toBe(0);
    },
    180_000,
  );

  const publishMarker = async (): Promise<number> => {
    for (let i = 0; i < 300; i += 1) {
      const answer = await system
        .publish('PUT', '/fhir/Basic/marker', { resourceType: 'Basic', id: 'marker', code: { text: `${Date.now()}` } })
        .catch(() => undefined);
      if (answer?.status === 200) return Number(answer.headers.get('reprise-position'));
      await pause(200);
    }
    throw new Error('the gateway never came back');
  };
});

/** Reading needs one Postgres and nothing else. */
describe('when everything else is dead', () => {
  it('the reader goes on serving, and says how old it is', async () => {
    const system = await LocalSystem.start('--quiet-feed');
    try {
      const { finess } = system.sender();
      await deliver(system, 0, identity({ controlId: 'alive', ipp: 'ALIVE', family: 'VIVANT' }));
      await system.applied(finess, 0);
      const reader = await system.pidOf('reader-a');
      const spared = new Set([reader, await system.pidOf('postgres-a'), system.child.pid]);
      // The supervisor first, or it would start them again.
      process.kill(system.child.pid ?? 0, 'SIGSTOP');
      for (const { pid } of system.ready.processes) if (!spared.has(pid)) process.kill(pid, 'SIGKILL');
      await pause(1_500);
      const answer = await system.read('a', finess, 'Patient?identifier=ALIVE');
      expect(answer.status).toBe(200);
      const age = Number(/age=([\d.]+)/.exec(answer.headers.get('reprise-watermark') ?? '')?.[1]);
      expect(age).toBeGreaterThan(0.5);
      const strict = await system.read('a', finess, 'Patient?identifier=ALIVE', { 'reprise-max-age': '0' });
      expect(strict.status).toBe(503);
    } finally {
      process.kill(system.child.pid ?? 0, 'SIGCONT');
      await system.stop();
    }
  });
});
