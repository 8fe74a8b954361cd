import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, FOLD_VERSION } from '#domain';
import { trustAlso } from '#platform';
import { migrate } from '#postgres';
import { killLaunched, type RunningServer, startKafka, startPostgres } from '#testing';
import type { Credentials } from './credentials.js';
import {
  assertSpace,
  emptyFolder,
  folderOf,
  knownFolders,
  openFolder,
  otherFold,
  projectFolder,
  removeFolder,
} from './data-folder.js';
import { demoTerritory } from './demo-territory.js';
import type { Flags } from './flags.js';
import { type Holder, holderOf, type SystemHere, unlock } from './folder-lock.js';
import { launchApp, type Running } from './launch-app.js';
import { clearAfter, clearLeftBehind, type ServerName } from './left-behind.js';
import { grantAccess } from './grant-access.js';
import { type LocalFiles, localFiles, writeLocalFiles } from './local-files.js';
import { Member } from './member.js';
import { lastLines, saidFromNow } from './output-file.js';
import type { PortPlan } from './port-plan.js';
import { appProcesses, httpAt, type ReplicaPostgres, stopOrder } from './processes.js';
import { type ReadyFile, ReadyFileAt, readyFile, supervisorName } from './ready-file.js';
import { writePasswords } from './write-passwords.js';
import { assertPortsFree } from './taken-ports.js';

/** @limit Local system | how long the system may take to be ready | given up with the reason, exit 1 */
const readyMsMax = 90_000;
/** @limit Local system | how long a process may take to end | it is killed */
const stopMsMax = 9_000;

const serverLogs: Readonly<Record<ServerName, string>> = {
  kafka: 'kafka.log',
  'postgres-a': 'data/log',
  'postgres-b': 'data/log',
};

/** The whole system on one machine, under one supervisor: us. */
export class LocalSystem {
  private readonly members: Member[] = [];
  private readonly giveUp = new AbortController();
  private credentials: Credentials | undefined;
  private readyFileAt: ReadyFileAt | undefined;
  private isOpen = false;
  private isReady = false;

  constructor(
    private readonly flags: Flags,
    private readonly ports: PortPlan,
    readonly folder: string,
    private readonly say: (line: string) => void,
  ) {}

  /** Resolves when every process is ready. Throws a `Failure` with the remedy; what was started is then still to be stopped. */
  async start(): Promise<{ readonly ready: ReadyFile; readonly credentials: Credentials }> {
    const anew = this.flags.fresh || this.flags.ephemeral;
    const former = await this.open(anew);
    this.isOpen = true;
    await this.clear(former);
    await assertPortsFree(this.ports);
    // Not before the folder and the ports are ours: whoever has them may have been given the same name.
    if (this.flags.readyFile !== undefined) this.readyFileAt = ReadyFileAt.begin(resolve(this.flags.readyFile));
    if (anew) emptyFolder(this.folder);
    for (const words of [assertSpace(this.folder), otherFold(this.folder, FOLD_VERSION)]) if (words) this.say(words);
    this.credentials = await writeLocalFiles(this.folder, demoTerritory, this.ports);
    const files = localFiles(this.folder);
    if (this.flags.tls) trustAlso(readFileSync(files.certificates.authority, 'utf8'));
    const { a, b } = await this.startServers(files);
    const surroundings = {
      ports: this.ports,
      files,
      closed: this.flags.tls,
      territory: demoTerritory.territory.code,
      brokers: `127.0.0.1:${this.ports.kafka}`,
      postgres: { a, b },
      rate: this.flags.rate,
    };
    const apps = appProcesses(surroundings, !this.flags.quietFeed);
    await Promise.all(apps.map((app) => this.startMember(app.name, () => launchApp(this.folder, app))));
    this.isReady = true;
    this.writeReadyFile();
    return { ready: this.addresses(), credentials: this.credentials };
  }

  /** Takes the folder, and waits while another start removes what was left in it. */
  private async open(anew: boolean): Promise<Holder | undefined> {
    for (;;)
      try {
        return openFolder(this.folder, anew, this.here());
      } catch (error) {
        if (!Failure.is(error, 'busy') || !holderOf(this.folder)?.clearing) throw error;
        await sleep(100);
      }
  }

  private here(): SystemHere {
    const { readyFile } = this.flags;
    return {
      control: httpAt(this.ports.control, this.flags.tls),
      project: projectFolder,
      ...(readyFile !== undefined && { readyFile: resolve(readyFile) }),
    };
  }

  /** First of all: what was killed may be in the way of our ports, and says of itself that it is ready. */
  private async clear(former: Holder | undefined): Promise<void> {
    await clearAfter(this.folder, former, this.say);
    const kinds = [true, false].map((ephemeral) => folderOf({ ...this.flags, ephemeral }, process.env));
    const others = new Set([...knownFolders(), ...kinds]);
    others.delete(this.folder);
    await clearLeftBehind(others, this.here(), this.say);
  }

