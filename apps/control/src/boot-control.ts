import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Failure, Instant } from '#domain';
import { searchRule } from '#fhir';
import {
  KafkaAccess,
  KafkaClient,
  KafkaDirectoryLog,
  KafkaEstablishmentLog,
  KafkaRefusalJournal,
  LogTopics,
} from '#kafka';
import { FolderKeyStore, FolderTrustedKeys } from '#keys';
import {
  CallersFile,
  doorsOf,
  endProcess,
  httpApp,
  kafkaWire,
  listen,
  LogHeartbeat,
  metricsAt,
  openTraces,
  postgresWires,
  type ProcessLog,
  type RunningApp,
  tellRefusal,
  trustAsDoors,
} from '#platform';
import { PostgresReplicaStatus } from '#postgres';
import {
  declareSenders,
  declareTerritory,
  DirectoryDecisions,
  LookForProblems,
  parseTerritory,
  type Profile,
  type RefusedSender,
  ReportStatus,
  type TerritoryFile,
} from '#usecases';
import type { ControlConfiguration } from './control-configuration.js';
import { accessKeptMs } from './status/access-problems.js';
import { ControlModule } from './control.module.js';
import { everyFewSeconds } from './every-few-seconds.js';
import { tellNumbers, toldSettings } from './metrics/tell-numbers.js';
import { describeApi } from './pages/api-document.js';
import { RestoreDesk } from './restores/restore-desk.js';
import { readSenders } from './senders/read-senders.js';

const certifyEveryMs = 500;
const assertEveryMs = 5_000;
const tellEveryMs = 10_000;
const retryMs = 500;
/**
 * Bytes of a body that control takes: certificates of many establishments. 413 above.
 * @limit Control | bytes of a request body (a plan, certificates) | 413
 */
export const certificateBytesMax = 4 * 1024 * 1024;

const readTerritory = (path: string, code: string): TerritoryFile => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Failure('input.invalid', `the territory file ${path} cannot be read`, 'set REPRISE_TERRITORY_FILE', {
      cause,
    });
  }
  const file = parseTerritory(text);
  if (file.territory.code === code) return file;
  throw new Failure(
    'input.invalid',
    `the territory file declares "${file.territory.code}", and this is the control of "${code}"`,
    'set REPRISE_TERRITORY to the same code',
  );
};

/** All processes of a system may start at one time: the log is waited for. */
const whenReachable = async (log: ProcessLog, work: () => Promise<void>): Promise<void> => {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!Failure.is(error, 'log.unreachable')) throw error;
      if (attempt % 20 === 0) log.fault('log.awaited', error, { attempt });
      await pause(retryMs);
    }
  }
};

/** One after the other: a file that the directory does not take stops neither control nor the other senders. */
const declareEach = async (
  decisions: DirectoryDecisions,
  profiles: readonly Profile[],
  said: { readonly by: string; readonly at: Instant },
): Promise<readonly RefusedSender[]> => {
  const refused: RefusedSender[] = [];
  for (const profile of profiles)
    try {
      await decisions.decide(async (directory) => declareSenders(directory, [profile], said));
    } catch (why) {
      if (!Failure.is(why, 'refused-by-policy')) throw why;
      refused.push({ sender: profile.name, why });
    }
  return refused;
};

