import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { type Change, encodeEvent, Finess, Instant, type LogEvent, Position, RecordKey, type Timeline } from '#domain';
import { searchRule } from '#fhir';
import { ProcessLog, type RunningApp } from '#platform';
import {
  migrate,
  openForCopy,
  openReplica,
  PostgresGenerationBuilder,
  PostgresReplicaStore,
  PostgresSearchIndex,
  type SearchRule,
} from '#postgres';
import { freePorts, freshDatabase, type FreshDatabase, testPostgres } from '#testing';
import { BuildGeneration, ReindexOlder, ReplicateLog } from '#usecases';
import { anEvent } from '../../../libs/testing/src/builders/feed.js';
import { MemoryEstablishmentLog } from '../../../libs/testing/src/memory-establishment-log.js';
import { bootReader } from '../src/boot-reader.js';

// No test of its own (no project collects this name): what the specs of the reader stand on.

/** First stamp of the logs; the next ones are one second apart. */
export const start = 1_790_000_000_000;

/** A replica whose tables are filled by the real fold over real events, and a reader over it. */
export class AReader {
  readonly logs = new MemoryEstablishmentLog(() => Instant.of((this.stamp += 1000)));
  /** The clock of the reader; the logs' stamps are behind it. */
  now = start + 1_000_000;
  readonly lines: Record<string, unknown>[] = [];
  url = '';
  private stamp = start - 1000;
  private running: RunningApp | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), 'reprise-reader-'));

  private constructor(
    readonly database: FreshDatabase,
    readonly superuser: pg.Client,
    private readonly replica: DataSource,
    private readonly copies: DataSource,
    readonly store: PostgresReplicaStore,
    private readonly port: number,
  ) {}

  static async open(rule: SearchRule = searchRule): Promise<AReader> {
    const database = await freshDatabase();
    await migrate(database.urls.owner);
    const replica = await openReplica(database.urls.replicator);
    const copies = await openForCopy(database.urls.replicator);
    // In a database of its own, so that it can shut this one.
    const superuser = new pg.Client({ connectionString: testPostgres().superuserUrl });
    await superuser.connect();
    const [port = 0] = await freePorts(1);
    const store = new PostgresReplicaStore(replica, copies, rule);
    return new AReader(database, superuser, replica, copies, store, port);
  }

  /** Appends the events and applies them. */
  async feed(establishment: Finess, events: readonly LogEvent[]): Promise<void> {
    const replicate = new ReplicateLog(this.store, this.logs);
    const next = (await replicate.start(establishment)) + 1;
    for (const event of events) await this.logs.append(establishment, encodeEvent(event), {});
    const { logId, last } = await this.logs.range(establishment);
    for await (const entries of this.logs.read(establishment, Position.of(next), last))
      await replicate.apply({ establishment, logId, entries });
    await this.store.level(establishment, Instant.of(this.now));
  }

  /** What a replicator of the newest search rule does with rows of older ones; `pieces` of two versions each, or all. */
  async reindex(establishment: Finess, pieces = Infinity): Promise<void> {
    const replicate = new ReplicateLog(new PostgresReplicaStore(this.replica, this.copies, searchRule), this.logs);
    await replicate.start(establishment);
    const index = new PostgresSearchIndex(this.replica, searchRule, { rows: 2, bytes: 1 << 20 });
    const older = new ReindexOlder(index, replicate);
    for (let done = 0; done < pieces && (await older.some()); ) done += 1;
  }

  /** When the log took the event. */
  async stampOf(establishment: Finess, position: number): Promise<Instant> {
    for await (const [entry] of this.logs.read(establishment, Position.of(position), Position.of(position)))
      if (entry) return entry.appendedAt;
    throw new Error('no such entry');
  }

  /** Builds a generation on this timeline, and gives its number. */
  async build(establishment: Finess, timeline: Timeline, buildTo: number): Promise<number> {
    const builder = new PostgresGenerationBuilder(this.replica, this.copies, searchRule);
    const restoreId = `r${timeline.number}`;
    const target = { establishment, timeline, buildTo: Position.of(buildTo), events: buildTo + 1 };
    await new BuildGeneration(this.logs, builder).run(restoreId, target, new AbortController().signal);
    const generations = await this.store.generations(establishment);
    return generations.at(-1)?.generation ?? 0;
  }

  /** `readers`: what each name may see; the name is the token. */
  async serve(
    readers: Readonly<Record<string, readonly Finess[]>>,
    peers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const hash = (token: string): string => createHash('sha256').update(token).digest('hex');
    const callersFile = join(this.folder, 'callers.json');
    const callers = {
      readers: Object.entries(readers).map(([name, establishments]) => ({
        name,
        tokenSha256: hash(name),
        establishments,
      })),
      senders: [{ name: 'his', tokenSha256: hash('his'), finess: Object.values(readers)[0]?.[0] }],
      operators: [{ name: 'operator', tokenSha256: hash('operator') }],
    };
    const scopeKeyFile = join(this.folder, 'scope.key');
    writeFileSync(scopeKeyFile, Buffer.from(this.database.scopeKey).toString('hex'));
    writeFileSync(callersFile, JSON.stringify(callers));
    this.url = `http://127.0.0.1:${this.port}`;
    const lines = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.lines.push(JSON.parse(chunk.toString('utf8')) as Record<string, unknown>);
        done();
      },
    });
    this.running = await bootReader(
      {
        replica: 'a',
        territory: 'ght-test',
        postgresUrl: this.database.urls.reader,
        scopeKeyFile,
        callersFile,
        readers: { a: this.url, ...peers },
        host: '127.0.0.1',
        readerPort: this.port,
      },
      new ProcessLog('reader', lines),
      () => Instant.of(this.now),
    );
  }

  async get(path: string, token = '', init: RequestInit = {}): Promise<Answered> {
    const authorization = token === '' ? {} : { authorization: `Bearer ${token}` };
    const headers = { ...authorization, ...(init.headers as Record<string, string> | undefined) };
    const answer = await fetch(path.startsWith('http') ? path : this.url + path, { ...init, headers });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: text === '' ? {} : JSON.parse(text) };
  }

  async close(): Promise<void> {
    await this.running?.close();
    await this.replica.destroy();
    await this.copies.destroy();
    await this.superuser.end();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Bundle;
}

