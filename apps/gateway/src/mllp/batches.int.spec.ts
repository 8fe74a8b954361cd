import { testKafka } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admission } from '../../test/messages.spec.js';
import { MllpClient } from '../../test/mllp-client.spec.js';
import { startTestGateway, type TestGateway } from '../../test/a-gateway.spec.js';

describe('a frame of several messages', () => {
  let gateway: TestGateway;
  let client: MllpClient;
  beforeAll(async () => {
    gateway = await startTestGateway(testKafka().brokers);
    client = await MllpClient.plain(gateway.senders[0].mllpPort);
  });
  afterAll(async () => {
    client.socket.destroy();
    await gateway.stop();
  });

  const logged = async (): Promise<readonly string[]> =>
    (await gateway.events(gateway.senders[0].finess)).map(({ event }) => event.messageId);

  it('is answered for each of them, and each is in the log', async () => {
    const answer = await client.ask(Buffer.concat([admission('one'), admission('two')]));
    expect(answer.match(/\rMSA\|AA\|\w+/g)).toEqual(['\rMSA|AA|one', '\rMSA|AA|two']);
    expect(await logged()).toEqual(['one', 'two']);
  });

  it('leaves what stands around them in the log, behind them', async () => {
    const head = 'BHS|^~\\&|HIS|CH|REPRISE|GHT|20261120||||B1\r';
    const trailer = 'BTS|5\r';
    await client.ask(Buffer.concat([Buffer.from(head), admission('three'), Buffer.from(trailer)]));
    expect((await logged()).slice(2)).toEqual(['three', 'BHS B1']);
    const last = (await gateway.events(gateway.senders[0].finess)).at(-1)?.event;
    expect(Buffer.from(last?.received ?? []).toString()).toBe(head + trailer);
    expect(last?.warnings.map(({ code }) => code)).toEqual(['batch-miscounted']);
  });
});
