import { messageBytesMax } from '../../../libs/kafka/src/topics.js';
import { connectionsMaxByRole } from '../../../libs/postgres/src/provision/close-database.js';
import { readerConnections } from '../../../apps/reader/src/boot-reader.js';
import { type Manifest, nameOf, ofKind, workloadsOf } from './manifest.js';

/** Days before its end from which a certificate is told of (`warnDays` of libs/platform/src/tls). */
const warnHours = 30 * 24;
/** Connections of Postgres for those who administer it. */
const reservedConnections = 16;

const hours = (duration = ''): number => Number(/^(\d+)h$/.exec(duration)?.[1] ?? Number.NaN);

/** Renewed before anybody is told that it ends: an alarm then means that renewing does not work. */
const certificateFaults = (manifests: readonly Manifest[]): readonly string[] =>
  ofKind(manifests, 'Certificate').flatMap((certificate) => {
    const { duration, renewBefore } = certificate.spec;
    return hours(renewBefore) > warnHours && hours(duration) > hours(renewBefore)
      ? []
      : [`${nameOf(certificate)} is renewed too late`];
  });

/** The cluster agrees with what `LogTopics` makes topics with, and the apps with the number of brokers. */
const kafkaFaults = (manifests: readonly Manifest[]): readonly string[] => {
  const brokers = ofKind(manifests, 'KafkaNodePool')[0]?.spec.replicas ?? 0;
  const expected: Readonly<Record<string, unknown>> = {
    'auto.create.topics.enable': false,
    'delete.topic.enable': false,
    'default.replication.factor': brokers,
    'min.insync.replicas': brokers - 1,
    'unclean.leader.election.enable': false,
    'message.max.bytes': messageBytesMax,
    'replica.fetch.max.bytes': messageBytesMax,
  };
  const kafka = ofKind(manifests, 'Kafka')[0];
  const replications = workloadsOf(manifests).flatMap(({ manifest, template }) =>
    template.spec.containers.flatMap(({ env = [] }) =>
      env.flatMap(({ name, value }) =>
        name === 'REPRISE_LOG_REPLICATION' && value !== String(brokers)
          ? [`${nameOf(manifest)}: ${name} is ${value}`]
          : [],
      ),
    ),
  );
  return [
    ...Object.entries(expected).flatMap(([name, value]) =>
      kafka?.spec.kafka?.config[name] === value ? [] : [`Kafka: ${name} is not ${String(value)}`],
    ),
    ...replications,
  ];
};

/** Roles have the connections that the program watches over, the server has them all, and the readers come out with theirs. */
const postgresFaults = (manifests: readonly Manifest[]): readonly string[] => {
  const sum = Object.values(connectionsMaxByRole).reduce((all, connections) => all + connections, 0);
  const ofReader = readerConnections.keys + readerConnections.searches;
  return [
    ...ofKind(manifests, 'Cluster').flatMap((cluster) => {
      const { managed, postgresql } = cluster.spec;
      const limits = Object.fromEntries(
        (managed?.roles ?? []).map(({ name, connectionLimit }) => [name, connectionLimit]),
      );
      return [
        ...Object.entries(connectionsMaxByRole).flatMap(([role, connections]) =>
          limits[`reprise_${role}`] === connections
            ? []
            : [`${nameOf(cluster)}: reprise_${role} has not ${connections} connections`],
        ),
        ...(Number(postgresql?.parameters['max_connections']) >= sum + reservedConnections
          ? []
          : [`${nameOf(cluster)} has too few connections`]),
        ...(postgresql?.pg_hba.at(-1) === 'host all all all reject'
          ? []
          : [`${nameOf(cluster)} takes what is not said`]),
        ...(postgresql?.pg_hba.some((line) => line.startsWith('host ') && !line.endsWith(' reject'))
          ? [`${nameOf(cluster)} speaks in the clear`]
          : []),
      ];
    }),
    ...ofKind(manifests, 'HorizontalPodAutoscaler').flatMap((scaler) => {
      const { minReplicas = 0, maxReplicas = 0 } = scaler.spec;
      return minReplicas >= 2 && maxReplicas > minReplicas && maxReplicas * ofReader <= connectionsMaxByRole.reader
        ? []
        : [`${nameOf(scaler)}: ${maxReplicas} readers do not fit into ${connectionsMaxByRole.reader} connections`];
    }),
  ];
};

export const numberRules = (manifests: readonly Manifest[]): readonly string[] => [
  ...certificateFaults(manifests),
  ...kafkaFaults(manifests),
  ...postgresFaults(manifests),
];
