import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { frame } from '#hl7v2';
import { logTopic } from '#kafka';
import { freePorts, type RunningKafka, startKafka } from '#testing';
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admission } from '../test/messages.spec.js';
import { MllpClient } from '../test/mllp-client.spec.js';
import { startTestGateway, type TestGateway, type TestSender } from '../test/a-gateway.spec.js';

const codeIn = (answer: string | Buffer | undefined): string | undefined =>
  /\rMSA\|(\w\w)/.exec(answer?.toString() ?? '')?.[1];

/** A Kafka of its own, because it is stopped and set wrong here. */
describe('a log that is away or set wrong', () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-away-'));
  let kafka: RunningKafka;
  let gateway: TestGateway;
  let sender: TestSender;
  beforeAll(async () => {
    const [port = 0, controllerPort = 0] = await freePorts(2);
    kafka = await startKafka({ port, controllerPort, dataDir: folder });
    gateway = await startTestGateway(kafka.brokers);
    [sender] = gateway.senders;
  });
  afterAll(async () => {
    process.kill(kafka.pid, 'SIGCONT');
    await gateway.stop();
    await kafka.stop();
    rmSync(folder, { recursive: true });
  });

  const put = (): Promise<Response> =>
    fetch(`${gateway.base}/establishments/${sender.finess}/fhir/Patient/p`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${sender.token}`, 'content-type': 'application/fhir+json' },
      body: '{"resourceType":"Patient","id":"p"}',
    });
  const setRetention = async (value: string): Promise<void> => {
    const admin = new Kafka({ brokers: [kafka.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const resource = { type: ConfigResourceTypes.TOPIC, name: logTopic(sender.finess) };
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value }] }],
    });
    await admin.disconnect();
  };

  it('is answered AR and 503, with memory bounded, and takes up again by itself', async () => {
    const clients = await Promise.all(Array.from({ length: 16 }, () => MllpClient.plain(sender.mllpPort)));
    expect(codeIn(await clients[0]?.ask(admission('before')))).toBe('AA');
    process.kill(kafka.pid, 'SIGSTOP');
    const before = process.memoryUsage().rss;
    const asked = performance.now();
    const large = frame(admission('while-away', { padding: 3_000_000 }));
    for (const client of clients) for (let n = 0; n < 10; n++) client.write(large);
    let mostBytes = 0;
    const watch = setInterval(() => {
      mostBytes = Math.max(mostBytes, process.memoryUsage().rss - before);
    }, 50);
    const [answer, status] = await Promise.all([
      clients[0]?.answer(2),
      put().then(({ status: code, headers }) => [code, headers.get('retry-after') !== null]),
    ]);
    expect([codeIn(answer), status]).toEqual(['AR', [503, true]]);
    expect(performance.now() - asked).toBeLessThan(20_000);
    clearInterval(watch);
    for (const client of clients) client.close();
    // 480 MB were sent: at most 256 MB are held, and once more as events while they wait for the log.
    expect(mostBytes).toBeLessThan(700_000_000);
    const [held] = /^reprise_capture_held_bytes (\d+)/m.exec(await metrics())?.slice(1) ?? [];
    expect(Number(held)).toBeLessThanOrEqual(256 * 1024 * 1024);

    process.kill(kafka.pid, 'SIGCONT');
    const again = await MllpClient.plain(sender.mllpPort);
    let code: string | undefined;
    for (let attempt = 0; attempt < 60 && code !== 'AA'; attempt++) {
      code = codeIn(await again.ask(admission('after')));
      await pause(500);
    }
    expect(code).toBe('AA');
    again.close();
    await expect
      .poll(async () => /^reprise_capture_held_bytes (\d+)/m.exec(await metrics())?.[1], { timeout: 15_000 })
      .toBe('0');
  }, 120_000);

  const metrics = async (): Promise<string> => (await fetch(`${gateway.base}/metrics`)).text();

  it('is not written to while a setting could lose what is acknowledged', async () => {
    await setRetention('86400000');
    // Settings are looked at every few seconds, and when the callers change: that is sooner.
    gateway.revokeSecond();
    await expect.poll(async () => (await put()).status, { timeout: 15_000 }).toBe(503);
    // Told again for a second.
    const ofLog = async (): Promise<unknown> => {
      const asked = await fetch(`${gateway.base}/readyz`);
      return ((await asked.json()) as { dependencies: { log: unknown } }).dependencies.log;
    };
    const reason: unknown = expect.stringContaining('retention.ms is 86400000');
    await expect.poll(ofLog).toMatchObject({ ok: false, reason });
    expect(gateway.logged.join('')).toContain('retention.ms is 86400000');
    const client = await MllpClient.plain(sender.mllpPort);
    expect(codeIn(await client.ask(admission('closed')))).toBe('AR');
    await setRetention('-1');
    await expect.poll(async () => (await put()).status, { timeout: 20_000 }).toBe(200);
    expect(codeIn(await client.ask(admission('open')))).toBe('AA');
    client.close();
  }, 60_000);
});
