import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PostgresReplicaReader, ScopedConnections } from '#postgres';
import { anEvent, patientKey, put } from '../../../libs/testing/src/builders/feed.js';
import { approved, aRequest, certified, moved, targetTo } from '../../../libs/testing/src/builders/restores.js';
import { MemoryKeys } from '../../../libs/testing/src/memory-keys.js';
import { ATerritory } from '../test/a-territory.spec.js';

const patients = 20;
const topic = 'reprise.directory';

describe('a directory that somebody else writes to', () => {
  const territory = new ATerritory();
  const { finess } = territory;
  /** Of a hospital without anything: the cut before the first event. */
  const request = aRequest(`restore-${finess}`, [targetTo(finess, -1)], 'mallory');
  const theirs = new MemoryKeys();

  beforeAll(async () => {
    await territory.open();
    await territory.append(
      Array.from({ length: patients }, (_, n) => anEvent([put(patientKey(n))], { messageId: `m${n}` })),
    );
  });
  afterAll(() => territory.close());

  const write = (value: unknown): Promise<void> =>
    territory.writeStraight(topic, typeof value === 'string' ? value : JSON.stringify(value));

  /** As the reader's role reads, through the generation that is live. */
  const seenByReaders = async (): Promise<number | undefined> => {
    const [a] = territory.replicas;
    if (!a) throw new Error('no replica');
    const connections = new ScopedConnections({
      address: a.database.urls.reader,
      scopeKey: a.database.scopeKey,
      connectionsMax: 1,
    });
    const place = { scope: [finess], establishment: finess, when: 'now' } as const;
    const answer = await new PostgresReplicaReader(connections).count(place, { type: 'Patient', all: [] });
    await connections.close();
    return answer?.found;
  };

  it('changes nothing for readers, whatever is promoted, approved or certified by nobody', async () => {
    expect(await seenByReaders()).toBe(patients);
    await write(request);
    await write(moved('restore-promoted', request, patients - 1, 'mallory'));
    await write(certified(theirs, request));
    await territory.settle();
    // It was requested as anybody can, and control has built it beside: nobody approves it.
    const asked = async (): Promise<unknown> => (await territory.ask('ana', `/api/restores/${request.restoreId}`)).body;
    await expect.poll(asked).toMatchObject({ state: 'built' });
    await write(approved(theirs, request, 'bob'));
    await write({ ...approved(theirs, request, 'bob'), signature: '', keyId: '' });
    await write(moved('restore-promoted', request, patients - 1, 'mallory'));
    await territory.settle();
    const status = (await territory.ask('ana', '/api/status')).body['items'] as { establishment: string }[];
    expect(status.find(({ establishment }) => establishment === finess)).toMatchObject({
      replicas: [{ timeline: 1 }, { timeline: 1 }],
    });
    expect(await seenByReaders()).toBe(patients);
  });

  it('names each entry that was refused, in status and doctor', async () => {
    const texts = async (): Promise<string> => JSON.stringify((await territory.ask('ana', '/api/doctor')).body);
    await expect
      .poll(texts)
      .toMatch(/entry \d+ of the directory log \(restore-promoted\) was refused: a restore that is built/);
    expect(await texts()).toMatch(
      /entry \d+ of the directory log \(restore-approved\) was refused: the approval is of another state/,
    );
    expect((await territory.ask('ana', '/api/doctor')).body).toMatchObject({ state: 'wrong' });
    const { body } = await territory.ask('ana', '/api/status');
    const { problems } = body as { problems: { code: string; state: string }[] };
    expect(problems).toContainEqual(expect.objectContaining({ code: 'directory.refused', state: 'wrong' }));
    const lines = territory.lines.filter((line) => line.includes('directory.refused'));
    expect(lines.length).toBeGreaterThanOrEqual(4);
    expect(lines.join()).not.toContain('mallory');
  });

  it('does not stop control with an entry that is not whole: it starts and works', async () => {
    const { targets: _, ...less } = { ...request, restoreId: 'restore-less' };
    for (const value of [less, 'no JSON', '', '7', { v: 1 }, { ...request, targets: [{ establishment: finess }] }])
      await write(value);
    await territory.boot();
    const planned = { establishment: finess, toPosition: '4' };
    expect((await territory.ask('ana', '/api/restores/plan', planned)).status).toBe(200);
    expect((await territory.ask('ana', `/api/restores/${request.restoreId}/cancel`, {})).body).toMatchObject({
      state: 'cancelled',
    });
  });
});
