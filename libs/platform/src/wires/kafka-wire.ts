import type { ConnectionOptions } from 'node:tls';
import { ConfigurationFault } from '../configuration/load-configuration.js';
import type { ProcessLog } from '../logging/process-log.js';
import { TlsFolder } from '../tls/tls-folder.js';
import { clientOptions } from '../tls/tls-server.js';
import { isLoopback } from './loopback.js';
import { secretFile } from './secret-file.js';

export interface KafkaSettings {
  readonly kafkaBrokers: readonly string[];
  readonly kafkaTlsDir?: string;
  readonly kafkaUser?: string;
  readonly kafkaPasswordFile?: string;
}

/** How Kafka is reached: the options of a Kafka client. Certificates and password are asked for with each connection. */
export interface KafkaWire {
  readonly brokers: readonly string[];
  readonly ssl?: () => ConnectionOptions;
  readonly sasl?: { readonly username: string; readonly password: () => string };
  /** What it speaks TLS with; none in the clear. */
  readonly folder?: TlsFolder;
  close(): void;
}

/**
 * TLS with a certificate of this client, or with its user and password (SCRAM-SHA-512); in the clear on loopback only.
 * Throws `ConfigurationFault`, and `input.invalid` for files.
 */
export const kafkaWire = (settings: KafkaSettings, log: ProcessLog): KafkaWire => {
  const { kafkaBrokers: brokers, kafkaTlsDir, kafkaUser, kafkaPasswordFile } = settings;
  const isHere = brokers.every((broker) => isLoopback(broker.slice(0, broker.lastIndexOf(':'))));
  if ((kafkaUser === undefined) !== (kafkaPasswordFile === undefined))
    throw new ConfigurationFault(['REPRISE_KAFKA_USER and REPRISE_KAFKA_PASSWORD_FILE come together']);
  if (kafkaTlsDir === undefined) {
    if (kafkaUser === undefined && isHere) return { brokers, close: () => {} };
    throw new ConfigurationFault([
      'REPRISE_KAFKA_TLS_DIR is missing: outside loopback, or with a password, nothing is spoken in the clear',
    ]);
  }
  const folder = new TlsFolder(kafkaTlsDir, 'kafka', kafkaUser === undefined ? 'identity' : 'authorities', log);
  return {
    brokers,
    folder,
    ssl: () => clientOptions(folder),
    ...(kafkaUser !== undefined &&
      kafkaPasswordFile !== undefined && { sasl: { username: kafkaUser, password: secretFile(kafkaPasswordFile) } }),
    close: () => folder.close(),
  };
};