  private async startServers(files: LocalFiles): Promise<{ readonly a: ReplicaPostgres; readonly b: ReplicaPostgres }> {
    const { certificates } = files;
    const { tls } = this.flags;
    const known = new Map<string, ReplicaPostgres>();
    const postgres = (replica: 'a' | 'b', port: number): Promise<void> => {
      const name = `postgres-${replica}` as const;
      return this.startMember(name, async () => {
        const server = await startPostgres({
          port,
          dataDir: join(this.folder, name),
          say: this.say,
          signal: this.giveUp.signal,
          ...(tls && {
            tls: {
              authority: certificates.read('postgres').authority,
              server: certificates.read('postgres-server'),
              superuser: certificates.read('postgres'),
            },
          }),
        });
        const { certificate: cert, key, authority: ca } = certificates.read('reprise_owner');
        await migrate({ url: server.urls.owner, ...(tls && { ssl: () => ({ ca, cert, key }) }) });
        const passwordsDir = writePasswords(files.passwords, replica, server.passwords);
        known.set(replica, { passwordsDir, scopeKeyFile: server.scopeKeyFile });
        return this.asRunning(name, server);
      });
    };
    const { kafka: port, kafkaController: controllerPort } = this.ports;
    const options = {
      port,
      controllerPort,
      dataDir: join(this.folder, 'kafka'),
      say: this.say,
      ...(tls && {
        tls: {
          authority: certificates.read('reprise-broker').authority,
          server: certificates.read('reprise-broker'),
        },
      }),
    };
    await Promise.all([
      this.startMember('kafka', async () => {
        const server = await startKafka({ ...options, signal: this.giveUp.signal });
        if (tls) await grantAccess(server.brokers, certificates);
        return this.asRunning('kafka', server);
      }),
      postgres('a', this.ports.postgresA),
      postgres('b', this.ports.postgresB),
    ]);
    const [a, b] = [known.get('a'), known.get('b')];
    this.giveUp.signal.throwIfAborted();
    if (!a || !b) throw new Error('Postgres is ready and has no addresses');
    return { a, b };
  }

  private asRunning(name: ServerName, server: RunningServer): Running {
    const logFile = join(this.folder, name, serverLogs[name]);
    const said = saidFromNow(logFile);
    return { ...server, isReady: () => Promise.resolve(true), lastWords: () => lastLines(said()), logFile };
  }

  private async startMember(name: string, launch: () => Running | Promise<Running>): Promise<void> {
    this.giveUp.signal.throwIfAborted();
    const member = new Member(name, launch, { say: this.say, pidChanged: () => this.writeReadyFile() });
    this.members.push(member);
    await member.start(readyMsMax);
    this.giveUp.signal.throwIfAborted();
    this.say(`${name} is ready`);
  }

  private addresses(): ReadyFile {
    const running = this.members.filter(({ pid }) => pid > 0);
    return readyFile({
      ports: this.ports,
      closed: this.flags.tls,
      senders: this.credentials?.senders ?? [],
      credentials: localFiles(this.folder).credentials,
      directory: this.folder,
      processes: [...running, { name: supervisorName, pid: process.pid }],
    });
  }

  /** Again when a process ends and when it runs again: nobody is led to a pid that is another's by now. */
  private writeReadyFile(): void {
    if (this.isReady) this.readyFileAt?.write(this.addresses());
  }

  /** Something of it was started: what keeps the rest from coming up is no longer a matter of how we were called. */
  get hasBegun(): boolean {
    return this.members.length > 0;
  }

  /** In the order that loses nothing and complains of nothing; within 10 s, whoever does not listen. */
  async stop(): Promise<void> {
    this.isReady = false;
    this.readyFileAt?.remove();
    this.giveUp.abort();
    const endsAtMs = Date.now() + stopMsMax;
    for (const [index, names] of stopOrder.entries()) {
      const stagesLeft = stopOrder.length - index;
      const msMax = (endsAtMs - Date.now()) / stagesLeft;
      const members = this.members.filter(({ name }) => names.some((begin) => name.startsWith(begin)));
      await Promise.all(members.map((member) => member.stop(msMax)));
    }
    this.leave();
  }

  /** SIGKILL for all of them. */
  killAll(): void {
    this.readyFileAt?.remove();
    this.giveUp.abort();
    for (const member of this.members) member.kill();
    killLaunched();
  }

  private leave(): void {
    if (!this.isOpen) return;
    if (this.flags.ephemeral) removeFolder(this.folder);
    else unlock(this.folder);
  }
}
