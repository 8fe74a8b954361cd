import { randomUUID } from 'node:crypto';
import type { WorkerOptions } from 'node:worker_threads';
import { Failure, type Finess, Instant } from '#domain';
import { said } from '#fhir';
import { KafkaClient, KafkaDirectoryLog, KafkaEstablishmentLog, KafkaRefusalJournal, LogTopics } from '#kafka';
import { FolderTrustedKeys } from '#keys';
import {
  ByteBudget,
  CallersFile,
  doorsOf,
  followDirectory,
  httpApp,
  kafkaWire,
  listen,
  metricsAt,
  openTraces,
  type ProcessLog,
  type RunningApp,
  TlsFolder,
} from '#platform';
import { CaptureMessage, RefuseCutOff } from '#usecases';
import type { FastifyInstance } from 'fastify';
import { heldBytes, overQuota, showHeldBack } from './capture-metrics.js';
import { BudgetShare } from './budget-share.js';
import type { GatewayConfiguration } from './gateway-configuration.js';
import { GatewayModule } from './gateway.module.js';
import { LogGate } from './log-gate.js';
import { AnswerFrame } from './mllp/answer-frame.js';
import { LineFaults } from './mllp/line-faults.js';
import { MllpServer, type MllpServerOptions } from './mllp/mllp-server.js';
import { untilTaken } from './until-taken.js';
import { Publishers } from './publishers.js';
import { readSecrets } from './read-secrets.js';
import { SenderQuota } from './sender-quota.js';
import { SenderShares } from './sender-shares.js';
import { ReadingThread } from './reading/reading-thread.js';
import { refuseByHead } from './refuse-by-head.js';
import { RefuseRequest } from './refuse-request.js';
import { refuseTooLarge } from './refuse-too-large.js';
import { Turns } from './turns.js';
import { unpackBodies } from './unpack-bodies.js';

const mebibyte = 1024 * 1024;
/**
 * Of all messages that are held and not answered yet, by all doors together.
 * @limit Gateway | bytes of messages that are held and not answered, by all doors | AR, 503
 */
const heldBytesMax = 256 * mebibyte;
/**
 * Of these, by the HTTP doors: what is left is MLLP's.
 * @limit Gateway | of these, by the HTTP doors | 503
 */
const httpHeldBytesMax = 160 * mebibyte;
/** @limit Gateway | bytes of one message: a frame, a body | AE, 413 */
const messageBytesMax = 20 * mebibyte;
/**
 * Within the 8 s that a process has to end.
 * @limit Gateway | how long messages under way are finished when the process ends | the connection ends; their sender sends them again
 */
const finishMsMax = 5_000;

export const mllpLimits: MllpServerOptions['limits'] = {
  frameBytesMax: messageBytesMax,
  /** @limit Gateway | how long a frame may be under way | the connection ends, what came is in the journal */
  frameMsMax: 60_000,
  /** @limit Gateway | how long an MLLP connection may say nothing | it is closed */
  idleMsMax: 1_800_000,
  /** @limit Gateway | how long an answer may wait to be read | the connection ends */
  answerMsMax: 30_000,
  /** @limit Gateway | bytes of frames of one connection that wait behind the one at work | the connection is not read on until it is done */
  waitingBytesMax: mebibyte,
  /** @limit Gateway | MLLP connections of one sender | its quietest gives way to a new one */
  connectionsPerSenderMax: 64,
  /** @limit Gateway | how long a connection that has sent is in use | after it, it may give way */
  quietMsMin: 60_000,
  /** @limit Gateway | MLLP connections in all | the next is closed */
  connectionsMax: 1_024,
  /** @limit Gateway | bytes held of one sender over MLLP | AR */
  heldBytesPerSenderMax: 96 * mebibyte,
};

export interface GatewayOptions {
  readonly limits?: MllpServerOptions['limits'];
  /** How Node is to run the reading thread, where it does not run what was built. */
  readonly runThread?: WorkerOptions;
}