/** As much of a FHIR answer as the specs look at. */
export interface Bundle {
  readonly resourceType: string;
  readonly total?: number;
  readonly link: readonly { readonly relation: string; readonly url: string }[];
  readonly entry?: readonly {
    readonly fullUrl: string;
    readonly resource?: { readonly id: string; readonly meta: { readonly versionId: string } };
    readonly request?: { readonly method: string };
    readonly response?: { readonly etag: string };
  }[];
  readonly issue: readonly { readonly code: string; readonly diagnostics: string }[];
}

let numbers = 0;
export const anEstablishment = (): Finess => Finess.parse(String(980_000_000 + numbers++));

/** A put of JSON text, to the letter. */
export const putText = (key: string, text: string, patient?: string): LogEvent =>
  anEvent([
    {
      kind: 'put',
      record: RecordKey.parse(key),
      ...(patient !== undefined && { patient: RecordKey.parse(patient) }),
      content: Buffer.from(text),
    },
  ]);

export const patientText = (id: string, members: Record<string, unknown> = {}): string =>
  JSON.stringify({ resourceType: 'Patient', id, ...members });

export const putPatient = (id: string, members: Record<string, unknown> = {}): LogEvent =>
  putText(`Patient/${id}`, patientText(id, members), `Patient/${id}`);

export const changes = (...all: readonly Change[]): LogEvent => anEvent(all);

export const nextOf = (bundle: Bundle): string | undefined =>
  bundle.link.find(({ relation }) => relation === 'next')?.url;

export const idsOf = (bundle: Bundle): readonly string[] =>
  (bundle.entry ?? []).map(({ resource }) => resource?.id ?? '');
