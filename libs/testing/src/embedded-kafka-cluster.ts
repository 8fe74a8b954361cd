import { join } from 'node:path';
import { type KafkaOptions, newClusterId, type RunningKafka, startKafka } from './embedded-kafka.js';

export interface KafkaClusterOptions extends Pick<KafkaOptions, 'dataDir' | 'say'> {
  /** A broker each, that is a controller too. An odd number: most of them must live. */
  readonly nodes: readonly Pick<KafkaOptions, 'port' | 'controllerPort'>[];
}

export interface RunningKafkaCluster {
  /** `host:port,host:port,…` */
  readonly brokers: string;
  /** SIGKILL for the node with this id (1, 2, …), as a power cut would. */
  readonly kill: (id: number) => Promise<void>;
  /** Starts a node that was killed, on its data; resolves when it can be connected to. */
  readonly restart: (id: number) => Promise<void>;
  /** All of them at one time, by SIGKILL: the last ones would wait for a controller that is gone, and their data are thrown away. */
  readonly stop: () => Promise<void>;
}

/** Several share a machine with what is tried on them. */
const heapMb = 256;

/** Brokers on loopback that hold each topic together. Throws as `startKafka`; none is left running then. */
export const startKafkaCluster = async (options: KafkaClusterOptions): Promise<RunningKafkaCluster> => {
  const { nodes, dataDir, say } = options;
  const clusterId = newClusterId();
  const all = String(nodes.length);
  const most = String(Math.floor(nodes.length / 2) + 1);
  const settings = {
    'controller.quorum.voters': nodes.map(({ controllerPort }, i) => `${i + 1}@127.0.0.1:${controllerPort}`).join(','),
    'default.replication.factor': all,
    'min.insync.replicas': most,
    'offsets.topic.replication.factor': all,
    'transaction.state.log.replication.factor': all,
    'transaction.state.log.min.isr': most,
    'share.coordinator.state.topic.replication.factor': all,
    'share.coordinator.state.topic.min.isr': most,
  };
  const running = new Map<number, RunningKafka>();
  const start = async (id: number): Promise<void> => {
    const node = nodes[id - 1];
    if (!node) throw new RangeError(`no node ${id}`);
    const own = { ...node, clusterId, heapMb, dataDir: join(dataDir, `kafka-${id}`), ...(say && { say }) };
    running.set(id, await startKafka({ ...own, settings: { ...settings, 'node.id': String(id) } }));
  };
  const kill = async (id: number): Promise<void> => {
    await running.get(id)?.kill();
    running.delete(id);
  };
  const stop = async (): Promise<void> => {
    await Promise.all([...running.keys()].map(kill));
  };
  // None is ready before most of them are there.
  const started = await Promise.allSettled(nodes.map((_, i) => start(i + 1)));
  const failed = started.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') {
    await stop();
    throw failed.reason;
  }
  return { brokers: nodes.map(({ port }) => `127.0.0.1:${port}`).join(','), kill, restart: start, stop };
};
