import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeEvent } from '#domain';
import { KafkaClient, KafkaDirectoryLog, KafkaEstablishmentLog } from '#kafka';
import { ProcessLog, type RunningApp } from '#platform';
import { migrate } from '#postgres';
import { type FreshDatabase, freshDatabase, testKafka } from '#testing';
import { newTestKeys } from '../libs/keys/test/new-test-keys.js';
import { anEvent, patientKey, put } from '../libs/testing/src/builders/feed.js';
import { declaredEstablishment } from '../libs/testing/src/builders/restores.js';
import { startTestGateway, type TestGateway, type TestSender } from '../apps/gateway/test/a-gateway.spec.js';
import { admission } from '../apps/gateway/test/messages.spec.js';
import { MllpClient } from '../apps/gateway/test/mllp-client.spec.js';
import { bootReplicator } from '../apps/replicator/src/boot-replicator.js';

interface OtlpSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}
interface Otlp {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[] }[];
}
type Line = Readonly<Record<string, unknown>>;

describe('the trace of a message', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-traces-'));
  const client = new KafkaClient({ brokers: [testKafka().brokers] });
  const directory = new KafkaDirectoryLog(client);
  const log = new KafkaEstablishmentLog(client);
  const received: string[] = [];
  const lines: Line[] = [];
  let collector: Server;
  let database: FreshDatabase;
  let gateway: TestGateway;
  let sender: TestSender;
  let replicator: RunningApp;

  beforeAll(async () => {
    collector = createServer((request, answer) => {
      request.setEncoding('utf8').on('data', (text: string) => received.push(text));
      request.on('end', () => answer.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const tracesUrl = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces`;
    database = await freshDatabase();
    await migrate(database.urls.owner);
    gateway = await startTestGateway(testKafka().brokers, { tracesUrl });
    [sender] = gateway.senders;
    const establishment = sender.finess;
    const territory = `ght-${establishment}`;
    const said = { v: 1, at: declaredEstablishment(establishment).at, by: 'test' } as const;
    await directory.append({ ...said, kind: 'territory-declared', code: territory, name: 'GHT (démo)' });
    const membership = { territory, establishment, role: 'support', from: '2016-07-01T00:00:00Z' } as const;
    await directory.append({ ...said, kind: 'membership-declared', membership });
    replicator = await bootReplicator(
      {
        kafkaBrokers: [testKafka().brokers],
        trustedKeysDir: newTestKeys(join(folder, 'keys')).trustedKeysDir,
        replica: 'a',
        territory,
        postgresUrl: database.urls.replicator,
        tracesUrl,
      },
      new ProcessLog('replicator', { write: (line: string) => lines.push(JSON.parse(line) as Line) }),
    );
  });
  afterAll(async () => {
    await Promise.all([gateway.stop(), replicator.close()]);
    await Promise.all([directory.close(), log.close()]);
    collector.close();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  const spans = (): readonly OtlpSpan[] =>
    received
      .join('')
      .split(/(?=\{"resourceSpans")/)
      .flatMap((text) => (JSON.parse(text) as Otlp).resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  const told = ({ attributes }: OtlpSpan, key: string): unknown =>
    Object.values(attributes.find((one) => one.key === key)?.value ?? {})[0];
  /** Of the position, once a replica has it: from the step where it came in to the one where it stands in a row. */
  const wayOf = async (position: number): Promise<readonly OtlpSpan[]> => {
    const committed = (): OtlpSpan | undefined =>
      (received.length > 0 ? spans() : []).find(
        (span) => span.name === 'replica.commit' && told(span, 'reprise.position') === position,
      );
    await expect.poll(() => committed()?.name, { timeout: 20_000 }).toBe('replica.commit');
    const traceId = committed()?.traceId;
    const way = (): readonly OtlpSpan[] => spans().filter((span) => span.traceId === traceId);
    await expect.poll(() => way().length, { timeout: 20_000 }).toBe(4);
    const [root, append] = [
      way().find(({ name }) => !/\./.test(name) || name === 'gateway.frame'),
      way().find(({ name }) => name === 'log.append'),
    ];
    const under = (name: string): string | undefined => way().find((span) => span.name === name)?.parentSpanId;
    expect([under('gateway.map'), under('log.append')]).toEqual([root?.spanId, root?.spanId]);
    expect(under('replica.commit')).toBe(append?.spanId);
    return way();
  };
  const linesOf = (correlationId: string | undefined): readonly Line[] =>
    [...gateway.logged.map((line) => JSON.parse(line) as Line), ...lines].filter(
      (line) => line['correlationId'] === correlationId,
    );

  it('goes from the MLLP frame to the committed row, and so do the lines of the logs', async () => {
    const mllp = await MllpClient.plain(sender.mllpPort);
    expect(await mllp.ask(admission('m-1', { patient: 'CANARI77' }))).toContain('MSA|AA');
    mllp.close();
    const way = await wayOf(0);
    const frame = way.find(({ name }) => name === 'gateway.frame');
    expect(frame?.parentSpanId ?? '').toBe('');
    expect(frame && ['sender', 'outcome'].map((name) => told(frame, `reprise.${name}`))).toEqual([
      sender.name,
      'durable',
    ]);
    const append = way.find(({ name }) => name === 'log.append');
    expect(append && told(append, 'reprise.label')).toBe('ADT^A01');
    expect(linesOf(frame?.traceId).map((line) => [line['app'], line['context'], line['position']])).toEqual([
      ['gateway', 'log.append', 0],
      ['gateway', 'gateway.frame', 0],
      ['replicator', 'replica.commit', 0],
    ]);
  });

  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const put1 = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${gateway.base}/establishments/${sender.finess}/fhir/Patient/p-CANARI77`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${sender.token}`, 'content-type': 'application/fhir+json', ...headers },
      body: JSON.stringify({ resourceType: 'Patient', id: 'p-CANARI77', name: [{ family: 'CANARI77' }] }),
    });

  it('goes on from the one that an HTTP request brings along', async () => {
    const answer = await put1({ traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
    expect(answer.status).toBe(200);
    const way = await wayOf(1);
    expect(way.map((span) => span.traceId)).toEqual(way.map(() => traceId));
    const request = way.find(({ parentSpanId }) => parentSpanId === '00f067aa0ba902b7');
    expect(request && [request.name, told(request, 'http.response.status_code')]).toEqual([
      'PUT /establishments/:finess/fhir/*',
      200,
    ]);
    expect(linesOf(traceId).map((line) => line['name'])).toContain('access');
  });

  it('begins anew where what came along is none, and is left out where the caller does not record', async () => {
    await put1({ traceparent: 'CANARI77' });
    const way = await wayOf(2);
    expect(way.some((span) => span.traceId === traceId)).toBe(false);
    const unrecorded = `0${traceId.slice(1)}`;
    await put1({ traceparent: `00-${unrecorded}-00f067aa0ba902b7-00` });
    await put1({});
    await wayOf(4);
    expect(spans().some((span) => span.traceId === unrecorded)).toBe(false);
  });

  it('is not needed: an entry without one, and one with anything in its place, take effect as any other', async () => {
    const value = (n: number): Buffer => encodeEvent(anEvent([put(patientKey(n))]));
    await log.append(sender.finess, value(1), {});
    await log.append(sender.finess, value(2), { traceparent: 'nothing' });
    await log.append(sender.finess, value(3), { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` });
    await put1({});
    await wayOf(8);
    const commits = spans().filter(({ name }) => name === 'replica.commit');
    expect(commits.map((span) => told(span, 'reprise.position'))).toEqual([0, 1, 2, 4, 8]);
  });

  it('tells nothing of what the messages held, nor of whom', () => {
    expect(received.join('')).not.toMatch(/CANARI77|p-CANARI|TESTIN/i);
    expect(received.join('')).toContain(sender.name);
  });
});
