import type { Finess } from '#domain';
import { directoryTopic, journalTopic, logTopic } from '../topics.js';

/** Kafka's own words. Whoever may read or write a topic may also ask what it is (`DESCRIBE`). */
export type Operation = 'READ' | 'WRITE' | 'CREATE' | 'DESCRIBE' | 'DESCRIBE_CONFIGS';

/** The processes that talk to Kafka, by the names under which it knows them. */
export const principals = {
  gateway: 'reprise-gateway',
  replicator: 'reprise-replicator',
  control: 'reprise-control',
} as const;
export type App = keyof typeof principals;

interface Access {
  readonly directory: readonly Operation[];
  /** Of each establishment. */
  readonly log: readonly Operation[];
  readonly journal: readonly Operation[];
  /** The consumer group of each replica. */
  readonly group: readonly Operation[];
  readonly cluster: readonly Operation[];
}

/**
 * Who may do what with the logs: the one table from which all rules of an installation are made. Nobody deletes or alters; the directory is
 * control's; a gateway reads a log to know what it has taken already; control reads everything, appends what gives a parked event up, and makes the topics.
 */
export const accessTable: Readonly<Record<App, Access>> = {
  gateway: {
    directory: ['READ', 'DESCRIBE_CONFIGS'],
    log: ['READ', 'WRITE', 'DESCRIBE_CONFIGS'],
    journal: ['WRITE', 'DESCRIBE_CONFIGS'],
    group: [],
    cluster: [],
  },
  replicator: { directory: ['READ'], log: ['READ'], journal: [], group: ['READ'], cluster: [] },
  control: {
    directory: ['READ', 'WRITE', 'CREATE', 'DESCRIBE_CONFIGS'],
    log: ['READ', 'WRITE', 'CREATE', 'DESCRIBE_CONFIGS'],
    journal: ['READ', 'CREATE', 'DESCRIBE_CONFIGS'],
    group: [],
    // To look at the rules and the settings of the brokers.
    cluster: ['DESCRIBE', 'DESCRIBE_CONFIGS'],
  },
};

/** One thing that one principal may do; always literal, from every host. */
export interface AccessRule {
  /** `reprise-gateway` */
  readonly principal: string;
  readonly resource: 'topic' | 'group' | 'cluster';
  readonly name: string;
  readonly operation: Operation;
}

/** What it is called in Kafka. */
export const clusterName = 'kafka-cluster';
export const groupOf = (replica: string): string => `reprise.replica.${replica}`;

const rulesOf = (app: App, establishments: readonly Finess[], replicas: readonly string[]): readonly AccessRule[] => {
  const principal = principals[app];
  const { directory, log, journal, group, cluster } = accessTable[app];
  const each = (
    resource: AccessRule['resource'],
    names: readonly string[],
    operations: readonly Operation[],
  ): readonly AccessRule[] =>
    names.flatMap((name) => operations.map((operation) => ({ principal, resource, name, operation })));
  return [
    ...each('topic', [directoryTopic], directory),
    ...each('topic', establishments.map(logTopic), log),
    ...each('topic', establishments.map(journalTopic), journal),
    ...each('group', replicas.map(groupOf), group),
    ...each('cluster', [clusterName], cluster),
  ];
};

/** All rules of an installation with these establishments and replicas. */
export const accessRules = (establishments: readonly Finess[], replicas: readonly string[]): readonly AccessRule[] =>
  (Object.keys(principals) as App[]).flatMap((app) => rulesOf(app, establishments, replicas));

/** `reprise-gateway may WRITE topic reprise.990000010.log` */
export const inWords = ({ principal, operation, resource, name }: AccessRule): string =>
  `${principal} may ${operation} ${resource} ${name}`;
