import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Body, Controller, Get, Module, NotAcceptableException, Param, Post, Req } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Failure } from '#domain';
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CallersFile } from '../callers/callers-file.js';
import { Callers } from '../callers/route-access.js';
import { HealthModule } from '../health/health.module.js';
import { metrics } from '../health/health.js';
import { ProcessLog } from '../logging/process-log.js';
import { accessOf } from './access-line.js';
import { httpApp } from './http-app.js';
import { askEveryRoute } from './open-routes.js';

let isKafkaThere = true;

@Controller('establishments/:finess/fhir')
@Callers('sender', 'reader')
class SampleController {
  @Get('Patient')
  search(@Req() request: FastifyRequest): string {
    accessOf(request).note({ interaction: 'search Patient', patient: 'Patient/p1', count: 3, ageSeconds: 2.5 });
    return 'DUPONT';
  }
  @Get(':type/:id')
  read(@Req() request: FastifyRequest, @Param('id') id: string): string {
    accessOf(request).note({ interaction: 'read', ageSeconds: 70 });
    if (id === 'old') throw new Failure('too-old', 'DUPONT is too old', 'wait');
    if (id === 'xml') throw new NotAcceptableException();
    if (id === 'bug') throw new Error('DUPONT');
    return 'DUPONT';
  }
  @Post('slow')
  async slow(): Promise<string> {
    await pause(5_000);
    return 'DUPONT';
  }
  @Post('Patient')
  @Callers('sender')
  write(@Body() body: Buffer): { bytes: number } {
    return { bytes: body.byteLength };
  }
}

@Module({
  imports: [
    HealthModule.forRoot({
      kafka: async () => {
        if (!isKafkaThere) throw new Failure('log.unreachable', 'away');
      },
    }),
  ],
  controllers: [SampleController],
})
class SampleModule {}

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const here = '/establishments/010000024/fhir';

