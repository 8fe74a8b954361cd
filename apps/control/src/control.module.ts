import { setTimeout as pause } from 'node:timers/promises';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Instant } from '#domain';
import type { KafkaAccess, LogTopics } from '#kafka';
import { HealthModule, type LogHeartbeat, ProcessLog, type TlsFolder } from '#platform';
import {
  acknowledgementOf,
  DirectoryDecisions,
  DirectoryProblems,
  DrainParked,
  DriftProblems,
  type EstablishmentLog,
  FindSpikes,
  FollowerProblems,
  KeyStore,
  ListMessages,
  LookForProblems,
  ParkedProblems,
  QuotaProblems,
  type RefusalJournal,
  type ReplicaStatus,
  ScrubProblems,
  ReportSenders,
  ReportStatus,
  ResolveCut,
  ShowMessage,
  SilentSenders,
  SpotSpikes,
  SummarizeMessages,
  VerifyCertificate,
  VerifyLog,
  VerifyReplicas,
  type RefusedSender,
  WatchSenders,
} from '#usecases';
import { Clock } from './clock.js';
import type { ControlConfiguration } from './control-configuration.js';
import { MessagesController } from './messages/messages.controller.js';
import { ParkedController } from './messages/parked.controller.js';
import { NewId } from './new-id.js';
import { ApiDocumentController } from './pages/api-document.js';
import { FrontPageController } from './pages/front-page.controller.js';
import { RestoreDesk } from './restores/restore-desk.js';
import { RestoresController } from './restores/restores.controller.js';
import { SendersController } from './senders/senders.controller.js';
import { AccessProblems } from './status/access-problems.js';
import { CertificateProblems } from './status/certificate-problems.js';
import { Doctor } from './status/doctor.js';
import { type Door, DoorProblems } from './status/door-problems.js';
import { GatewayQuotas } from './status/gateway-quotas.js';
import { StatusController } from './status/status.controller.js';
import { VerifyController } from './verify/verify.controller.js';

export interface ControlParts {
  readonly configuration: Pick<ControlConfiguration, 'keysDir' | 'readers' | 'gateways'>;
  readonly decisions: DirectoryDecisions;
  readonly desk: RestoreDesk;
  /** Of which the directory took no declaration when control started. */
  readonly refusedSenders?: readonly RefusedSender[];
  readonly heartbeat: LogHeartbeat;
  readonly establishmentLog: EstablishmentLog;
  readonly journal: RefusalJournal;
  readonly replicas: readonly ReplicaStatus[];
  readonly keys: KeyStore;
  readonly topics: LogTopics;
  /** Where Kafka speaks TLS: its rules. In the clear it has none, and is on this machine alone. */
  readonly access?: KafkaAccess;
  /** That this process speaks TLS with. */
  readonly certificates?: readonly TlsFolder[];
  readonly log: ProcessLog;
  readonly now: () => Instant;
  readonly newId: () => string;
}

const lookAgainMs = 250;

@Module({
  controllers: [
    StatusController,
    MessagesController,
    ParkedController,
    SendersController,
    RestoresController,
    VerifyController,
    ApiDocumentController,
    FrontPageController,
  ],
})
export class ControlModule {
  static of(parts: ControlParts): DynamicModule {
    const { configuration, decisions, desk, establishmentLog: log, journal, replicas, keys, topics, now } = parts;
    const doctor = {
      decisions,
      log,
      topics,
      replicas,
      now,
      readers: configuration.readers ?? {},
      folder: configuration.keysDir,
    };
    const watch = new WatchSenders(log, journal, replicas);
    const gateways = Object.entries(configuration.gateways ?? {}).map(([name, url]) => new GatewayQuotas(name, url));
    const doors = (['gateway', 'reader'] as const).flatMap((kind) =>
      Object.entries(configuration[`${kind}s`] ?? {}).map(([name, url]): Door => ({ kind, name, url })),
    );
    const { certificates = [] } = parts;
    const shown = doors
      .filter(({ url }) => url.startsWith('https:'))
      .map(({ kind, name, url }) => ({ who: `${kind} ${name}`, url }));
    const spikes = new FindSpikes(replicas);
    // In the order in which they are told.
    const sources = [
      new DoorProblems(doors),
      new FollowerProblems(replicas, log),
      new SpotSpikes(spikes),
      new ParkedProblems(replicas),
      new ScrubProblems(replicas),
      new DriftProblems(replicas),
      new DirectoryProblems(parts.refusedSenders),
      new SilentSenders(watch),
      ...(gateways.length > 0 ? [new QuotaProblems(gateways)] : []),
      ...(parts.access ? [new AccessProblems(parts.access)] : []),
      ...(certificates.length > 0 ? [new CertificateProblems(certificates, shown)] : []),
    ];
    const problems = new LookForProblems(sources, (context, error) =>
      parts.log.fault('problems.unseen', error, { context }),
    );
    const given = [
      [ProcessLog, parts.log],
      [DirectoryDecisions, decisions],
      [RestoreDesk, desk],
      [KeyStore, keys],
      [Clock, new Clock(now)],
      [NewId, new NewId(parts.newId)],
      [ReportStatus, new ReportStatus(replicas, log, watch)],
      [ReportSenders, new ReportSenders(watch)],
      [ResolveCut, new ResolveCut(log)],
      [ListMessages, new ListMessages(replicas, journal)],
      [SummarizeMessages, new SummarizeMessages(replicas, journal, spikes)],
      [ShowMessage, new ShowMessage(replicas, log, journal, acknowledgementOf)],
      [DrainParked, new DrainParked(replicas, log)],
      [VerifyCertificate, new VerifyCertificate(log, keys)],
      [VerifyLog, new VerifyLog(log, replicas)],
      [VerifyReplicas, new VerifyReplicas(replicas, () => pause(lookAgainMs))],
      [LookForProblems, problems],
      [Doctor, new Doctor({ ...doctor, problems })],
    ] as const;
    return {
      module: ControlModule,
      imports: [HealthModule.forRoot({ directory: () => decisions.check(), log: () => parts.heartbeat.check() })],
      providers: given.map(([provide, useValue]) => ({ provide, useValue })),
    };
  }
}
