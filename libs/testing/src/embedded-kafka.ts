import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Failure } from '#domain';
import type { CertifiedKey } from './authority.js';
import { fetchKafka, kafkaFiles, type Say } from './fetch-kafka.js';
import { isPortFree, isPortOpen } from './ports.js';
import { launch, type RunningServer, sizeOf, stopOrphan, textSince } from './server-process.js';

export interface KafkaOptions {
  readonly port: number;
  readonly controllerPort: number;
  /** Created when missing; survives restarts. Holds the log, `server.properties`, `kafka.log`. */
  readonly dataDir: string;
  /** Without it the broker speaks in the clear and obeys everybody; with it nothing else than TLS, and it obeys whom its rules name. */
  readonly tls?: KafkaTls;
  /** Broker settings over ours. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Of the cluster that it belongs to; one of its own unless said. */
  readonly clusterId?: string;
  /** What the JVM may take for its objects; 512 unless said. */
  readonly heapMb?: number;
  /** Gets a line whenever something takes long. */
  readonly say?: Say;
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal;
}

/** PEM. Who comes with a certificate of the authority is known by its common name; `reprise-admin` may do everything. */
export interface KafkaTls {
  readonly authority: string;
  readonly server: CertifiedKey;
  /** A listener for users with passwords (SCRAM-SHA-512), over TLS. They are made with the broker's folder. */
  readonly scram?: { readonly port: number; readonly passwords: Readonly<Record<string, string>> };
}

export interface RunningKafka extends RunningServer {
  /** `host:port` */
  readonly brokers: string;
}

/** As Kafka makes its own: 22 characters of base64url, never with a "-" in front, which the format tool takes for an option. */
export const newClusterId = (): string => {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
};

/** Above the largest frame of 24 MB (design, section 5). */
const messageBytesMax = 26 * 1024 * 1024;

/** Of the certificate that the broker shows as a client of its controller. */
export const brokerName = 'reprise-broker';
/** Of who makes the rules. */
export const administratorName = 'reprise-admin';

/** As at our own doors: forward secrecy and authenticated encryption. */
const suites = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_AES_128_GCM_SHA256',
  'TLS_CHACHA20_POLY1305_SHA256',
  ...['ECDSA', 'RSA'].flatMap((key) =>
    ['AES_256_GCM_SHA384', 'AES_128_GCM_SHA256'].map((suite) => `TLS_ECDHE_${key}_WITH_${suite}`),
  ),
];

