import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogEvent } from '#domain';
import { anEvent, patientKey, put } from '../../../libs/testing/src/builders/feed.js';
import { ATerritory } from '../test/a-territory.spec.js';

const events: readonly LogEvent[] = Array.from({ length: 20 }, (_, n) =>
  anEvent([put(patientKey(n), { birthDate: '1980-01-01' })], { messageId: `m${n}` }),
);

/** What an attacker with the database does who knows what is checked: contents, and every stored hash of them, alike everywhere. */
const forged = (generation: string): string => `
  update versions set content = content || ' ', content_hash = sha256(content || ' ') where generation = ${generation};
  update heads as h set content_hash = v.content_hash from versions as v
  where v.generation = ${generation} and h.generation = ${generation} and v.type = h.type and v.id = h.id and v.position = h.position`;
const repaired = (generation: string): string => `
  update versions set content = substr(content, 1, octet_length(content) - 1),
    content_hash = sha256(substr(content, 1, octet_length(content) - 1)) where generation = ${generation};
  update heads as h set content_hash = v.content_hash from versions as v
  where v.generation = ${generation} and h.generation = ${generation} and v.type = h.type and v.id = h.id and v.position = h.position`;

describe('what was built and altered behind the back of Reprise', () => {
  const territory = new ATerritory();
  beforeAll(async () => {
    await territory.open();
    await territory.append(events);
  });
  afterAll(() => territory.close());

  /** Of timeline 2, in both replicas. */
  const everywhere = async (sql: (generation: string) => string): Promise<void> => {
    for (const { database } of territory.replicas) {
      const superuser = new pg.Client({ connectionString: database.superuserUrl });
      await superuser.connect();
      const { rows } = await superuser.query('select generation from generations where timeline_number = 2');
      expect(rows).toHaveLength(1);
      await superuser.query(sql(String(rows[0].generation)));
      await superuser.end();
    }
  };
  const ask = async (who: string, path: string) => territory.ask(who, `/api${path}`, {});
  const verify = async () => (await ask('ana', `/verify/replica?establishment=${territory.finess}`)).body;

  it('is not approved, not promoted, and seen where it goes live all the same', async () => {
    const { finess } = territory;
    const planned = await territory.ask('ana', '/api/restores/plan', { establishment: finess, toPosition: '15' });
    const run = await territory.ask('ana', '/api/restores', { planId: planned.body['planId'] });
    const id = String(run.body['restoreId']);
    await territory.settle();

    await everywhere(forged);
    const refused = await ask('bob', `/restores/${id}/approve`);
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: 'verification.differs',
        title: expect.stringMatching(/^replica [ab]: .*Patient\/p0: content$/) as string,
      },
    });
    await everywhere(repaired);
    expect((await ask('bob', `/restores/${id}/approve`)).body).toMatchObject({ state: 'approved' });

    await everywhere(forged);
    expect(await ask('ana', `/restores/${id}/promote`)).toMatchObject({
      status: 409,
      body: { code: 'verification.differs' },
    });
    await everywhere(repaired);
    expect((await ask('ana', `/restores/${id}/promote`)).body).toMatchObject({ state: 'promoted' });
    await territory.settle();
    expect(await verify()).toMatchObject({ verdict: 'same', examined: { records: 16 } });

    await everywhere(forged);
    const { verdict, establishments } = (await verify()) as {
      verdict: string;
      establishments: { checks: { what: string; ok: boolean }[] }[];
    };
    expect(verdict).toBe('differs');
    expect(establishments[0]?.checks.filter(({ ok }) => !ok).map(({ what }) => what)).toEqual([
      'state digest of its certificate (a)',
      'state digest of its certificate (b)',
    ]);
  });
});
