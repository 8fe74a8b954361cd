import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '#domain';
import { type KafkaOptions, type RunningKafka, startKafka } from './embedded-kafka.js';
import { fetchKafka } from './fetch-kafka.js';
import { freePorts } from './ports.js';
import { identityOf } from './process-identity.js';

const topic = 'kept';
const client = (kafka: RunningKafka, retries = 5): Kafka =>
  new Kafka({ brokers: [kafka.brokers], logLevel: logLevel.NOTHING, retry: { retries } });

const endOf = async (kafka: RunningKafka): Promise<string | undefined> => {
  const admin = client(kafka).admin();
  await admin.connect();
  const [partition] = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return partition?.high;
};

describe('embedded Kafka', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'reprise-kafka-'));
  let options: KafkaOptions;
  let kafka: RunningKafka;

  beforeAll(async () => {
    const [port = 0, controllerPort = 0] = await freePorts(2);
    options = { port, controllerPort, dataDir };
    kafka = await startKafka(options);
    const admin = client(kafka).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false });
    await admin.disconnect();
    const producer = client(kafka).producer();
    await producer.connect();
    await producer.send({ topic, messages: [{ value: Buffer.alloc(20 * 1024 * 1024) }, { value: 'small' }] });
    await producer.disconnect();
  });

  afterAll(async () => {
    await kafka.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('stamps by its own clock, keeps for ever, makes no topic by itself', async () => {
    const admin = client(kafka, 0).admin();
    await admin.connect();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
    });
    const settings = new Map(resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]));
    expect(settings.get('message.timestamp.type')).toBe('LogAppendTime');
    expect(settings.get('retention.ms')).toBe('-1');
    expect(settings.get('cleanup.policy')).toBe('delete');
    await expect(admin.fetchTopicOffsets('never-made')).rejects.toThrow();
    expect(await admin.listTopics()).not.toContain('never-made');
    await admin.disconnect();
  });

  it('refuses a second start on a folder that is in use', async () => {
    const [port = 0, controllerPort = 0] = await freePorts(2);
    await expect(startKafka({ ...options, port, controllerPort })).rejects.toMatchObject({ code: 'busy' });
  });

  it('keeps what was acknowledged over a kill -9', async () => {
    await kafka.kill();
    kafka = await startKafka(options);
    expect(await endOf(kafka)).toBe('2');
  });

  it('stops what a killed run left and takes its place', async () => {
    const pidFile = join(dataDir, 'server.pid');
    const written = JSON.parse(readFileSync(pidFile, 'utf8')) as { server: object };
    const orphan = kafka;
    writeFileSync(pidFile, JSON.stringify({ ...written, owner: { pid: process.pid, startedAt: 'earlier' } }));
    kafka = await startKafka(options);
    await orphan.exited;
    expect(kafka.pid).not.toBe(orphan.pid);
    expect(await endOf(kafka)).toBe('2');
  });

  it('never kills a process that only has the number of ours', async () => {
    await kafka.stop();
    const bystander = spawn('sleep', ['60']);
    const server = identityOf(bystander.pid ?? 0);
    writeFileSync(join(dataDir, 'server.pid'), JSON.stringify({ server, owner: { pid: 1, startedAt: 'earlier' } }));
    kafka = await startKafka(options);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    bystander.kill();
  });

  it('names the setting that keeps it from starting', async () => {
    await kafka.stop();
    const refused = startKafka({ ...options, settings: { 'log.retention.ms': 'for ever' } });
    await expect(refused).rejects.toBeInstanceOf(Failure);
    await expect(refused).rejects.toThrow(/log\.retention\.ms/);
    kafka = await startKafka(options);
  });
});

describe('the jars of Kafka', () => {
  const cache = mkdtempSync(join(tmpdir(), 'reprise-cache-'));
  const former = process.env['REPRISE_CACHE_DIR'];
  afterAll(() => {
    if (former === undefined) delete process.env['REPRISE_CACHE_DIR'];
    else process.env['REPRISE_CACHE_DIR'] = former;
    rmSync(cache, { recursive: true, force: true });
  });

  it('are read at every start: one that was exchanged is refused by name, and nothing is run', async () => {
    const jars = await fetchKafka();
    const folder = join(cache, basename(dirname(jars[0] ?? '')));
    mkdirSync(folder);
    for (const jar of jars) symlinkSync(jar, join(folder, basename(jar)));
    process.env['REPRISE_CACHE_DIR'] = cache;
    expect(await fetchKafka()).toHaveLength(jars.length);
    const exchanged = jars.find((jar) => basename(jar).startsWith('kafka-clients')) ?? '';
    rmSync(join(folder, basename(exchanged)));
    writeFileSync(join(folder, basename(exchanged)), Buffer.concat([readFileSync(exchanged), Buffer.of(0)]));
    const [port = 0, controllerPort = 0] = await freePorts(2);
    await expect(startKafka({ port, controllerPort, dataDir: join(cache, 'data') })).rejects.toMatchObject({
      code: 'refused-by-policy',
      message: expect.stringContaining(`${basename(exchanged)} has SHA-256`),
      hint: expect.stringContaining(`rm -r ${folder}`),
    });
    expect(existsSync(join(cache, 'data'))).toBe(false);
  });
});