const door = (options: KafkaOptions): Record<string, string | boolean> => {
  const { port, controllerPort, dataDir, tls } = options;
  const way = tls ? 'SSL' : 'PLAINTEXT';
  const scram = tls?.scram;
  const listeners = [`${way}://127.0.0.1:${port}`, ...(scram ? [`SASL_SSL://127.0.0.1:${scram.port}`] : [])].join(',');
  const plain = {
    listeners: `${listeners},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': listeners,
    'listener.security.protocol.map': `${way}:${way},CONTROLLER:${way}${scram ? ',SASL_SSL:SASL_SSL' : ''}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': way,
  };
  if (!tls) return plain;
  const write = (name: string, text: string): string => {
    writeFileSync(join(dataDir, name), text, { mode: 0o600 });
    return join(dataDir, name);
  };
  return {
    ...plain,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': write('server.pem', `${tls.server.key}${tls.server.certificate}`),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': write('ca.crt', tls.authority),
    'ssl.enabled.protocols': 'TLSv1.2,TLSv1.3',
    'ssl.cipher.suites': suites.join(','),
    'ssl.client.auth': 'required',
    'ssl.principal.mapping.rules': 'RULE:^CN=([^,]+).*$/$1/,DEFAULT',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': false,
    'super.users': `User:${brokerName};User:${administratorName}`,
    ...(scram && {
      'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
      'listener.name.sasl_ssl.ssl.client.auth': 'none',
      'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config':
        'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    }),
  };
};

/** One node that is broker and controller, on loopback only; every internal topic says that it is alone. */
const settingsOf = (options: KafkaOptions): Record<string, string | number | boolean> => ({
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.quorum.voters': `1@127.0.0.1:${options.controllerPort}`,
  ...door(options),
  'log.dirs': join(options.dataDir, 'log'),
  // After a kill -9 the next start waits until the controller has given up the former incarnation.
  'broker.session.timeout.ms': 3000,
  'broker.heartbeat.interval.ms': 500,
  'auto.create.topics.enable': false,
  'num.partitions': 1,
  'default.replication.factor': 1,
  'min.insync.replicas': 1,
  'unclean.leader.election.enable': false,
  'log.message.timestamp.type': 'LogAppendTime',
  'log.retention.ms': -1,
  'log.retention.bytes': -1,
  'message.max.bytes': messageBytesMax,
  'replica.fetch.max.bytes': messageBytesMax,
  'group.initial.rebalance.delay.ms': 0,
  // A replicator that died is taken over after its session (libs/kafka/src/log-batch.strategy.ts); brokers take none below 6 s unless told.
  'group.min.session.timeout.ms': 3000,
  'offsets.topic.replication.factor': 1,
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 4,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'share.coordinator.state.topic.num.partitions': 1,
  ...options.settings,
});

const java = (): string => (process.env['JAVA_HOME'] ? join(process.env['JAVA_HOME'], 'bin', 'java') : 'java');

const javaArgs = (jars: readonly string[], dataDir: string, heapMb = 512): readonly string[] => [
  `-Xmx${heapMb}m`,
  '-XX:TieredStopAtLevel=1',
  '-XX:+UseSerialGC',
  `-Dreprise.log=${join(dataDir, 'kafka.log')}`,
  `-Dlog4j2.configurationFile=${join(kafkaFiles, 'log4j2.properties')}`,
  '-cp',
  jars.join(delimiter),
];

/** KRaft wants its folder formatted, once; `meta.properties` is the last thing that formatting writes. */
const formatOnce = async (
  jars: readonly string[],
  dataDir: string,
  properties: string,
  { clusterId = newClusterId(), tls, signal }: Pick<KafkaOptions, 'clusterId' | 'tls' | 'signal'>,
): Promise<void> => {
  if (existsSync(join(dataDir, 'log', 'meta.properties'))) return;
  const users = Object.entries(tls?.scram?.passwords ?? {});
  const scram = users.flatMap(([name, password]) => [
    '--add-scram',
    `SCRAM-SHA-512=[name=${name},password=${password}]`,
  ]);
  const args = ['format', '--ignore-formatted', '-t', clusterId, '-c', properties, ...scram];
  const command = [...javaArgs(jars, dataDir), 'kafka.tools.StorageTool', ...args];
  await promisify(execFile)(java(), command, { ...(signal && { signal }) }).catch(
    (error: Error & { stderr?: string; stdout?: string }) => {
      throw new Failure(
        'log.unreachable',
        `Kafka refuses its data folder: ${(error.stderr || error.stdout || error.message).trim().split('\n')[0]}`,
        `look into ${join(dataDir, 'kafka.log')}`,
        { cause: error },
      );
    },
  );
};

interface Written {
  readonly file: string;
  /** How long it was when this start began. */
  readonly seenBytes: number;
}

const asItIs = (file: string): Written => ({ file, seenBytes: sizeOf(file) });

/** The exception that the broker logged in this start. */
const reasonIn = (files: readonly Written[]): string => {
  const texts = files.map(({ file, seenBytes }) => textSince(file, seenBytes));
  const reason = texts.flatMap((text) => /^\S*(?:Exception|Error)[^\n]*/m.exec(text) ?? [])[0];
  return (reason ?? 'it ended without a word').slice(0, 300);
};

const startTimeoutMs = 60_000;

/**
 * Starts one Kafka broker on loopback. A broker that a killed run left on this folder is stopped first.
 * Throws `busy` (port or folder in use), `not-found` (no Java, no Maven), `log.unreachable` (the broker does not come up).
 */
export const startKafka = async (options: KafkaOptions): Promise<RunningKafka> => {
  const dataDir = resolve(options.dataDir);
  const say = options.say ?? (() => {});
  const jars = await fetchKafka(say, options.signal);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const pidFile = join(dataDir, 'server.pid');
  if (await stopOrphan(pidFile, dataDir, 'SIGTERM')) say('stopped the Kafka that a killed run had left');
  for (const port of [options.port, options.controllerPort])
    if (!(await isPortFree(port))) throw new Failure('busy', `port ${port} is taken`, 'choose another port for Kafka');
  const properties = join(dataDir, 'server.properties');
  const settings = Object.entries(settingsOf({ ...options, dataDir }));
  writeFileSync(properties, settings.map(([key, value]) => `${key}=${value}\n`).join(''));
  await formatOnce(jars, dataDir, properties, options);
  options.signal?.throwIfAborted();
  const outputFile = join(dataDir, 'kafka.out');
  const logFile = join(dataDir, 'kafka.log');
  const written = [asItIs(logFile), asItIs(outputFile)];
  const server = launch({
    command: java(),
    args: [...javaArgs(jars, dataDir, options.heapMb), 'kafka.Kafka', properties],
    pidFile,
    outputFile,
    stopSignal: 'SIGTERM',
  });
  let gone = false;
  void server.exited.then(() => {
    gone = true;
  });
  for (const startedAtMs = Date.now(); !(await isPortOpen(options.port)); await sleep(50)) {
    if (!gone && !options.signal?.aborted && Date.now() - startedAtMs < startTimeoutMs) continue;
    await server.kill();
    const reason = gone ? reasonIn(written) : `no answer in ${startTimeoutMs / 1000} s`;
    throw new Failure('log.unreachable', `Kafka does not start: ${reason}`, `look into ${logFile}`);
  }
  return { ...server, brokers: `127.0.0.1:${options.port}` };
};
