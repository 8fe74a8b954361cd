import { GenericContainer, Wait } from 'testcontainers';
import { Failure } from '#domain';
import { kafkaVersion } from './fetch-kafka.js';
import type { StartedServers } from './servers-variable.js';
import { newScopeKey } from './scope-key-file.js';
import { freePorts } from './ports.js';
import { createDatabase, createRoles } from '#postgres';
import { newPasswords, superuserUrl } from './postgres-roles.js';

/** One Kafka and one Postgres from their images, by the settings of the embedded ones. Needs a container engine and the images. */
export const startTestServers = async (): Promise<StartedServers> => {
  const [kafkaPort = 0] = await freePorts(1);
  const passwords = newPasswords();
  const kafka = new GenericContainer(`apache/kafka:${kafkaVersion}`)
    .withExposedPorts({ container: 9092, host: kafkaPort })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${kafkaPort}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_LOG_MESSAGE_TIMESTAMP_TYPE: 'LogAppendTime',
      KAFKA_LOG_RETENTION_MS: '-1',
      KAFKA_MESSAGE_MAX_BYTES: String(26 * 1024 * 1024),
      KAFKA_REPLICA_FETCH_MAX_BYTES: String(26 * 1024 * 1024),
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '3000',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/));
  const postgres = new GenericContainer('postgres:18')
    .withExposedPorts(5432)
    .withEnvironment({ POSTGRES_PASSWORD: passwords.superuser, POSTGRES_INITDB_ARGS: '--data-checksums' })
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2));
  try {
    const [runningKafka, runningPostgres] = await Promise.all([kafka.start(), postgres.start()]);
    const port = runningPostgres.getMappedPort(5432);
    await createRoles(superuserUrl(port, passwords), passwords);
    const scopeKey = newScopeKey();
    await createDatabase(superuserUrl(port, passwords), 'reprise', scopeKey);
    return {
      kafka: { brokers: `127.0.0.1:${kafkaPort}` },
      postgres: { port, passwords, scopeKey },
      stop: async () => {
        await Promise.all([runningKafka.stop(), runningPostgres.stop()]);
      },
    };
  } catch (error) {
    throw new Failure(
      'not-found',
      `no test servers in containers: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
      `start a container engine with the images apache/kafka:${kafkaVersion} and postgres:18, or unset REPRISE_TEST_SERVERS`,
      { cause: error },
    );
  }
};
