import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { encodeEvent, Finess, type LogEvent, Position } from '#domain';
import { searchRule } from '#fhir';
import { KafkaClient, KafkaDirectoryLog, KafkaEstablishmentLog, KafkaRefusalJournal } from '#kafka';
import { FolderTrustedKeys } from '#keys';
import { ProcessLog, type RunningApp } from '#platform';
import { migrate, openForCopy, openReplica, PostgresGenerationBuilder, PostgresReplicaStore } from '#postgres';
import { type FreshDatabase, freshDatabase, freshFiness, testKafka } from '#testing';
import { BuildGeneration, DirectoryDecisions, FollowRestores, ReplicateLog } from '#usecases';
import { newTestKeys } from '../../../libs/keys/test/new-test-keys.js';
import { bootControl } from '../src/boot-control.js';

/** One replica, driven by hand: everything that its replicator would do, once, when the test says so. */
class DrivenReplica {
  private constructor(
    readonly database: FreshDatabase,
    readonly store: PostgresReplicaStore,
    private readonly builder: PostgresGenerationBuilder,
    private readonly replicate: ReplicateLog,
    private readonly log: KafkaEstablishmentLog,
    private readonly establishment: Finess,
    private readonly end: () => Promise<void>,
  ) {}

  static async open(log: KafkaEstablishmentLog, establishment: Finess): Promise<DrivenReplica> {
    const database = await freshDatabase();
    await migrate(database.urls.owner);
    const [rows, copies] = [await openReplica(database.urls.replicator), await openForCopy(database.urls.replicator)];
    const store = new PostgresReplicaStore(rows, copies, searchRule);
    const builder = new PostgresGenerationBuilder(rows, copies, searchRule);
    const replicate = new ReplicateLog(store, log);
    await replicate.start(establishment);
    return new DrivenReplica(database, store, builder, replicate, log, establishment, async () => {
      await Promise.all([rows.destroy(), copies.destroy()]);
      await database.drop();
    });
  }

  async follow(): Promise<void> {
    const { logId, last } = await this.log.range(this.establishment);
    const following = (await this.store.generations(this.establishment)).filter(({ state }) => state === 'following');
    const from = Math.min(...following.map(({ progress }) => progress.position)) + 1;
    if (from > last) return;
    for await (const entries of this.log.read(this.establishment, Position.of(from), last))
      await this.replicate.apply({ establishment: this.establishment, logId, entries });
  }

  async restores({ directory }: DirectoryDecisions): Promise<void> {
    const restores = new FollowRestores(this.store, this.builder, this.log, this.replicate, () => [this.establishment]);
    const build = new BuildGeneration(this.log, this.builder);
    for (let next = await restores.nextBuild(directory); next; next = await restores.nextBuild(directory))
      await build.run(next.restore.restoreId, next.target, new AbortController().signal);
    await restores.switchTimelines(directory);
  }

  close(): Promise<void> {
    return this.end();
  }
}

/** A control over real Kafka and two real replicas. Close it. */
export class ATerritory {
  readonly finess = Finess.parse(freshFiness());
  readonly code = `ght-${this.finess}`;
  readonly sender = `his-${this.finess}`;
  private readonly folder = mkdtempSync(join(tmpdir(), 'reprise-control-'));
  private readonly client = new KafkaClient({ brokers: [testKafka().brokers] });
  readonly log = new KafkaEstablishmentLog(this.client);
  readonly journal = new KafkaRefusalJournal(this.client);
  private readonly directoryLog = new KafkaDirectoryLog(this.client);
  private readonly keys = newTestKeys(join(this.folder, 'keys'));
  readonly decisions = new DirectoryDecisions(this.directoryLog, {
    keys: new FolderTrustedKeys(this.keys.trustedKeysDir),
  });
  readonly lines: string[] = [];
  private running: RunningApp | undefined;
  replicas: readonly DrivenReplica[] = [];
  url = '';

  async open(): Promise<void> {
    const { finess, code, sender } = this;
    this.replicas = [await DrivenReplica.open(this.log, finess), await DrivenReplica.open(this.log, finess)];
    const sha256 = (token: string): string => createHash('sha256').update(token).digest('hex');
    this.write('callers.json', {
      operators: ['ana', 'bob'].map((name) => ({ name, tokenSha256: sha256(name) })),
      senders: [
        { name: sender, finess, tokenSha256: sha256('sender') },
        { name: `other-${finess}`, finess, tokenSha256: sha256('other') },
      ],
      readers: [{ name: 'viewer', establishments: [finess], tokenSha256: sha256('reader') }],
    });
    mkdirSync(join(this.folder, 'senders'));
    this.declare(sender, 'productionIdentities: warn\n');
    this.write('territory.json', {
      territory: { code, name: 'GHT (démo)' },
      establishments: [{ finess, name: 'CH (démo)', sites: [], timeZone: 'Europe/Paris' }],
      memberships: [{ territory: code, establishment: finess, role: 'support', from: '2016-07-01T00:00:00Z' }],
    });
    await this.boot();
    await this.decisions.start();
  }

  /** As after a restart: everything that only this process knew is gone. */
  async boot(): Promise<void> {
    await this.running?.close();
    this.running = undefined;
    const [a, b] = this.replicas;
    if (!a || !b) throw new Error('not open');
    this.running = await bootControl(
      {
        kafkaBrokers: [testKafka().brokers],
        logReplication: 1,
        callersFile: join(this.folder, 'callers.json'),
        territory: this.code,
        territoryFile: join(this.folder, 'territory.json'),
        sendersDir: join(this.folder, 'senders'),
        replicas: { a: a.database.urls.control, b: b.database.urls.control },
        ...this.keys,
        host: '127.0.0.1',
        controlPort: 0,
      },
      new ProcessLog('control', { write: (line: string) => this.lines.push(line) }),
    );
    this.url = `http://127.0.0.1:${this.running.ready?.port}`;
  }

  async append(events: readonly LogEvent[]): Promise<void> {
    for (const event of events) await this.log.append(this.finess, encodeEvent({ ...event, sender: this.sender }), {});
    for (const replica of this.replicas) await replica.follow();
  }

  /** Whatever somebody with Kafka's address can write. */
  async writeStraight(topic: string, value: string): Promise<void> {
    const { kafka, cut } = this.client.open();
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: [{ value }] });
    await producer.disconnect();
    cut();
  }

  /** Both replicas do what the directory says by now. */
  async settle(): Promise<void> {
    await pause(700);
    for (const replica of this.replicas) await replica.restores(this.decisions);
    for (const replica of this.replicas) await replica.follow();
    await pause(1200);
  }

  async ask(
    who: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
    const answer = await fetch(`${this.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        Authorization: `Bearer ${who}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  async close(): Promise<void> {
    await this.running?.close();
    await this.decisions.close();
    await Promise.all([this.log.close(), this.journal.close(), this.directoryLog.close()]);
    await Promise.all(this.replicas.map((replica) => replica.close()));
    rmSync(this.folder, { recursive: true });
  }

  /** The file of a sender's profile, for the next boot. */
  declare(sender: string, more = ''): void {
    writeFileSync(join(this.folder, 'senders', `${sender}.yaml`), `name: ${sender}\nfiness: ${this.finess}\n${more}`);
  }

  private write(name: string, content: unknown): void {
    writeFileSync(join(this.folder, name), JSON.stringify(content));
  }
}
