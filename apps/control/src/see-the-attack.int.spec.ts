import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Instant, RecordKey } from '#domain';
import { anEvent, patientKey, put } from '../../../libs/testing/src/builders/feed.js';
import { spikeLookMs } from '../../../libs/usecases/src/operate/senders/find-spikes.js';
import { ATerritory } from '../test/a-territory.spec.js';

const numbers = (count: number, from = 0): readonly number[] => Array.from({ length: count }, (_, n) => from + n);

describe('an attack, and what it leaves waiting', () => {
  const territory = new ATerritory();
  const { finess, sender } = territory;
  beforeAll(async () => {
    await territory.open();
    await territory.append(numbers(400).map((n) => anEvent([put(patientKey(n), { language: 'fr' })])));
  });
  afterAll(() => territory.close());

  const ask = async (path: string) => (await territory.ask('ana', path)).body;
  const problems = async () =>
    ((await ask('/api/status'))['problems'] as { code: string; text: string; command: string }[]).filter(({ code }) =>
      code.endsWith('.spiked'),
    );

  it('is named by status within seconds, with the command that shows it', async () => {
    expect(await problems()).toEqual([]);
    await territory.append([
      ...numbers(160).map((n) => anEvent([{ kind: 'remove', record: patientKey(n) }], { label: 'DELETE Patient' })),
      ...numbers(166, 200).map((n) => anEvent([put(patientKey(n), { language: 'xx' })])),
    ]);
    await expect.poll(problems, { timeout: 15_000, interval: 500 }).toMatchObject([
      {
        code: 'removals.spiked',
        sender,
        text: expect.stringContaining('removed 160 records and rewrote 166') as string,
      },
    ]);
    const [problem] = await problems();
    const [, query = ''] = /^reprise messages --summary (.*)$/.exec(problem?.command ?? '') ?? [];
    const params = new URLSearchParams(
      [...query.matchAll(/--(\S+) (\S+)/g)].map(([, name = '', value = '']): [string, string] => [name, value]),
    );
    const summary = await ask(`/api/messages/summary?${params.toString()}`);
    expect(summary).toMatchObject({ piece: 'minute', complete: true, next: null });
    // Where most was removed, and not what came most.
    const closer = summary['closer'] as { command: string };
    expect(closer).toMatchObject({ why: 'removed', sender, type: 'DELETE Patient' });
    expect(closer.command).toContain(
      `reprise messages --type "DELETE Patient" --establishment ${finess} --sender ${sender}`,
    );
    const series = summary['series'] as { type: string; messages: number; removed: number; counts: number[] }[];
    expect(series.map(({ type, messages, removed }) => [type, messages, removed])).toEqual([
      ['PUT Patient', 566, 0],
      ['DELETE Patient', 160, 160],
    ]);
    for (const { messages, counts } of series) expect(counts.reduce((a, b) => a + b, 0)).toBe(messages);
  });

  it('is found by type, interval and record, to the message before it', async () => {
    const found = async (query: string) =>
      (await ask(`/api/messages?establishment=${finess}&${query}`))['items'] as {
        messageId: string;
        label: string;
        position: string;
      }[];
    const removals = await found('type=delete%20patient&limit=1000');
    expect([removals.length, removals.at(-1)?.position, removals[0]?.label]).toEqual([160, '400', 'DELETE Patient']);
    expect((await found(`record=Patient/p7`)).map(({ position }) => position)).toEqual(['407', '7']);
    const at = encodeURIComponent(Instant.iso(Instant.of(Date.now() - 3_600_000)));
    expect(await found(`until=${at}`)).toEqual([]);
    expect((await found(`since=${at}&type=PUT&limit=1000`)).length).toBe(566);
    const plan = await territory.ask('ana', '/api/restores/plan', {
      establishment: finess,
      beforeEvent: removals.at(-1)?.messageId,
    });
    expect(plan.body).toMatchObject({ cuts: { [finess]: '399' }, warnings: [] });
    const within = await territory.ask('ana', '/api/restores/plan', { establishment: finess, toPosition: '520' });
    expect(within.body['warnings']).toMatchObject([{ code: 'cut.within-removals', establishment: finess, sender }]);
  });

  it('cuts a summary into pages that are whole together', async () => {
    const whole = await ask(`/api/messages/summary?establishment=${finess}`);
    const rows: unknown[] = [];
    for (let next = ''; ; ) {
      const page = (await ask(`/api/messages/summary?establishment=${finess}&limit=1${next}`)) as {
        items: unknown[];
        next: string | null;
      };
      rows.push(...page.items);
      if (page.next === null) break;
      next = `&cursor=${page.next}`;
    }
    expect(rows).toEqual(whole['items']);
    expect(rows.length).toBeGreaterThan(1);
  });

  it('are all there where the end that is asked for is still to come', async () => {
    const future = Instant.iso(Instant.of(Date.now() + 60_000));
    for (const path of ['/api/messages?limit=3', '/api/messages/summary?limit=3']) {
      const { items } = await ask(path);
      expect((items as unknown[]).length).toBeGreaterThan(0);
      expect((await ask(`${path}&until=${future}`))['items']).toEqual(items);
    }
  });

  it.each([
    ['type=FOO', 'no type of messages: "FOO"'],
    ['warning=nope', 'no such code: "nope"'],
    ['record=Patient', 'not a record'],
    ['record=Patent/1', 'no type of records: "Patent"'],
    ['since=yesterday', 'not a time'],
    ['until=2026-01-01T10:00:00', 'has no zone'],
    ['since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z', 'is not before until'],
    ['cursor=eA', 'this cursor is none'],
  ])('refuses %s with a sentence', async (query, title) => {
    for (const path of ['/api/messages', '/api/messages/summary'])
      expect(await territory.ask('ana', `${path}?${query}`)).toMatchObject({
        status: 400,
        body: { title: expect.stringContaining(title) as string, code: 'input.invalid' },
      });
  });

  it('a patch of a record that never was is got rid of by the whole record and a skip', async () => {
    const lost = RecordKey.parse('Observation/lost');
    const patch = anEvent([{ kind: 'merge-patch', record: lost, content: Buffer.from('{"a":1}') }], {
      label: 'PATCH Observation',
    });
    await territory.append([patch, anEvent([put(lost, { status: 'final' })], { label: 'PUT Observation' })]);
    type Parked = { messageId: string; position: string; label: string; reason: string };
    const parked = async () => (await ask(`/api/parked?establishment=${finess}`))['items'] as Parked[];
    const [faulty, behind, ...others] = await parked();
    expect(others).toEqual([]);
    expect(faulty).toMatchObject({ label: 'PATCH Observation', sender, records: ['Observation'], waiting: null });
    expect(behind).toMatchObject({ label: 'PUT Observation', reason: `waits behind position ${faulty?.position}` });
    expect((await ask('/api/status'))['problems']).toContainEqual(
      expect.objectContaining({
        code: 'events.parked',
        text: `events of ${finess} that wait behind a fault and are not served: 2`,
        command: `reprise parked list --establishment ${finess}`,
      }),
    );

    const drain = async (skip: readonly string[]) => {
      const drained = await territory.ask('ana', `/api/parked/${faulty?.messageId}/drain`, { skip });
      const id = String(drained.body['drainId']);
      expect(await ask(`/api/parked/drains/${id}`)).toMatchObject({ isApplied: false, pending: ['a', 'b'] });
      await territory.append([]);
      return ask(`/api/parked/drains/${id}`);
    };
    expect(await drain([])).toMatchObject({
      by: 'ana',
      isApplied: true,
      released: [],
      givenUp: [],
      waiting: [{ messageId: faulty?.messageId }, { messageId: behind?.messageId }],
    });
    expect((await territory.ask('ana', `/api/parked/${faulty?.messageId}/drain`, { skip: ['3'] })).status).toBe(400);
    expect(await drain([String(faulty?.position)])).toMatchObject({
      isApplied: true,
      released: [behind?.messageId],
      givenUp: [faulty?.messageId],
      waiting: [],
    });
    expect(await ask(`/api/parked?establishment=${finess}`)).toMatchObject({
      items: [],
      givenUp: [{ messageId: faulty?.messageId, by: 'ana' }],
    });
    const shown = await territory.ask('ana', `/api/parked/${faulty?.messageId}`);
    expect([shown.status, shown.body['title']]).toEqual([
      404,
      expect.stringContaining('it was given up by ana at ') as string,
    ]);
    expect((await ask(`/api/messages/${behind?.messageId}`))['state']).toBe('applied');
    expect((await ask(`/api/messages/${faulty?.messageId}`))['state']).toBe('unmapped');
    expect((await territory.ask('ana', `/api/parked/drains/${finess}-3`)).status).toBe(404);
  });

  it('an id that is none leads to the list of what waits', async () => {
    for (const [path, body] of [['/api/parked/815'], ['/api/parked/815/drain', { skip: [] }]] as const)
      expect((await territory.ask('ana', path, body)).body).toMatchObject({
        code: 'input.invalid',
        hint: '`reprise parked list` shows them',
      });
  });

  it('is still told once its traces were left out by a restore', async () => {
    const planned = await territory.ask('ana', '/api/restores/plan', { establishment: finess, toPosition: '399' });
    const run = await territory.ask('ana', '/api/restores', { planId: planned.body['planId'] });
    const id = String(run.body['restoreId']);
    const state = async () => {
      await territory.settle();
      return (await ask(`/api/restores/${id}`))['state'];
    };
    await expect.poll(state).toBe('built');
    expect((await territory.ask('bob', `/api/restores/${id}/approve`, {})).body).toMatchObject({ state: 'approved' });
    expect((await territory.ask('ana', `/api/restores/${id}/promote`, {})).body).toMatchObject({ state: 'promoted' });
    const switched = async () => {
      await territory.settle();
      return ((await ask(`/api/restores/${id}`))['switches'] as { state: string }[]).map((one) => one.state);
    };
    await expect.poll(switched).toEqual(['switched', 'switched']);
    // Longer than what was found before is told without looking.
    await new Promise((resolve) => setTimeout(resolve, spikeLookMs + 500));
    expect(await problems()).toMatchObject([
      { code: 'removals.spiked', sender, text: expect.stringContaining('removed 160 records') as string },
    ]);
  });
});
