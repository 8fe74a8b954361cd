import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Change, type LogEvent, RecordKey } from '#domain';
import { ConfigurationFault } from '#platform';
import { anEvent, patientKey, put } from '../../../libs/testing/src/builders/feed.js';
import { ATerritory } from '../test/a-territory.spec.js';

const message = (n: number, words = '', more: Partial<LogEvent> = {}): LogEvent =>
  anEvent([put(patientKey(n), { words })], {
    format: 'hl7v2',
    messageId: `M${n}`,
    label: 'ADT^A01',
    acknowledgement: 'CA AA',
    received: Buffer.from(`MSH|^~\\&|HIS|DEMO|REPRISE|GHT|20261120100000||ADT^A01|M${n}|P|2.5|||AL|AL\rNTE|${words}\r`),
    ...more,
  });
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe('senders, and what becomes of their messages', () => {
  const territory = new ATerritory();
  const { finess, sender } = territory;
  beforeAll(async () => {
    await territory.open();
    await territory.append(range(1, 30).map((n) => message(n)));
    // Two that did not come, one that was refused; one sent again, three with other bytes, and a numbering that goes on from there.
    await territory.append(range(34, 40).map((n) => message(n)));
    await territory.append([message(40), ...range(20, 32).map((n) => message(n, 'other'))]);
  });
  afterAll(() => territory.close());

  const ask = async (path: string, body?: unknown) => territory.ask('ana', path, body);
  const items = async (path: string) => (await ask(path)).body['items'] as Record<string, unknown>[];

  it('are declared by their files, listed and shown', async () => {
    expect(await items('/api/senders')).toContainEqual(
      expect.objectContaining({ name: sender, establishment: finess, incarnation: 1, incarnations: [] }),
    );
    expect((await ask(`/api/senders/${sender}`)).body).toMatchObject({
      profile: { language: 'fr', productionIdentities: 'warn', acknowledgement: 'as-asked' },
      numbering: { state: 'numbered', by: 'MSH-10', restarts: [{ highest: 40, begins: 20 }], examined: 51 },
    });
    expect((await ask('/api/senders/nobody')).status).toBe(404);
    expect((await territory.ask('sender', '/api/senders')).status).toBe(403);
    const paths = Object.keys((await ask('/api/openapi.json')).body['paths'] as object);
    expect(paths).toEqual(
      expect.arrayContaining(['/api/senders', '/api/senders/{name}', '/api/senders/{name}/incarnation']),
    );
  });

  it('raise an alarm where an id is used for other bytes, in status and in messages', async () => {
    const status = await items('/api/status');
    expect(status.find((one) => one['establishment'] === finess)?.['senders']).toMatchObject([
      {
        name: sender,
        alarms: { count: 11, codes: [{ code: 'message-id-reused', count: 11 }] },
        isIncarnationProposed: true,
      },
    ]);
    const warned = await items(`/api/messages?establishment=${finess}&warning=message-id-reused&limit=100`);
    expect(warned.map(({ controlId }) => controlId)).toEqual(
      range(20, 30)
        .toReversed()
        .map((n) => `M${n}`),
    );
    expect(await items(`/api/messages?establishment=${finess}&warning=charset-unknown`)).toEqual([]);
  });

  it('have each message answered for: where a repetition points to, what waits for what, when it was acknowledged', async () => {
    const show = async (position: number) => (await ask(`/api/messages/${finess}-${position}`)).body;
    expect(await show(37)).toMatchObject({ state: 'duplicate', duplicateOf: `${finess}-36` });
    const reused = await show(38);
    expect(reused).toMatchObject({
      state: 'applied',
      duplicateOf: null,
      incarnation: 1,
      sameId: [{ messageId: `${finess}-19`, sameBytes: false, state: 'applied' }],
      acknowledgedAt: reused['recordedAt'],
    });
    expect(Buffer.from(String(reused['acknowledgementRaw']), 'base64').toString()).toMatch(
      /MSA\|CA\|M20[^]*MSA\|AA\|M20/,
    );

    const lost = RecordKey.parse('Observation/lost');
    const patch = { kind: 'merge-patch', record: lost, content: Buffer.from('{"a":1}') } as const;
    await territory.append([anEvent([patch]), anEvent([{ kind: 'remove', record: lost }])]);
    const [fault, behind] = [await show(51), await show(52)];
    expect(fault).toMatchObject({ state: 'parked', waitsFor: { behind: null, waiting: null } });
    expect(behind).toMatchObject({ state: 'parked', waitsFor: { behind: `${finess}-51` } });
    expect(JSON.stringify(fault['waitsFor'])).not.toContain('lost');
    const open = (await ask(`/api/messages/${finess}-51?showPhi=true`)).body;
    expect(open).toMatchObject({ waitsFor: { waiting: [lost] } });
  });

  it('get a new incarnation from an operator, on evidence, which no declaration takes back', async () => {
    const opened = (await ask(`/api/senders/${sender}/incarnation`, { reason: 'backup of Friday' })).body;
    expect(opened).toMatchObject({
      incarnation: 2,
      proposal: null,
      authorities: [],
      alarms: { count: 0 },
      incarnations: [
        {
          number: 2,
          by: 'ana',
          reason: 'backup of Friday',
          evidence: [
            { code: 'numbering-restarted', highest: 40, begins: 20 },
            { code: 'ids-reused', messages: 11 },
          ],
        },
      ],
    });
    expect(await ask(`/api/senders/${sender}/incarnation`, {})).toMatchObject({ status: 422 });
    territory.declare(sender, 'language: en\n');
    await territory.boot();
    expect((await ask(`/api/senders/${sender}`)).body).toMatchObject({ incarnation: 2, profile: { language: 'en' } });
    await territory.append([message(20, 'third', { incarnation: 2 })]);
    expect((await ask(`/api/messages/${finess}-53`)).body).toMatchObject({
      state: 'applied',
      sameId: [],
      warnings: [],
    });
  });

  it('raise an alarm where an order number is used for another order, told apart from ids, and no evidence of a backup', async () => {
    const use = (n: number): Change => ({
      kind: 'use',
      number: RecordKey.of('DiagnosticReport', 'n1'),
      patient: patientKey(n),
      status: 'final',
      place: 'OBR[1]-3',
    });
    const result = (n: number): LogEvent =>
      message(100 + n, '', {
        incarnation: 2,
        changes: [use(n), put(RecordKey.of('Observation', 'o1'), {}, patientKey(n))],
      });
    await territory.append([result(1), result(2), result(3), result(2)]);
    expect((await ask(`/api/senders/${sender}`)).body).toMatchObject({
      proposal: null,
      alarms: { count: 2, codes: [{ code: 'filler-number-reused', count: 2 }] },
    });
    const status = await items('/api/status');
    expect(status.find((one) => one['establishment'] === finess)?.['senders']).toMatchObject([
      { name: sender, alarms: { count: 2, codes: [{ code: 'filler-number-reused', count: 2 }] } },
    ]);
    const warned = await items(`/api/messages?establishment=${finess}&warning=filler-number-reused&limit=9`);
    expect(warned.map(({ controlId }) => controlId)).toEqual(['M103', 'M102']);
    expect(warned[0]).toMatchObject({ warnings: [{ code: 'filler-number-reused', location: 'OBR[1]-3' }] });
  });

  it('are declared at once by an operator, and refused with every fault, in the language asked for', async () => {
    const yaml = `name: labo-${finess}\nfiness: ${finess}\nacknowledgement: standard\n`;
    expect((await ask('/api/senders', { yaml })).body).toMatchObject({
      name: `labo-${finess}`,
      incarnation: 1,
      profile: { acknowledgement: 'standard' },
    });
    const wrong = await ask('/api/senders', {
      yaml: 'name: labo\nfiness: 000000000\nlangage: fr\n',
      file: 'labo.yaml',
    });
    expect(wrong).toMatchObject({ status: 400, body: { code: 'input.invalid' } });
    expect(wrong.body['title']).toContain('labo.yaml:3:1: langage');
    expect((await ask('/api/senders', { yaml: 1 })).status).toBe(400);
    expect((await ask('/api/senders', {})).status).toBe(400);
  });

  it('with a profile at fault keep control from starting, all faults at once', async () => {
    territory.declare(sender, 'acknowledgment: standard\nlanguage: de\n');
    territory.declare(`b-${finess}`, 'hl7: strict\n');
    const fault: unknown = await territory.boot().catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(ConfigurationFault);
    const { faults } = fault as ConfigurationFault;
    expect(faults.map((line) => /:(\d+:\d+: [\w.]+)/.exec(line)?.[1])).toEqual([
      '3:6: hl7',
      '3:1: acknowledgment',
      '4:11: language',
    ]);
  });
});
