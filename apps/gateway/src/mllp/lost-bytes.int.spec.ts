import { setTimeout as pause } from 'node:timers/promises';
import { frame } from '#hl7v2';
import { testKafka } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway, type TestSender } from '../../test/a-gateway.spec.js';
import { admission } from '../../test/messages.spec.js';
import { MllpClient } from '../../test/mllp-client.spec.js';

const [vt, fs] = [Buffer.of(0x0b), Buffer.of(0x1c)];
const told = (answer: Buffer | undefined): string =>
  /\rMSA\|([^\r]*)/.exec(answer?.toString('latin1') ?? '')?.[1] ?? '';

describe('bytes that make no message', () => {
  let gateway: TestGateway;
  let first: TestSender;
  let second: TestSender;
  beforeAll(async () => {
    gateway = await startTestGateway(testKafka().brokers);
    [first, second] = gateway.senders;
  });
  afterAll(() => gateway.stop());

  const client = (sender = first): Promise<MllpClient> => MllpClient.plain(sender.mllpPort);
  const cutOff = async (controlId: string) =>
    (await gateway.refusals(first.finess)).find(({ refusal }) => refusal.controlId === controlId)?.refusal;
  const half = (id: string): Buffer => Buffer.concat([vt, admission(id).subarray(0, -20)]);

  it.each([
    ['half closed', 'half-closed', (one: MllpClient) => one.socket.end()],
    ['cut', 'cut', (one: MllpClient) => one.socket.resetAndDestroy()],
  ])('of a frame whose connection is %s stand in the journal', async (_how, id, end) => {
    const one = await client();
    one.write(half(id));
    await pause(50);
    end(one);
    await expect
      .poll(() => cutOff(id), { timeout: 5_000 })
      .toMatchObject({
        sender: first.name,
        label: 'ADT^A01',
        acknowledgement: 'none',
        reasons: [{ code: 'frame.cut-off', text: expect.stringContaining('renvoyer') as string }],
      });
    expect(Buffer.from((await cutOff(id))?.received ?? []).toString()).toBe(half(id).subarray(1).toString());
  });

  it('of a frame that the next one cut off stand in the journal, and the next one is taken', async () => {
    const one = await client();
    one.write(Buffer.concat([half('cut-by-next'), frame(admission('next'))]));
    expect(told(await one.answer(1))).toBe('AA|next');
    expect(await cutOff('cut-by-next')).toMatchObject({ acknowledgement: 'none' });
    one.close();
  });

  it('are counted by sender, and in the log without a byte of their content', async () => {
    const one = await client(second);
    for (let n = 0; n < 20; n++) {
      one.write(Buffer.from('SECRET\r\n'));
      await pause(5);
    }
    expect(told(Buffer.from(await one.ask(admission('behind-noise'))))).toBe('AA|behind-noise');
    // Numbers are made once a second, whoever asks.
    const numbers = async (): Promise<string> => (await fetch(`${gateway.base}/metrics`)).text();
    await expect
      .poll(numbers)
      .toContain(`reprise_mllp_lost_bytes_total{sender="${second.name}",reason="outside-frame"} 120`);
    const metrics = await numbers();
    expect(metrics).toMatch(new RegExp(`lost_bytes_total\\{sender="${first.name}",reason="cut-off"\\} \\d{3}`));
    const lines = gateway.logged.filter((line) => line.includes('bytes.lost') && line.includes(second.name));
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { text: 'outside-frame', sender: second.name, establishment: second.finess },
    ]);
    expect(gateway.logged.join('') + metrics).not.toMatch(/SECRET|TESTIN/);
    one.close();
  });

  it('are none where a sender leaves out the CR: it is answered when it is silent, goes on, or closes its end', async () => {
    const one = await client();
    const asked = performance.now();
    one.write(Buffer.concat([vt, admission('silent'), fs]));
    expect(told(await one.answer(1))).toBe('AA|silent');
    expect(performance.now() - asked).toBeLessThan(5_000);
    one.write(Buffer.concat([Buffer.from('\r'), vt, admission('goes-on'), fs, vt, admission('after'), fs]));
    expect([told(await one.answer(2)), told(await one.answer(3))]).toEqual(['AA|goes-on', 'AA|after']);
    one.socket.end(Buffer.concat([vt, admission('closes'), fs]));
    expect(told(await one.answer(4))).toBe('AA|closes');
    expect(gateway.logged.filter((line) => line.includes('frame.without-cr'))).toHaveLength(1);
  });

  it('are none where FS stands in a message, slow as it may come', async () => {
    const one = await client();
    const [start, end] = [Buffer.from(admission('content').toString().replace('ALICE', 'AL\x1c')), Buffer.from('ICE')];
    const at = start.indexOf(fs) + 1;
    one.write(Buffer.concat([vt, start.subarray(0, at)]));
    await pause(100);
    one.write(Buffer.concat([end, start.subarray(at), fs, Buffer.from('\r')]));
    expect(told(await one.answer(1))).toBe('AA|content');
    expect(one.answers).toHaveLength(1);
    one.close();
  });
});
