import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { Failure, type Finess, Instant, Position } from '#domain';
import { Authority, type CertifiedKey, freePorts, freshFiness, type RunningKafka, startKafka } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KafkaAccess } from './access/kafka-access.js';
import { KafkaClient, type KafkaOptions } from './kafka-client.js';
import { KafkaDirectoryLog } from './kafka-directory-log.js';
import { KafkaEstablishmentLog } from './kafka-establishment-log.js';
import { KafkaRefusalJournal } from './kafka-refusal-journal.js';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from './library.js';
import { LogTopics } from './log-topics.js';
import { directoryTopic, journalTopic, logTopic } from './topics.js';

const establishment = freshFiness() as Finess;
const said = { v: 1, at: Instant.of(0), by: 'test' } as const;
const declared = {
  ...said,
  kind: 'establishment-declared',
  establishment: { finess: establishment, name: 'CH (démo)', sites: [], timeZone: 'Europe/Paris' },
} as const;

describe('a Kafka that speaks TLS only and obeys whom its rules name', () => {
  let folder: string;
  let authority: Authority;
  let kafka: RunningKafka;
  let scramPort: number;
  const certificates = new Map<string, CertifiedKey>();
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closed-kafka-'));
    authority = await Authority.make();
    const [port = 0, controllerPort = 0, scram = 0] = await freePorts(3);
    scramPort = scram;
    kafka = await startKafka({
      port,
      controllerPort,
      dataDir: folder,
      tls: {
        authority: authority.certificate,
        server: await authority.server('reprise-broker'),
        scram: { port: scram, passwords: { 'reprise-gateway': 'one', 'reprise-replicator': 'two' } },
      },
    });
    for (const name of ['admin', 'gateway', 'replicator', 'control', 'stranger'])
      certificates.set(name, await authority.client(`reprise-${name}`));
    const granted = await access('admin').grant([establishment]);
    expect(granted).toContain(`granted: reprise-gateway may WRITE topic ${logTopic(establishment)}`);
    expect(granted).toHaveLength(24);
    await new LogTopics(as('control'), 1).ensure([establishment]);
  });
  afterAll(async () => {
    await kafka.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const as = (name: string, over: Partial<KafkaOptions> = {}): KafkaClient => {
    const own = certificates.get(name);
    const ssl = () => ({ ca: authority.certificate, ...(own && { cert: own.certificate, key: own.key }) });
    return new KafkaClient({ brokers: [kafka.brokers], timeoutMs: 2000, ssl, ...over });
  };
  const access = (name: string): KafkaAccess => new KafkaAccess(as(name), ['a', 'b']);

  const event = { value: Buffer.from('event'), attributes: {} };
  const appendTo = async (client: KafkaClient): Promise<Position> => {
    const log = new KafkaEstablishmentLog(client);
    try {
      return await log.append(establishment, event.value, event.attributes);
    } finally {
      await log.close();
    }
  };
  const readFrom = async (client: KafkaClient): Promise<Position> => {
    const log = new KafkaEstablishmentLog(client);
    try {
      return (await log.range(establishment)).last;
    } finally {
      await log.close();
    }
  };
  const declare = async (client: KafkaClient): Promise<Position> => {
    const log = new KafkaDirectoryLog(client);
    try {
      return await log.append(declared);
    } finally {
      await log.close();
    }
  };
  const asAdmin = async (
    name: string,
    work: (admin: ReturnType<ReturnType<KafkaClient['open']>['kafka']['admin']>) => Promise<unknown>,
  ) => {
    const { kafka: library, cut } = as(name).open(0);
    const admin = library.admin({ retry: { retries: 0 } });
    try {
      await admin.connect();
      return await work(admin);
    } finally {
      await admin.disconnect().catch(() => {});
      cut();
    }
  };

  it('lets each do what the table says', async () => {
    expect(await declare(as('control'))).toBe(0);
    expect(await appendTo(as('gateway'))).toBe(0);
    expect(await readFrom(as('replicator'))).toBe(0);
    await expect(access('control').wrong([establishment])).resolves.toEqual([]);
    const { kafka: library, cut } = as('replicator').open();
    const consumer = library.consumer({ groupId: 'reprise.replica.a' });
    const got = Promise.withResolvers<string>();
    await consumer.connect();
    await consumer.subscribe({ topics: [logTopic(establishment)], fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => got.resolve(String(message.value)) });
    expect(await got.promise).toContain('event');
    await consumer.disconnect();
    cut();
  });

  it('lets nobody write what is another’s: no forged patient event, no forged promotion', async () => {
    await expect(appendTo(as('replicator'))).rejects.toThrow();
    await expect(declare(as('gateway'))).rejects.toThrow();
    await expect(declare(as('replicator'))).rejects.toThrow();
    const journal = new KafkaRefusalJournal(as('gateway'));
    await journal.append(establishment, {
      sender: 'his',
      controlId: '1',
      label: 'ADT^A01',
      charset: 'UTF-8',
      receivedAt: Instant.of(0),
      acknowledgement: 'AE',
      reasons: [],
      received: Buffer.from('MSH'),
      answered: Buffer.from('MSA'),
    });
    await expect(journal.newest(establishment, 1)).rejects.toThrow();
    await journal.close();
    for (const attempt of [appendTo, readFrom, declare]) await expect(attempt(as('stranger'))).rejects.toThrow();
    expect(await readFrom(as('control'))).toBe(0);
  });

  it('lets nobody delete or alter, control neither', async () => {
    const topics = [directoryTopic, logTopic(establishment), journalTopic(establishment)];
    for (const name of ['gateway', 'replicator', 'control', 'stranger']) {
      for (const topic of topics) {
        await expect(asAdmin(name, (admin) => admin.deleteTopics({ topics: [topic] }))).rejects.toThrow();
        await expect(
          asAdmin(name, (admin) => admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '1' }] })),
        ).rejects.toThrow();
        const shorter = { type: 2, name: topic, configEntries: [{ name: 'retention.ms', value: '1' }] };
        await expect(
          asAdmin(name, (admin) => admin.alterConfigs({ validateOnly: false, resources: [shorter] })),
        ).rejects.toThrow();
      }
      await expect(access(name).grant([freshFiness() as Finess])).rejects.toThrow();
    }
    await expect(new LogTopics(as('gateway'), 1).ensure([freshFiness() as Finess])).rejects.toThrow();
    await expect(new LogTopics(as('control'), 1).ensure([freshFiness() as Finess])).rejects.toThrow();
  });

  it('speaks with nobody in the clear, without a certificate or with one of another authority', async () => {
    const { brokers } = kafka;
    await expect(readFrom(new KafkaClient({ brokers: [brokers], timeoutMs: 1000 }))).rejects.toThrow(Failure);
    await expect(readFrom(as('nobody'))).rejects.toThrow(Failure);
    const other = await (await Authority.make()).client('reprise-control');
    const ssl = () => ({ ca: authority.certificate, cert: other.certificate, key: other.key });
    await expect(readFrom(as('control', { ssl }))).rejects.toThrow(Failure);
    const untrusted = await Authority.make();
    const mine = certificates.get('control');
    await expect(
      readFrom(as('control', { ssl: () => ({ ca: untrusted.certificate, cert: mine?.certificate, key: mine?.key }) })),
    ).rejects.toThrow(Failure);
  });

  it('speaks TLS 1.2 and 1.3 with authenticated encryption only', async () => {
    const own = certificates.get('control');
    const [host, port] = kafka.brokers.split(':');
    const speak = (ciphers: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const mine = { ca: authority.certificate, cert: own?.certificate, key: own?.key };
        const socket = connect({ host, port: Number(port), maxVersion: 'TLSv1.2', ciphers, ...mine });
        socket.on('secureConnect', () => {
          resolve(socket.getCipher().name);
          socket.destroy();
        });
        socket.on('error', reject);
      });
    expect(await speak('ECDHE-ECDSA-AES256-GCM-SHA384')).toBe('ECDHE-ECDSA-AES256-GCM-SHA384');
    await expect(speak('ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0')).rejects.toThrow();
  });

  it('knows users by their passwords as well, asked for with each connection', async () => {
    let password = 'wrong';
    const ssl = () => ({ ca: authority.certificate });
    const user = (username: string): KafkaClient =>
      new KafkaClient({
        brokers: [`127.0.0.1:${scramPort}`],
        timeoutMs: 5000,
        ssl,
        sasl: { username, password: () => password },
      });
    await expect(appendTo(user('reprise-gateway'))).rejects.toThrow(Failure);
    password = 'one';
    expect(await appendTo(user('reprise-gateway'))).toBe(1);
    password = 'two';
    await expect(appendTo(user('reprise-replicator'))).rejects.toThrow();
    expect(await readFrom(user('reprise-replicator'))).toBe(1);
  });

  it('is told where its rules are not those of the table, and set right again', async () => {
    const rule = (principal: string, operation: number, resourceName: string, pattern: number, type: number) => ({
      principal,
      host: '*',
      operation,
      permissionType: AclPermissionTypes.ALLOW,
      resourceType: type,
      resourceName,
      resourcePatternType: pattern,
    });
    const { LITERAL, PREFIXED } = ResourcePatternTypes;
    const { TOPIC, CLUSTER } = AclResourceTypes;
    const added = [
      rule('User:reprise-gateway', AclOperationTypes.DELETE, logTopic(establishment), LITERAL, TOPIC),
      rule('User:mallory', AclOperationTypes.WRITE, 'reprise.', PREFIXED, TOPIC),
      rule('User:*', AclOperationTypes.ALL, 'kafka-cluster', LITERAL, CLUSTER),
      rule('User:billing', AclOperationTypes.WRITE, 'billing', LITERAL, TOPIC),
    ];
    const missing = rule('User:reprise-replicator', AclOperationTypes.READ, directoryTopic, LITERAL, TOPIC);
    await asAdmin('admin', async (admin) => {
      await admin.createAcls({ acl: added });
      await admin.deleteAcls({ filters: [missing] });
    });
    const wrong = await access('control').wrong([establishment]);
    expect(wrong.toSorted()).toEqual([
      '* may ALL cluster kafka-cluster, which nobody needs',
      'mallory may WRITE topic all beginning with reprise., which nobody needs',
      `nothing says that reprise-replicator may READ topic ${directoryTopic}`,
      `reprise-gateway may DELETE topic ${logTopic(establishment)}, which nobody needs`,
    ]);
    expect(await access('admin').grant([establishment])).toEqual([
      `granted: reprise-replicator may READ topic ${directoryTopic}`,
      `taken back: reprise-gateway may DELETE topic ${logTopic(establishment)}`,
    ]);
    // What others may is the administrator's to judge.
    expect(await access('control').wrong([establishment])).toHaveLength(2);
    await asAdmin('admin', (admin) => admin.deleteAcls({ filters: added }));
    expect(await access('control').wrong([establishment])).toEqual([]);
  });
});

describe('a Kafka without rules', () => {
  it('is told as one that obeys everybody', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'open-kafka-'));
    const [port = 0, controllerPort = 0] = await freePorts(2);
    const kafka = await startKafka({ port, controllerPort, dataDir: folder });
    try {
      const access = new KafkaAccess(new KafkaClient({ brokers: [kafka.brokers] }), ['a']);
      await expect(access.wrong([])).rejects.toThrow('whoever reaches its port may read, write and delete the logs');
    } finally {
      await kafka.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
