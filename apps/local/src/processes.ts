import { join } from 'node:path';
import { kafkaPrincipals } from '#kafka';
import { type PostgresRole, roleName } from '#postgres';
import type { Certified } from './certificates.js';
import type { LocalFiles } from './local-files.js';
import type { PortPlan } from './port-plan.js';

/** Of one replica: the files of the roles' passwords, and of the key by which the reader signs its scopes. */
export interface ReplicaPostgres {
  readonly passwordsDir: string;
  readonly scopeKeyFile: string;
}

/** What the apps are told; made when Kafka and Postgres are up. */
export interface Surroundings {
  readonly ports: PortPlan;
  readonly files: LocalFiles;
  readonly territory: string;
  readonly brokers: string;
  readonly postgres: { readonly a: ReplicaPostgres; readonly b: ReplicaPostgres };
  /** Every wire speaks TLS. */
  readonly closed: boolean;
  /** Messages a second. */
  readonly rate: number;
}

/** One process of the system: `dist/apps/<app>/src/main.js` under a name of its own. */
export interface AppProcess {
  readonly name: string;
  readonly app: string;
  /** Variables without their `REPRISE_`; libs/platform/README.md. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** Answers 200 when ready; without one, the line `{"name":"<app>.ready"}` in its log says so. */
  readonly readyUrl?: string;
}

export const host = '127.0.0.1';
export const httpAt = (port: number, closed: boolean): string => `${closed ? 'https' : 'http'}://${host}:${port}`;

const readersOf = ({ ports, closed }: Surroundings): string =>
  `a=${httpAt(ports.readerA, closed)},b=${httpAt(ports.readerB, closed)}`;

type Settings = AppProcess['settings'];

/** Where it keeps what it speaks TLS with, if it does. */
const folderOf = ({ files, closed }: Surroundings, setting: string, name: Certified): Settings =>
  closed ? { [setting]: files.certificates.of(name) } : {};

const doorsOf = ({ files, closed }: Surroundings): Settings => (closed ? { TLS_DIR: files.tls } : {});

const kafkaOf = (s: Surroundings, app: keyof typeof kafkaPrincipals): Settings => ({
  KAFKA_BROKERS: s.brokers,
  ...folderOf(s, 'KAFKA_TLS_DIR', kafkaPrincipals[app]),
});

export const postgresUrl = (ports: PortPlan, replica: 'a' | 'b', role: PostgresRole): string =>
  `postgres://${roleName(role)}@${host}:${replica === 'a' ? ports.postgresA : ports.postgresB}/reprise`;

const postgresOf = (s: Surroundings, replica: 'a' | 'b', role: 'replicator' | 'reader'): Settings => ({
  POSTGRES_URL: postgresUrl(s.ports, replica, role),
  POSTGRES_PASSWORD_FILE: join(s.postgres[replica].passwordsDir, role),
  ...folderOf(s, 'POSTGRES_TLS_DIR', `reprise_${role}`),
});

const replicaProcesses = (s: Surroundings, replica: 'a' | 'b'): readonly AppProcess[] => {
  const port = replica === 'a' ? s.ports.readerA : s.ports.readerB;
  return [
    {
      name: `replicator-${replica}`,
      app: 'replicator',
      settings: {
        ...kafkaOf(s, 'replicator'),
        TRUSTED_KEYS_DIR: s.files.trustedKeys,
        REPLICA: replica,
        TERRITORY: s.territory,
        ...postgresOf(s, replica, 'replicator'),
        // Whichever is free: `replicator.ready` in its log says which.
        METRICS_PORT: 0,
        ...doorsOf(s),
      },
    },
    {
      name: `reader-${replica}`,
      app: 'reader',
      readyUrl: `${httpAt(port, s.closed)}/readyz`,
      settings: {
        REPLICA: replica,
        TERRITORY: s.territory,
        ...postgresOf(s, replica, 'reader'),
        SCOPE_KEY_FILE: s.postgres[replica].scopeKeyFile,
        ...doorsOf(s),
        READER_PORT: port,
        READERS: readersOf(s),
        CALLERS_FILE: s.files.callers,
        HOST: host,
      },
    },
  ];
};

/** The whole list, in the order of starting. */
export const appProcesses = (s: Surroundings, withFeed: boolean): readonly AppProcess[] => [
  {
    name: 'control',
    app: 'control',
    readyUrl: `${httpAt(s.ports.control, s.closed)}/readyz`,
    settings: {
      ...kafkaOf(s, 'control'),
      LOG_REPLICATION: 1,
      CALLERS_FILE: s.files.callers,
      TERRITORY: s.territory,
      TERRITORY_FILE: s.files.territory,
      SENDERS_DIR: s.files.senders,
      REPLICAS: `a=${postgresUrl(s.ports, 'a', 'control')},b=${postgresUrl(s.ports, 'b', 'control')}`,
      REPLICAS_PASSWORDS_DIR: join(s.files.passwords, 'control'),
      ...folderOf(s, 'POSTGRES_TLS_DIR', 'reprise_control'),
      ...doorsOf(s),
      READERS: readersOf(s),
      GATEWAYS: `gateway=${httpAt(s.ports.gateway, s.closed)}`,
      KEYS_DIR: s.files.keys,
      TRUSTED_KEYS_DIR: s.files.trustedKeys,
      CONTROL_PORT: s.ports.control,
      HOST: host,
    },
  },
  ...replicaProcesses(s, 'a'),
  ...replicaProcesses(s, 'b'),
  {
    name: 'gateway',
    app: 'gateway',
    readyUrl: `${httpAt(s.ports.gateway, s.closed)}/readyz`,
    settings: {
      ...kafkaOf(s, 'gateway'),
      LOG_REPLICATION: 1,
      CALLERS_FILE: s.files.callers,
      SECRETS_FILE: s.files.secrets,
      ...(s.closed ? doorsOf(s) : { MLLPS_TLS_DIR: s.files.tls }),
      TRUSTED_KEYS_DIR: s.files.trustedKeys,
      GATEWAY_PORT: s.ports.gateway,
      MLLPS_PORT: s.ports.mllps,
      HOST: host,
    },
  },
  ...(withFeed
    ? [
        {
          name: 'simulator',
          app: 'simulator',
          settings: {
            CREDENTIALS_FILE: s.files.credentials,
            TERRITORY_FILE: s.files.territory,
            GATEWAY_URL: httpAt(s.ports.gateway, s.closed),
            RATE: s.rate,
            SEED: 1,
          },
        },
      ]
    : []),
];

/** Who stops after whom, by the beginnings of names: what feeds first, what others stand on last. */
export const stopOrder: readonly (readonly string[])[] = [
  ['simulator'],
  ['gateway'],
  ['control', 'reader', 'replicator'],
  ['postgres', 'kafka'],
];