/** Declares the territory, makes its topics, and serves the operators. */
export const bootControl = async (
  configuration: Readonly<ControlConfiguration>,
  log: ProcessLog,
  now: () => Instant = () => Instant.of(Date.now()),
): Promise<RunningApp> => {
  const territory = readTerritory(configuration.territoryFile, configuration.territory);
  const profiles = readSenders(configuration.sendersDir, new Set(territory.establishments.map(({ finess }) => finess)));
  const keys = new FolderKeyStore(configuration.keysDir, new FolderTrustedKeys(configuration.trustedKeysDir));
  const callers = new CallersFile(configuration.callersFile, log);
  const doors = doorsOf(configuration, log);
  trustAsDoors(doors);
  const wire = kafkaWire(configuration, log);
  const wires = postgresWires(configuration.postgresTlsDir, log);
  const client = new KafkaClient({ ...wire, clientId: 'reprise.control' });
  const [establishmentLog, journal] = [new KafkaEstablishmentLog(client), new KafkaRefusalJournal(client)];
  const directoryLog = new KafkaDirectoryLog(client);
  const topics = new LogTopics(client, configuration.logReplication);
  const access = wire.folder && new KafkaAccess(client, Object.keys(configuration.replicas));
  const addresses = wires.toEach(configuration.replicas, configuration.replicasPasswordsDir);
  const replicas = Object.entries(addresses).map(
    ([name, address]) => new PostgresReplicaStatus(name, address, searchRule),
  );
  const decisions = new DirectoryDecisions(directoryLog, {
    keys,
    onRefused: (entry) => tellRefusal(log, entry),
    onStopped: endProcess,
  });
  const establishments = territory.establishments.map(({ finess }) => finess);
  const heartbeat = new LogHeartbeat();
  const assertLogs = toldSettings(() =>
    heartbeat.hear(() =>
      topics.assertSettings([...new Set([...establishments, ...decisions.directory.establishments.keys()])]),
    ),
  );

  await whenReachable(log, async () => {
    await topics.ensure(establishments);
    await assertLogs();
    await decisions.start();
  });
  const said = { by: 'control', at: now() };
  await decisions.decide(async (directory) => declareTerritory(directory, territory, said));
  const refusedSenders = await declareEach(decisions, profiles, said);
  for (const { sender, why } of refusedSenders) log.fault('sender.refused', why, { sender });
  log.info('senders.declared', { count: profiles.length - refusedSenders.length });

  const desk = new RestoreDesk({
    decisions,
    log: establishmentLog,
    replicas,
    keys,
    processLog: log,
    now,
    newId: randomUUID,
  });
  const parts = {
    configuration,
    decisions,
    desk,
    refusedSenders,
    heartbeat,
    establishmentLog,
    journal,
    replicas,
    keys,
    topics,
    ...(access && { access }),
    certificates: [doors, wire.folder, wires.folder].filter((folder) => folder !== undefined),
    log,
    now,
    newId: randomUUID,
  };
  const traces = await openTraces('control', configuration, log);
  const app = await httpApp(ControlModule.of(parts), {
    callers,
    log,
    tls: doors,
    ...metricsAt(configuration),
    traces,
    bodyBytesMax: certificateBytesMax,
  });
  describeApi(app);
  await listen(app, configuration.controlPort, configuration.host);

  const certifying = everyFewSeconds(certifyEveryMs, () => desk.certify(), log, 'certification.failed');
  const asserting = everyFewSeconds(assertEveryMs, assertLogs, log, 'settings.wrong');
  const guarding =
    access &&
    everyFewSeconds(
      accessKeptMs,
      async () => {
        const wrong = await access.wrong([...decisions.directory.establishments.keys()]);
        if (wrong.length > 0) throw new Failure('log.settings', wrong.join('; '), 'reprise doctor');
      },
      log,
      'access.wrong',
    );
  const numbers = { decisions, desk, problems: app.get(LookForProblems), status: app.get(ReportStatus), topics, now };
  const telling = everyFewSeconds(tellEveryMs, () => tellNumbers(numbers), log, 'numbers.untold');
  const address = app.getHttpServer().address();
  return {
    ready: { port: typeof address === 'object' && address ? address.port : configuration.controlPort },
    close: async () => {
      await Promise.all([certifying.stop(), asserting.stop(), guarding?.stop(), telling.stop()]);
      await app.close();
      await traces.close();
      callers.close();
      for (const folder of [doors, wire, wires]) folder?.close();
      await decisions.close().catch(() => undefined);
      await Promise.all([
        establishmentLog.close(),
        journal.close(),
        directoryLog.close(),
        ...replicas.map((replica) => replica.close()),
      ]);
    },
  };
};
