import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalSystem } from './system/local-system.js';

interface Plan {
  readonly planId: string;
  readonly hash: string;
  readonly cuts: Record<string, string>;
  readonly events: number;
}
interface Restore {
  readonly restoreId: string;
  readonly state: string;
  readonly certificateId?: string;
}
interface Compare {
  readonly byType: Record<string, { added: number; changed: number; removed: number; same: number }>;
  readonly patients: { added: number; changed: number; removed: number };
  readonly afterCut: number;
}

/** The worst night: a hospital wrote nonsense over its records, and is brought back to the moment before. */
describe('a hospital back at T', () => {
  let system: LocalSystem;
  let finess: string;
  let before: string;
  let first: string;
  let second: string;

  const put = async (id: string, family: string, sender = 0): Promise<number> => {
    const answer = await system.publish(
      'PUT',
      `/fhir/Patient/${id}`,
      { resourceType: 'Patient', id, name: [{ family }] },
      { sender },
    );
    expect(answer.status).toBe(200);
    return Number(answer.headers.get('reprise-position'));
  };
  const family = async (replica: 'a' | 'b', id: string): Promise<string | number> => {
    const answer = await system.read(replica, finess, `Patient/${id}`);
    if (answer.status !== 200) return answer.status;
    return ((await answer.json()) as { name: { family: string }[] }).name[0]?.family ?? '';
  };
  const stateOf = async (restoreId: string): Promise<string> => {
    const restores = await system.ask<{ items?: Restore[] } | Restore[]>('restore', 'list');
    const items = Array.isArray(restores) ? restores : (restores.items ?? []);
    return items.find((restore) => restore.restoreId === restoreId)?.state ?? 'unknown';
  };
  /** `expected`: 3 where the restore differs from what is live, 0 where it does not. */
  const compared = async (restoreId: string, expected: 0 | 3): Promise<Compare> => {
    const { code, stdout, stderr } = await system.reprise('restore', 'compare', restoreId, '--output', 'json');
    expect(code, stderr).toBe(expected);
    return JSON.parse(stdout) as Compare;
  };
  const built = async (planId: string, onRunning: () => Promise<void> = async () => undefined): Promise<Restore> => {
    const started = await system.ask<Restore>('restore', 'run', planId, '--yes', '--as', first, '--no-progress');
    await onRunning();
    await system.until('the restore is built', async () => (await stateOf(started.restoreId)) === 'built', 90_000);
    return started;
  };

  beforeAll(async () => {
    system = await LocalSystem.start('--quiet-feed');
    finess = system.sender().finess;
    [first, second] = system.credentials.operators.map(({ name }) => name) as [string, string];
    for (let i = 0; i < 40; i += 1) await put(`p${i}`, `AVANT${i}`);
    const last = await put('p0', 'AVANT0B');
    await system.applied(finess, last);
    await pause(1_100);
    before = new Date().toISOString();
    await pause(1_100);
    for (let i = 0; i < 10; i += 1) await put(`p${i}`, 'CHIFFRE');
    await put('p-new', 'APRES');
    const gone = await system.publish('DELETE', '/fhir/Patient/p20', undefined);
    for (let i = 0; i < 5; i += 1) await put(`other${i}`, 'VOISIN', 1);
    await system.applied(finess, Number(gone.headers.get('reprise-position')));
  });
  afterAll(() => system?.stop());

  let restore: Restore;

  it('plans without changing anything, and names the cut', async () => {
    const plan = await system.ask<Plan>('restore', 'plan', '--establishment', finess, '--to', before);
    expect(plan.cuts[finess]).toBe('40');
    expect(plan.events).toBe(41);
    const again = await system.ask<Plan>('restore', 'plan', '--establishment', finess, '--to', before);
    expect(again.hash).toBe(plan.hash);
    expect(await family('a', 'p0')).toBe('CHIFFRE');
    restore = await built(plan.planId, async () => {
      // Live goes on meanwhile.
      await put('p-live', 'PENDANT');
    });
  });

  it('is compared, approved by another, promoted: both replicas show the state at T', async () => {
    const compare = await compared(restore.restoreId, 3);
    expect(compare.byType['Patient']).toMatchObject({ changed: 10, removed: 2, added: 1 });
    expect(compare.afterCut).toBe(13);
    expect((await system.reprise('restore', 'promote', restore.restoreId, '--yes', '--as', first)).code).toBe(6);
    expect((await system.reprise('restore', 'approve', restore.restoreId, '--yes', '--as', first)).code).toBe(6);
    expect((await system.reprise('restore', 'approve', restore.restoreId, '--yes', '--as', second)).code).toBe(0);
    const promoted = await system.reprise('restore', 'promote', restore.restoreId, '--yes', '--as', first);
    expect(promoted.code, promoted.stderr).toBe(0);
    for (const replica of ['a', 'b'] as const) {
      await system.until(
        'the replica shows the restored state',
        async () => (await family(replica, 'p0')) === 'AVANT0B',
      );
      expect(await family(replica, 'p20')).toBe('AVANT20');
      expect(await family(replica, 'p-new')).toBe(404);
      expect((await system.read(replica, finess, 'Patient/p0')).headers.get('reprise-watermark')).toMatch(
        /timeline=2;.*state=restored/,
      );
    }
    const other = await system.read('a', system.sender(1).finess, 'Patient/other0');
    expect(other.headers.get('reprise-watermark')).toMatch(/timeline=1/);
    expect((await system.reprise('verify', 'replica')).code).toBe(0);
  });

  it('goes on from there on its own timeline', async () => {
    const at = await put('p1', 'DEPUIS');
    for (const replica of ['a', 'b'] as const)
      await system.until('what came since is shown', async () => (await family(replica, 'p1')) === 'DEPUIS');
    expect((await system.read('a', finess, 'Patient/p1')).headers.get('etag')).toBe(`W/"2-${at}"`);
    expect((await system.read('a', finess, 'Patient/p2')).headers.get('etag')).toBe('W/"1-2"');
  });

  it('has a certificate that anyone with the log can recompute, and that turns red on a changed fact', async () => {
    const certificate = await system.ask<Record<string, unknown>>('certificate', 'show', restore.restoreId);
    expect(certificate).toMatchObject({
      establishment: finess,
      timeline: 2,
      cut: '40',
      events: 41,
      records: 40,
      gaps: [],
    });
    const file = join(system.scratch, 'certificate.json');
    writeFileSync(file, JSON.stringify(certificate));
    const good = await system.reprise('certificate', 'verify', file);
    expect(good.code, good.stderr).toBe(0);
    for (const forged of [{ records: 41 }, { cut: '39' }, { stateDigest: '0'.repeat(64) }, { events: 0 }]) {
      writeFileSync(file, JSON.stringify({ ...certificate, ...forged }));
      expect((await system.reprise('certificate', 'verify', file)).code, JSON.stringify(forged)).toBe(3);
    }
  });

  it('rolls back to the former timeline with what came since', async () => {
    const { code, stderr } = await system.reprise('restore', 'rollback', restore.restoreId, '--yes', '--as', first);
    expect(code, stderr).toBe(0);
    for (const replica of ['a', 'b'] as const) {
      await system.until('the former timeline is shown', async () => (await family(replica, 'p0')) === 'CHIFFRE');
      expect(await family(replica, 'p-new')).toBe('APRES');
      expect(await family(replica, 'p1')).toBe('DEPUIS');
    }
    expect((await system.reprise('verify', 'replica')).code).toBe(0);
  });

  it('replays what came after the cut where the plan says so, without the sender that wrote nonsense', async () => {
    const { name } = system.sender();
    const plan = await system.ask<Plan>(
      'restore',
      'plan',
      '--establishment',
      finess,
      '--to',
      before,
      '--after-cut',
      'replay',
      '--exclude-type',
      'DELETE',
    );
    const { restoreId } = await built(plan.planId);
    const compare = await compared(restoreId, 3);
    expect(compare.byType['Patient']).toMatchObject({ added: 1, removed: 0 });
    const without = await system.ask<Plan & { readonly excluded: number }>(
      'restore',
      'plan',
      '--establishment',
      finess,
      '--to',
      before,
      '--exclude-sender',
      name,
      '--allow-empty',
    );
    expect(without).toMatchObject({ events: 0, excluded: 41 });
  });

  it('is resumed after kill -9 of a replicator and of Kafka in the middle', async () => {
    for (let i = 0; i < 400; i += 1) await put(`bulk${i % 150}`, `LOT${i}`);
    const plan = await system.ask<Plan>(
      'restore',
      'plan',
      '--establishment',
      finess,
      '--to',
      new Date(Date.now() - 1).toISOString(),
    );
    const { restoreId } = await built(plan.planId, async () => {
      await system.kill('replicator-a');
      await pause(300);
      await system.kill('replicator-b');
    });
    const compare = await compared(restoreId, 0);
    expect(compare.byType['Patient']).toMatchObject({ added: 0, changed: 0, removed: 0 });
    expect((await system.reprise('restore', 'cancel', restoreId, '--yes', '--as', first)).code).toBe(0);
  });

  it.each([
    ['a local time without zone', ['--to', '2026-11-20T14:30'], 2],
    ['a time to come', ['--to', '2099-01-01T00:00:00Z'], 2],
    ['before the first event', ['--to', '2020-01-01T00:00:00Z'], 6],
    ['a position beyond the end', ['--to-position', '99999999'], 2],
    ['nonsense', ['--to', 'yesterday-ish'], 2],
  ])('refuses to plan %s', async (_what, args, code) => {
    const ran = await system.reprise('restore', 'plan', '--establishment', finess, ...args);
    expect(ran.code, ran.stderr).toBe(code);
    expect(ran.stderr.trim().length).toBeGreaterThan(20);
    expect(ran.stdout).toBe('');
  });

  it('refuses an unknown establishment, an empty log, an unknown plan and a wrong flag', async () => {
    expect((await system.reprise('restore', 'plan', '--establishment', '999999999', '--to', before)).code).toBe(2);
    const empty = system.sender(2).finess;
    expect((await system.reprise('restore', 'plan', '--establishment', empty, '--to', before)).code).toBe(6);
    expect((await system.reprise('restore', 'run', 'no-such-plan', '--yes')).code).not.toBe(0);
    expect((await system.reprise('restore', 'plan', '--establishmnt', finess)).code).toBe(2);
  });
});