/** Puts the gateway together and opens its doors, once it knows who is who and that its logs can be trusted. */
export const bootGateway = async (
  configuration: Readonly<GatewayConfiguration>,
  log: ProcessLog,
  { limits = mllpLimits, runThread }: GatewayOptions = {},
): Promise<RunningApp> => {
  const traces = await openTraces('gateway', configuration, log);
  const secrets = readSecrets(configuration.secretsFile);
  const doors = doorsOf(configuration, log);
  const ofMllp = configuration.mllpsTlsDir;
  const tls = ofMllp === undefined ? doors : new TlsFolder(ofMllp, 'mllp', 'identity', log);
  // The configuration has asked for one of the two.
  if (!tls) throw new Error('MLLP over TLS has no certificate');
  const wire = kafkaWire(configuration, log);
  const callers = new CallersFile(configuration.callersFile, log);
  const client = new KafkaClient({ ...wire, clientId: 'reprise.gateway' });
  const establishmentLog = new KafkaEstablishmentLog(client);
  const journal = new KafkaRefusalJournal(client);
  const directoryLog = new KafkaDirectoryLog(client);
  const topics = new LogTopics(client, configuration.logReplication);

  let gate: LogGate | undefined;
  const keys = new FolderTrustedKeys(configuration.trustedKeysDir);
  const followed = await followDirectory(directoryLog, log, { keys, onEntry: async () => void gate?.look() });
  const publishing = (): readonly Finess[] => {
    const known = new Set(callers.senders().map(({ finess }) => finess));
    return [...known].filter((establishment) => followed.directory.establishments.has(establishment));
  };
  const logGate = new LogGate(topics, publishing, log);
  gate = logGate;
  callers.onChange(() => void logGate.look());
  await logGate.look();

  const budget = new ByteBudget(heldBytesMax);
  const quota = new SenderQuota(configuration.senderMegabytesAnHour, Date.now, (sender, failure, isNews) => {
    overQuota.inc({ sender });
    if (isNews) log.fault('sender.over-quota', failure, { sender });
  });
  const closedFor = (establishment: Finess): Failure | undefined => logGate.closedFor(establishment);
  const publishers = new Publishers(followed.directory, secrets, closedFor, quota);
  await untilTaken(() => callers.senders(), publishers, log);
  const [turns, shares] = [new Turns(), new SenderShares()];
  const thread = new ReadingThread(secrets, runThread);
  const capture = new CaptureMessage(establishmentLog, journal, {
    now: () => Instant.of(Date.now()),
    newId: () => randomUUID(),
    tracing: traces.tracing,
    letOthers: () => (turns.isOver ? turns.pass() : undefined),
    readLarge: (publisher, message) => thread.read(publisher, message),
  });
  const httpBudget = new BudgetShare(budget, httpHeldBytesMax);
  const app = await httpApp(
    GatewayModule.of({
      publishers,
      capture,
      shares,
      checks: { log: () => logGate.check(), directory: () => followed.check() },
    }),
    {
      callers,
      log,
      tls: doors,
      certificates: 'asked',
      ...metricsAt(configuration),
      traces,
      rawBodies: ['*'],
      bodyBytesMax: messageBytesMax,
      budget: httpBudget,
      ignoreTrailingSlash: true,
      say: (sentence, { caller }) =>
        caller?.kind === 'sender' ? said(sentence, publishers.languageOf(caller)) : sentence,
    },
  );
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  // Who has sent all and closes its end is answered, as over MLLP: Node's HTTP server would hang up.
  Object.assign(app.getHttpServer(), { httpAllowHalfOpen: true });
  const refuse = new RefuseRequest(publishers, capture);
  refuseByHead(fastify, refuse, messageBytesMax);
  refuseTooLarge(fastify, refuse, messageBytesMax);
  unpackBodies(fastify, { refuse, budget: httpBudget, bodyBytesMax: messageBytesMax });
  const refuseCutOff = new RefuseCutOff(journal, () => Instant.of(Date.now()));
  const faults = new LineFaults(publishers, refuseCutOff, log);
  const answer = new AnswerFrame(publishers, capture, log, shares, faults, traces.tracing);
  const tlsAddress = { host: configuration.host, port: configuration.mllpsPort };
  const mllp = new MllpServer({
    callers,
    answer,
    budget,
    log,
    limits,
    tls,
    ownListenersToo: doors !== undefined,
    tlsAddress,
  });
  const gauge = setInterval(() => {
    heldBytes.set(budget.held);
    showHeldBack(quota.heldBack());
  }, 1_000);
  gauge.unref();

  await listen(app, configuration.gatewayPort, configuration.host);
  await mllp.listen();
  return {
    ready: { port: configuration.gatewayPort },
    close: async () => {
      clearInterval(gauge);
      await Promise.all([mllp.close(finishMsMax), app.close()]);
      await thread.close();
      logGate.close();
      callers.close();
      for (const folder of [doors, tls, wire]) folder?.close();
      await followed.close().catch(() => undefined);
      await Promise.all([establishmentLog.close(), journal.close(), directoryLog.close()]);
      await traces.close();
    },
  };
};
