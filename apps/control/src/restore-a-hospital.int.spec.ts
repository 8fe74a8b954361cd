import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Instant, type LogEvent, RecordKey } from '#domain';
import type { Certificate } from '#usecases';
import { anEvent, patientKey, put } from '../../../libs/testing/src/builders/feed.js';
import { ATerritory } from '../test/a-territory.spec.js';

const hl7 = 'MSH|^~\\&|HIS|DEMO|REPRISE|GHT|20261120100000||ADT^A01^ADT_A01|MSG1|P|2.5\r';
const events: readonly LogEvent[] = [
  ...Array.from({ length: 20 }, (_, n) =>
    anEvent([put(patientKey(n), { birthDate: '1980-01-01' })], { messageId: `m${n}` }),
  ),
  anEvent([put(RecordKey.parse('Observation/o1'), { status: 'final' }, patientKey(1))]),
  anEvent([], {
    format: 'hl7v2',
    messageId: 'MSG1',
    label: 'ADT^A01',
    acknowledgement: 'AA',
    received: Buffer.from(hl7),
  }),
];
const incident: readonly LogEvent[] = Array.from({ length: 5 }, (_, n) =>
  anEvent([{ kind: 'remove', record: patientKey(n) }], { label: 'DELETE Patient' }),
);

describe('a hospital is restored', () => {
  const territory = new ATerritory();
  beforeAll(async () => {
    await territory.open();
    await territory.append(events);
    await territory.append(incident);
  });
  afterAll(() => territory.close());

  const { finess } = territory;
  const to = String(events.length - 1);
  const plan = async (more: object = {}) =>
    territory.ask('ana', '/api/restores/plan', { establishment: finess, toPosition: to, ...more });

  it('planned, run, compared, approved by another, promoted, rolled back; certified and checked', async () => {
    const planned = await plan();
    expect(planned.status).toBe(200);
    expect(planned.body).toMatchObject({ cuts: { [finess]: to }, events: events.length, gaps: [], clock: 'recorded' });

    const run = await territory.ask('ana', '/api/restores', { planId: planned.body['planId'] });
    expect(run).toMatchObject({
      status: 201,
      body: { state: 'running', eventsTotal: events.length, certificateId: null },
    });
    const id = String(run.body['restoreId']);
    expect((await territory.ask('ana', '/api/restores', { plan: planned.body })).body).toMatchObject({
      code: 'refused-by-policy',
    });
    const may = (who: string, step: string) => territory.ask(who, `/api/restores/${id}/may/${step}`);
    expect((await territory.ask('bob', `/api/restores/${id}/approve`, {})).status).toBe(422);
    expect((await may('bob', 'approve')).body).toMatchObject({ code: 'refused-by-policy' });
    await territory.settle();

    const built = (await territory.ask('ana', `/api/restores/${id}`)).body;
    expect(built).toMatchObject({ state: 'built', phase: 'done', eventsDone: events.length, failure: '' });
    const compared = (await territory.ask('ana', `/api/restores/${id}/compare?patients=true&fields=true`)).body;
    expect(compared).toMatchObject({
      byType: { Patient: { added: 5, changed: 0, removed: 0, same: 15 }, Observation: { same: 1 } },
      patients: { added: 5, changed: 0, removed: 0 },
      afterCut: incident.length,
      fields: {},
    });
    expect(compared).not.toHaveProperty('patientList');
    const listed = await territory.ask('ana', `/api/restores/${id}/compare?patients=true&showPhi=true`);
    expect(listed.body['patientList']).toHaveLength(5);
    await expect
      .poll(() => territory.lines.filter((line) => line.includes('with content')))
      .toEqual([expect.stringMatching(/"caller":"ana".*"restore compare with content"/)]);

    expect((await territory.ask('ana', `/api/restores/${id}/approve`, {})).body).toMatchObject({
      code: 'refused-by-policy',
    });
    expect((await may('ana', 'approve')).body).toMatchObject({ code: 'refused-by-policy' });
    expect((await may('bob', 'promote')).body).toMatchObject({ code: 'refused-by-policy' });
    expect((await may('bob', 'approve')).body).toMatchObject({ state: 'built', approvedBy: null });
    expect((await may('bob', 'approve?proof=later')).body).toMatchObject({ state: 'built' });
    expect((await may('ana', 'approve?proof=later')).body).toMatchObject({ code: 'refused-by-policy' });
    for (const unknown of ['sign', 'approve?proof=never']) expect((await may('bob', unknown)).status).toBe(400);
    expect((await territory.ask('bob', `/api/restores/${id}/approve`, {})).body).toMatchObject({ state: 'approved' });
    expect((await territory.ask('bob', `/api/restores/${id}/promote`, {})).body).toMatchObject({
      code: 'refused-by-policy',
    });
    const switches = (state: string) => [
      { replica: 'a', state },
      { replica: 'b', state },
    ];
    expect((await territory.ask('ana', `/api/restores/${id}/promote`, {})).body).toMatchObject({
      state: 'promoted',
      switches: switches('pending'),
    });
    await territory.settle();
    expect((await territory.ask('ana', `/api/restores/${id}`)).body).toMatchObject({ switches: switches('switched') });
    const live = (await territory.ask('ana', '/api/status')).body['items'] as { establishment: string }[];
    expect(live.find(({ establishment }) => establishment === finess)).toMatchObject({
      replicas: [{ timeline: 2, lagSeconds: 0 }, { timeline: 2 }],
      lastProvenRestore: { restoreId: id },
    });
    const verified = await territory.ask('ana', `/api/verify/replica?establishment=${finess}`, {});
    expect(verified.body).toMatchObject({ verdict: 'same', examined: { records: 21 } });

    expect((await territory.ask('ana', `/api/restores/${id}/rollback`, {})).body).toMatchObject({
      state: 'rolled-back',
    });
    await territory.settle();
    const back = (await territory.ask('ana', '/api/status')).body['items'] as { establishment: string }[];
    expect(back.find(({ establishment }) => establishment === finess)).toMatchObject({
      replicas: [{ timeline: 1 }, { timeline: 1 }],
    });

    const certificate = (await territory.ask('ana', `/api/certificates/${String(built['certificateId'])}`)).body;
    const check = async (of: object) => (await territory.ask('ana', '/api/certificates/verify', of)).body;
    expect(await check(certificate)).toMatchObject({
      verdict: 'same',
      examined: { events: events.length, records: 21 },
    });
    const forged = { ...certificate, records: 20 } as unknown as Certificate;
    expect(await check(forged)).toMatchObject({ verdict: 'differs' });
    expect(await check({ ...certificate, builtTo: String(events.length - 2) })).toMatchObject({ verdict: 'differs' });
    expect((await territory.ask('ana', '/api/certificates/verify', {})).status).toBe(400);
    expect((await territory.ask('ana', `/api/certificates/${id}`)).body).toEqual(certificate);
    expect(await check({ items: [certificate, certificate] })).toMatchObject({
      verdict: 'same',
      examined: { events: 2 * events.length, records: 42 },
      establishments: [{ establishment: finess, verdict: 'same' }, { verdict: 'same' }],
    });
    expect(await check({ items: [certificate, forged] })).toMatchObject({ verdict: 'differs' });
    expect((await territory.ask('ana', '/api/certificates/verify', { items: [] })).status).toBe(400);
  });

  it('refuses what was not meant', async () => {
    const future = Instant.iso(Instant.of(Date.now() + 3_600_000));
    const answers = await Promise.all([
      plan({ toPosition: undefined, to: future }),
      plan({ toPosition: undefined, to: '2026-11-20T10:00:00' }),
      plan({ establishment: '000000000' }),
      plan({ toPosition: undefined, to: '2000-01-01T00:00:00Z' }),
      plan({ exclude: 'x' }),
      territory.ask('ana', '/api/restores', { planId: 'plan-none' }),
      territory.ask('sender', '/api/status'),
      territory.ask('reader', '/api/messages'),
      territory.ask('nobody', '/api/status'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 404, 422, 400, 404, 403, 403, 401]);
    expect(answers[1]?.body['hint']).toContain('2026-11-20T10:00:00+01:00');
  });

  it('takes a whole plan after a restart, and not one that was altered', async () => {
    const planned = (await plan()).body;
    await territory.boot();
    expect((await territory.ask('ana', '/api/restores', { planId: planned['planId'] })).status).toBe(404);
    const altered = { ...planned, cuts: { [finess]: '3' } };
    expect((await territory.ask('ana', '/api/restores', { plan: altered })).status).toBe(422);
    const run = await territory.ask('ana', '/api/restores', { plan: planned });
    expect(run.status).toBe(201);
    const id = String(run.body['restoreId']);
    expect((await territory.ask('ana', `/api/restores/${id}/cancel`, {})).body).toMatchObject({ state: 'cancelled' });
    expect((await territory.ask('ana', `/api/restores/${id}/resume`, {})).status).toBe(422);
  });

  it('tells what T means on each clock', async () => {
    const { body } = await territory.ask('ana', `/api/at?establishment=${finess}&t=0s%20ago`);
    const last = String(events.length + incident.length - 1);
    expect(body).toMatchObject({
      clocks: { recorded: { cut: last, firstOut: null }, sent: { cut: last }, occurred: { cut: last } },
    });
  });

  it('tells what became of messages: to operators without content, to a sender its own', async () => {
    await territory.journal.append(finess, {
      sender: territory.sender,
      controlId: 'BAD1',
      label: 'ADT^A01',
      charset: 'us-ascii',
      receivedAt: Instant.of(Date.now()),
      acknowledgement: 'AE',
      reasons: [{ code: 'msh-missing', location: 'MSH^1', text: 'no MSH' }],
      received: Buffer.from('nonsense'),
      answered: Buffer.from('MSA|AE|BAD1'),
    });
    const list = async (who: string, query: string) =>
      (await territory.ask(who, `/api/messages?establishment=${finess}&${query}`)).body as {
        items: { messageId: string; controlId: string; state: string; position: string | null }[];
        next: string | null;
      };
    const found = await list('ana', 'id=MSG1');
    expect(found.items).toMatchObject([{ controlId: 'MSG1', state: 'unmapped', acknowledgement: 'AA', position: to }]);
    expect((await list('ana', 'state=refused')).items).toMatchObject([
      { controlId: 'BAD1', messageId: `${finess}-r0` },
    ]);
    const seen: string[] = [];
    for (let page = await list('ana', 'limit=10'); ; page = await list('ana', `limit=10&cursor=${page.next ?? ''}`)) {
      seen.push(...page.items.map(({ messageId }) => messageId));
      if (page.next === null) break;
    }
    expect(seen).toHaveLength(events.length + incident.length + 1);
    expect(new Set(seen).size).toBe(seen.length);
    expect((await list('sender', '')).items.length).toBeGreaterThan(20);
    expect((await list('other', '')).items).toEqual([]);

    const id = `${finess}-${to}`;
    const shown = (await territory.ask('ana', `/api/messages/${id}`)).body;
    expect(shown).toMatchObject({ raw: null, withheld: ['raw'], charset: 'utf-8', state: 'unmapped' });
    expect(Buffer.from(String(shown['acknowledgementRaw']), 'base64').toString()).toContain('MSA|AA|MSG1');
    const open = (await territory.ask('ana', `/api/messages/${id}?showPhi=true`)).body;
    expect(Buffer.from(String(open['raw']), 'base64').toString()).toBe(hl7);
    expect((await territory.ask('sender', `/api/messages/${id}`)).body['raw']).toBe(open['raw']);
    expect((await territory.ask('other', `/api/messages/${id}`)).status).toBe(404);
    expect((await territory.ask('ana', `/api/messages/${finess}-r0`)).body).toMatchObject({ state: 'refused' });
    expect((await territory.ask('ana', `/api/messages/${finess}-999`)).status).toBe(404);
  });

  it('shows what waits without saying whose it is, and drains it', async () => {
    const lost = RecordKey.parse('Observation/lost');
    await territory.append([anEvent([{ kind: 'merge-patch', record: lost, content: Buffer.from('{"a":1}') }])]);
    const list = async () =>
      (await territory.ask('ana', `/api/parked?establishment=${finess}`)).body['items'] as { messageId: string }[];
    const [parked] = await list();
    expect(parked).toMatchObject({ waitingCount: 1, waitingTypes: ['Observation'], waiting: null });
    expect(JSON.stringify(parked)).not.toContain('lost');
    await territory.append([]);
    const skip = [String(events.length + incident.length)];
    const drained = await territory.ask('ana', `/api/parked/${String(parked?.messageId)}/drain`, { skip });
    expect(drained).toMatchObject({ status: 200, body: { positions: [String(events.length + incident.length + 1)] } });
    await territory.append([]);
    expect(await list()).toEqual([]);
    expect((await territory.ask('ana', `/api/parked/${String(parked?.messageId)}`)).status).toBe(404);
  });

  it('verifies log and replicas, and examines everything that it depends on', async () => {
    const log = (await territory.ask('ana', `/api/verify/log?establishment=${finess}`, {})).body;
    expect(log).toMatchObject({ verdict: 'same', examined: { events: events.length + incident.length + 2 } });
    const doctor = (await territory.ask('ana', '/api/doctor')).body['items'] as { what: string; state: string }[];
    const state = (what: string) => doctor.find((item) => item.what === what)?.state;
    expect([state('directory'), state(`log ${finess}`)]).toEqual(['ok', 'ok']);
    const { body } = await territory.ask('ana', '/api/openapi.json');
    expect(Object.keys(body['paths'] as object)).toContain('/api/restores/{id}/promote');
  });
});
