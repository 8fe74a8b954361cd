import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Authority, freePorts } from '#testing';
import type { AppUnderTest, BenchSystem } from './bench-system.js';
import { writeSenders } from './callers.js';
import { type BenchSender, declareTerritory } from './declared-territory.js';

export interface GatewayUnderTest extends AppUnderTest {
  readonly url: string;
  /** Of the first sender. */
  readonly token: string;
  /** Where each sender has its plain MLLP listener. */
  portOf(sender: BenchSender): number;
}

/** The real gateway with these senders, declared. */
export const startGateway = async (system: BenchSystem, senders: readonly BenchSender[]): Promise<GatewayUnderTest> => {
  const { folder, kafka } = system;
  await declareTerritory(kafka.brokers, [...senders]);
  const [gatewayPort = 0, mllpsPort = 0, ...mllpPorts] = await freePorts(2 + senders.length);
  const authority = await Authority.make();
  const server = await authority.server('gateway');
  writeFileSync(join(folder, 'ca.crt'), authority.certificate);
  writeFileSync(join(folder, 'tls.crt'), server.certificate);
  writeFileSync(join(folder, 'tls.key'), server.key, { mode: 0o600 });
  const secretsFile = join(folder, 'secrets.json');
  const secrets = senders.map(({ finess }) => [finess, randomBytes(32).toString('hex')]);
  writeFileSync(secretsFile, JSON.stringify(Object.fromEntries(secrets)), { mode: 0o600 });
  const listening = senders.map((sender, at) => ({ ...sender, mllpPort: mllpPorts[at] ?? 0 }));
  const { path, token } = writeSenders(folder, listening);
  const gateway = await system.launch('gateway', {
    KAFKA_BROKERS: kafka.brokers,
    LOG_REPLICATION: '1',
    CALLERS_FILE: path,
    SECRETS_FILE: secretsFile,
    MLLPS_TLS_DIR: folder,
    TRUSTED_KEYS_DIR: system.trustedKeysDir,
    HOST: '127.0.0.1',
    GATEWAY_PORT: String(gatewayPort),
    MLLPS_PORT: String(mllpsPort),
  });
  const portOf = ({ name }: BenchSender): number => listening.find((one) => one.name === name)?.mllpPort ?? 0;
  return { ...gateway, url: `http://127.0.0.1:${gatewayPort}`, token, portOf };
};
