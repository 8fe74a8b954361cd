import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { Failure, type Finess, Instant } from '#domain';
import { searchRule } from '#fhir';
import { KafkaClient, KafkaDirectoryLog, KafkaEstablishmentLog, LogBatchStrategy } from '#kafka';
import { FolderTrustedKeys } from '#keys';
import {
  doorsOf,
  followDirectory,
  type HealthCheck,
  kafkaWire,
  nestLogger,
  openTraces,
  postgresWires,
  type ProcessLog,
  type RunningApp,
  showPool,
} from '#platform';
import {
  assertSchema,
  openForCopy,
  openReplica,
  parkedCounts,
  poolState,
  PostgresGenerationBuilder,
  PostgresReplicaScrub,
  PostgresSearchIndex,
} from '#postgres';
import { BuildGeneration, type Directory, FollowRestores, ReindexOlder, ReplicateLog } from '#usecases';
import { Heartbeat } from './heartbeat.js';
import { Traced } from './log.controller.js';
import { MeasuredStore } from './measured-store.js';
import { ReindexLane } from './reindex-lane.js';
import type { ReplicatorConfiguration } from './replicator-configuration.js';
import { openDoor } from './replicator-door.js';
import { ReplicatorMetrics, showReplicator } from './replicator-metrics.js';
import { ReplicatorModule } from './replicator.module.js';
import { RestoreLanes } from './restore-lanes.js';
import { ScrubLane } from './scrub-lane.js';

const retryMs = 500;

/** All processes of a system may start at one time: a database that is not there yet, or not migrated yet, is waited for. */
const patiently = async <T>(log: ProcessLog, what: 'replica', work: () => Promise<T>): Promise<T> => {
  for (let attempt = 0; ; attempt += 1)
    try {
      return await work();
    } catch (error) {
      // Two that start at one time make the same tables: one finds that the other was through before it.
      if (!Failure.is(error, 'replica.unreachable') && !Failure.is(error, 'replica.taken-over')) throw error;
      if (attempt % 20 === 0) log.fault(`${what}.awaited`, error, { attempt });
      await pause(retryMs);
    }
};

const notYet: HealthCheck = async () => {
  throw new Failure('replica.unreachable', 'this replicator is starting: it waits for its database or for the log');
};

/** Follows the logs of the territory's establishments into one replica, and makes the generations that the directory asks for. */
export const bootReplicator = async (
  settings: Readonly<ReplicatorConfiguration>,
  log: ProcessLog,
): Promise<RunningApp> => {
  const { replica, territory, metricsPort, host = '127.0.0.1' } = settings;
  const checks = { replica: notYet, directory: notYet };
  const tls = metricsPort === undefined ? undefined : doorsOf({ ...settings, host }, log);
  const asked = { replica: () => checks.replica(), directory: () => checks.directory() };
  const door = metricsPort === undefined ? undefined : await openDoor({ port: metricsPort, host }, asked, { log, tls });
  const traces = await openTraces('replicator', settings, log);
  const wires = postgresWires(settings.postgresTlsDir, log);
  const address = wires.to(settings.postgresUrl, settings.postgresPasswordFile);
  const wire = kafkaWire(settings, log);
  const rows = await patiently(log, 'replica', () => openReplica(address));
  await patiently(log, 'replica', () => assertSchema(rows));
  const copies = await patiently(log, 'replica', () => openForCopy(address));
  // Of its own: what is read in the background takes no connection from what is written.
  const reading = await patiently(log, 'replica', () => openReplica(address, 1));
  const parked = (): ReturnType<typeof parkedCounts> => parkedCounts(rows);
  const numbers = new ReplicatorMetrics(replica, () => Instant.of(Date.now()), parked);
  showReplicator(numbers);
  for (const [pool, source] of Object.entries({ rows, copies, reading })) showPool(pool, () => poolState(source));
  const store = new MeasuredStore((ms) => numbers.written(ms), rows, copies, searchRule);
  const builder = new PostgresGenerationBuilder(rows, copies, searchRule);
  const client = new KafkaClient({ ...wire, clientId: `reprise.replicator.${replica}` });
  const logs = new KafkaEstablishmentLog(client);
  const directoryLog = new KafkaDirectoryLog(client);
  const replicate = new ReplicateLog(store, logs);
  const heartbeat = new Heartbeat(store, numbers, `${hostname()}:${process.pid}`, () => replicate.owned);
  heartbeat.start();

  const members = (directory: Directory): readonly Finess[] => directory.members(territory);
  // News may come before the rest of this function is through.
  const booted = Promise.withResolvers<void>();
  const onEntry = async (): Promise<void> => {
    await booted.promise;
    strategy.follow(members(followed.directory));
    lanes.wake();
  };
  const keys = new FolderTrustedKeys(settings.trustedKeysDir);
  const followed = await followDirectory(directoryLog, log, { keys, onEntry });
  const owns = (establishment: Finess): boolean => replicate.owns(establishment);
  const restores = new FollowRestores(store, builder, logs, replicate, () => members(followed.directory).filter(owns));
  const lanes = new RestoreLanes(restores, new BuildGeneration(logs, builder), followed.directory, owns, log);
  const reindex = new ReindexLane(new ReindexOlder(new PostgresSearchIndex(rows, searchRule), replicate), log);
  const scrub = new ScrubLane(new PostgresReplicaScrub(reading, searchRule), () => replicate.owned, log);
  const strategy = new LogBatchStrategy({
    client,
    replica,
    establishments: members(followed.directory),
    startAt: async (establishment) => {
      const position = await replicate.start(establishment);
      numbers.begun(establishment, position);
      lanes.wake();
      reindex.wake();
      return position;
    },
    onLost: (establishment) => {
      replicate.release(establishment);
      numbers.lost(establishment);
      lanes.wake();
    },
    onHalt: (establishment, _stream, cause) => {
      log.fault('establishment.halted', cause, { establishment, replica });
      heartbeat.halt(establishment, cause);
      // A bug is not survived: the process dies, and whoever restarts it begins where the database stands.
      if (!Failure.is(cause))
        setImmediate(() => {
          throw cause;
        });
    },
    onTakenOver: (establishment, _stream, cause) =>
      log.fault('establishment.taken-over', cause, { establishment, replica }),
    onLevel: (establishment, at) => {
      numbers.level(establishment, at);
      store.level(establishment, at).catch((error: unknown) => log.fault('level.untold', error, { establishment }));
    },
  });
  for (const establishment of members(followed.directory))
    await patiently(log, 'replica', () => replicate.prepare(establishment));
  const traced = new Traced(traces.tracing, replica);
  const app = await NestFactory.createMicroservice(ReplicatorModule.of(replicate, numbers, traced), {
    strategy,
    logger: nestLogger(log),
  });
  await app.listen();
  lanes.start();
  reindex.start();
  scrub.start();
  booted.resolve();
  checks.replica = parked;
  checks.directory = () => followed.check();
  return {
    ready: { replica, territory, count: members(followed.directory).length, ...(door && { port: door.port }) },
    close: async () => {
      await door?.close();
      tls?.close();
      await followed.close().catch(() => undefined);
      await Promise.all([lanes.close(), reindex.close(), scrub.close(), heartbeat.close(), app.close()]);
      await Promise.all([logs.close(), directoryLog.close(), rows.destroy(), copies.destroy(), reading.destroy()]);
      await traces.close();
      wires.close();
      wire.close();
    },
  };
};
