import type { RoleUrls } from '#testing';
import type { LocalFiles } from './local-files.js';
import type { PortPlan } from './port-plan.js';

/** Who logs in where, and the file of the key by which the reader signs its scopes. */
export interface ReplicaPostgres extends RoleUrls {
  readonly scopeKeyFile: string;
}

/** What the apps are told; made when Kafka and Postgres are up. */
export interface Surroundings {
  readonly ports: PortPlan;
  readonly files: LocalFiles;
  readonly territory: string;
  readonly brokers: string;
  readonly postgres: { readonly a: ReplicaPostgres; readonly b: ReplicaPostgres };
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
export const httpAt = (port: number): string => `http://${host}:${port}`;

const readersOf = (ports: PortPlan): string => `a=${httpAt(ports.readerA)},b=${httpAt(ports.readerB)}`;

const replicaProcesses = (s: Surroundings, replica: 'a' | 'b'): readonly AppProcess[] => {
  const port = replica === 'a' ? s.ports.readerA : s.ports.readerB;
  const urls = s.postgres[replica];
  return [
    {
      name: `replicator-${replica}`,
      app: 'replicator',
      settings: {
        KAFKA_BROKERS: s.brokers,
        TRUSTED_KEYS_DIR: s.files.trustedKeys,
        REPLICA: replica,
        TERRITORY: s.territory,
        POSTGRES_URL: urls.replicator,
      },
    },
    {
      name: `reader-${replica}`,
      app: 'reader',
      readyUrl: `${httpAt(port)}/readyz`,
      settings: {
        REPLICA: replica,
        TERRITORY: s.territory,
        POSTGRES_URL: urls.reader,
        SCOPE_KEY_FILE: urls.scopeKeyFile,
        READER_PORT: port,
        READERS: readersOf(s.ports),
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
    readyUrl: `${httpAt(s.ports.control)}/readyz`,
    settings: {
      KAFKA_BROKERS: s.brokers,
      LOG_REPLICATION: 1,
      CALLERS_FILE: s.files.callers,
      TERRITORY: s.territory,
      TERRITORY_FILE: s.files.territory,
      SENDERS_DIR: s.files.senders,
      REPLICAS: `a=${s.postgres.a.control},b=${s.postgres.b.control}`,
      READERS: readersOf(s.ports),
      GATEWAYS: `gateway=${httpAt(s.ports.gateway)}`,
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
    readyUrl: `${httpAt(s.ports.gateway)}/readyz`,
    settings: {
      KAFKA_BROKERS: s.brokers,
      LOG_REPLICATION: 1,
      CALLERS_FILE: s.files.callers,
      SECRETS_FILE: s.files.secrets,
      TLS_DIR: s.files.tls,
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
            GATEWAY_URL: httpAt(s.ports.gateway),
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