describe('the line of an access', () => {
  const folder = mkdtempSync(join(tmpdir(), 'access-'));
  const written: Record<string, unknown>[] = [];
  const log = new ProcessLog('test', {
    write: (line) => void written.push(JSON.parse(line) as Record<string, unknown>),
  });
  const lines = (): Record<string, unknown>[] => written.filter(({ name }) => name === 'access');
  let callers: CallersFile;
  let app: NestFastifyApplication;
  let port = 0;

  beforeAll(async () => {
    const path = join(folder, 'callers.json');
    writeFileSync(
      path,
      JSON.stringify({
        senders: [{ name: 'his-a', finess: '010000024', tokenSha256: sha('sender') }],
        readers: [{ name: 'viewer', tokenSha256: sha('reader'), establishments: ['010000024'] }],
        operators: [{ name: 'alice', tokenSha256: sha('operator') }],
      }),
    );
    callers = new CallersFile(path, log);
    app = await httpApp(SampleModule, { callers, log, rawBodies: ['application/json'], bodyBytesMax: 1_000 });
    await app.listen(0, '127.0.0.1');
    ({ port } = app.getHttpServer().address() as { port: number });
  });
  afterAll(async () => {
    await app.close();
    callers.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    written.length = 0;
  });

  const ask = async (path: string, token?: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { ...(token !== undefined && bearer(token)), ...(init.headers as Record<string, string>) };
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers });
    await answer.arrayBuffer();
    return answer;
  };
  const oneLine = async (): Promise<Record<string, unknown>> => {
    await expect.poll(() => lines().length).toBeGreaterThan(0);
    // A second one would come with the end of the connection.
    await pause(30);
    expect(lines()).toHaveLength(1);
    return lines()[0] ?? {};
  };

  it('says who, from where, what, of whom, how old, and what came of it', async () => {
    await ask(`${here}/Patient?name=DUPONT`, 'reader');
    expect(await oneLine()).toEqual({
      level: 'info',
      time: expect.any(String),
      app: 'test',
      name: 'access',
      caller: 'viewer',
      callerKind: 'reader',
      address: '127.0.0.1',
      method: 'GET',
      route: '/establishments/:finess/fhir/Patient',
      establishment: '010000024',
      interaction: 'search Patient',
      patient: 'Patient/p1',
      count: 3,
      ageSeconds: 2.5,
      status: 200,
      ms: expect.any(Number),
      correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(JSON.stringify(written)).not.toContain('DUPONT');
  });

  it('counts it by route and class of its status: nothing that was sent stands in a number', async () => {
    await ask(`${here}/Patient?name=DUPONT`, 'reader');
    await ask('/DUPONT/1', 'reader');
    const text = await metrics.metrics();
    const counted = (method: string, at: string, status: string): string =>
      `http_server_request_duration_seconds_count{http_request_method="${method}",http_route="${at}",http_response_status_class="${status}"}`;
    expect(text).toContain(counted('GET', '/establishments/:finess/fhir/Patient', '2xx'));
    expect(text).toContain(counted('GET', '', '4xx'));
    expect(text).not.toContain('DUPONT');
  });

  const route = '/establishments/:finess/fhir/:type/:id';
  const json = { 'content-type': 'application/json' };
  it.each<[number, string, string | undefined, RequestInit, Record<string, unknown>]>([
    [200, `${here}/Patient/p1`, 'reader', {}, { caller: 'viewer', route, record: 'Patient/p1', ageSeconds: 70 }],
    [401, `${here}/Patient/p1`, undefined, {}, { route, establishment: '010000024', record: 'Patient/p1' }],
    [401, `${here}/Patient`, 'wrong', { method: 'POST', headers: json, body: '{}' }, { method: 'POST' }],
    [403, `${here}/Patient/p1`, 'operator', {}, { caller: 'alice', callerKind: 'operator', record: 'Patient/p1' }],
    [403, '/establishments/020000022/fhir/Patient/p1', 'reader', {}, { establishment: '020000022' }],
    [404, '/nowhere?name=DUPONT', 'reader', {}, { caller: 'viewer', method: 'GET' }],
    [404, '/nowhere', undefined, {}, { method: 'GET' }],
    [400, `${here}/Patient/%ff`, 'reader', {}, { caller: 'viewer', method: 'GET' }],
    [406, `${here}/Patient/xml`, 'reader', {}, { interaction: 'read' }],
    [413, `${here}/Patient`, 'sender', { method: 'POST', headers: json, body: 'x'.repeat(1_001) }, { caller: 'his-a' }],
    [415, `${here}/Patient`, 'sender', { method: 'POST', headers: { 'content-type': 'a/b' }, body: 'x' }, {}],
    [500, `${here}/Patient/bug`, 'reader', {}, { record: 'Patient/bug' }],
    [503, `${here}/Patient/old`, 'reader', {}, { record: 'Patient/old', ageSeconds: 70, interaction: 'read' }],
  ])('is one after a %i of %s', async (status, path, token, init, fields) => {
    const answer = await ask(path, token, init);
    const line = await oneLine();
    expect([answer.status, line]).toEqual([status, expect.objectContaining({ ...fields, status })]);
    expect(JSON.stringify(line)).not.toMatch(/DUPONT|"state"/);
    expect('caller' in line).toBe(token !== undefined && token !== 'wrong');
    const id = answer.headers.get('x-correlation-id');
    if (id !== null) expect(line['correlationId']).toBe(id);
  });

  /** Bytes by hand, until the other side closes. */
  const raw = async (bytes: string): Promise<void> => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    socket.resume().on('error', () => undefined);
    await once(socket, 'close');
  };
  const authorization = 'Authorization: Bearer sender';

  it.each([
    ['no request line', 400, 'DUPONT\r\n\r\n'],
    ['headers that are too long', 431, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['no host', 400, 'GET /livez HTTP/1.1\r\n\r\n'],
    ['an expectation', 417, 'GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: DUPONT\r\n\r\n'],
    [
      'a chunk that is none',
      400,
      `POST ${here}/Patient HTTP/1.1\r\nHost: x\r\n${authorization}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    ],
  ])('is one for %s: %i', async (_what, status, bytes) => {
    await raw(bytes);
    const line = await oneLine();
    expect(line).toMatchObject({ status, address: '127.0.0.1', correlationId: expect.any(String) });
    expect(JSON.stringify(line)).not.toContain('DUPONT');
  });

  it('is one for who hangs up before the answer, and for each request that waited behind it', async () => {
    const request = `POST ${here}/slow HTTP/1.1\r\nHost: x\r\n${authorization}\r\nContent-Length: 0\r\n\r\n`;
    const socket = connect(port, '127.0.0.1', () => socket.write(request + request));
    await pause(100);
    socket.destroy();
    await expect.poll(lines).toMatchObject([
      { status: 499, state: 'cut-off', caller: 'his-a' },
      { status: 499, state: 'cut-off' },
    ]);
  });

  it('is none for a connection on which nobody asks', async () => {
    const socket = connect(port, '127.0.0.1', () => socket.destroy());
    await once(socket, 'close');
    await pause(30);
    expect(lines()).toEqual([]);
  });

  it('is one when a probe begins to answer otherwise, not one a second', async () => {
    const look = async (): Promise<void> => {
      for (let times = 0; times < 5; times++) await ask('/readyz');
    };
    await look();
    isKafkaThere = false;
    await expect.poll(async () => (await ask('/readyz')).status, { timeout: 5_000, interval: 100 }).toBe(503);
    await look();
    isKafkaThere = true;
    await expect.poll(async () => (await ask('/readyz')).status, { timeout: 5_000, interval: 100 }).toBe(200);
    await look();
    expect(lines().map(({ route: asked, status }) => [asked, status])).toEqual([
      ['/readyz', 200],
      ['/readyz', 503],
      ['/readyz', 200],
    ]);
    await app.inject({ url: '/metrics', remoteAddress: '192.0.2.7' });
    await app.inject({ url: '/metrics', remoteAddress: '192.0.2.7' });
    expect(lines().slice(3)).toMatchObject([
      { status: 403, address: '192.0.2.7' },
      { status: 403, address: '192.0.2.7' },
    ]);
  });

  it('is one for every route and every caller', async () => {
    for (const headers of [{}, bearer('reader'), bearer('operator')]) {
      written.length = 0;
      const answers = await askEveryRoute(app, { headers, finess: '020000022' });
      const asked = answers.filter(({ path }) => !['/livez', '/readyz', '/metrics'].includes(path));
      expect(asked.length).toBeGreaterThan(4);
      const told = lines().filter(({ route: at }) => asked.some(({ path }) => path === at));
      expect(told.map(({ method, route: at, status }) => [method, at, status])).toEqual(
        asked.map(({ method, path, statusCode }) => [method, path, statusCode]),
      );
    }
  });
});
