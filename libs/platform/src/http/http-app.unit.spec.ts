import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Body, Controller, Get, Module, Param, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Failure, failureCodes } from '#domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../callers/caller.js';
import { CallersFile } from '../callers/callers-file.js';
import { Callers, Public, TheCaller } from '../callers/route-access.js';
import { metrics, metricsText } from '../health/health.js';
import { HealthModule } from '../health/health.module.js';
import { ProcessLog } from '../logging/process-log.js';
import { httpAnswers } from './failure-table.js';
import { httpLimits } from './connections.js';
import { ByteBudget, httpApp } from './http-app.js';
import { askEveryRoute, openRoutes, routesOf } from './open-routes.js';

@Controller('establishments/:finess/fhir')
@Callers('sender', 'reader')
class SampleController {
  @Get('Patient/:id')
  read(@Param('id') id: string): { id: string } {
    return { id };
  }
  @Post('Patient')
  @Callers('sender')
  write(@Body() body: Buffer): { bytes: number } {
    return { bytes: body.byteLength };
  }
  @Get('fail/:code')
  fail(@Param('code') code: string): never {
    if (code === 'bug') throw new Error('DUPONT was born');
    throw new Failure(failureCodes.find((known) => known === code) ?? 'busy', 'a sentence', 'a hint');
  }
}

@Controller('who')
@Callers('sender', 'reader', 'operator')
class WhoController {
  @Get()
  who(@TheCaller() caller: Caller): Caller {
    return caller;
  }
  @Get('fail')
  fail(): never {
    throw new Failure('busy', 'a sentence', 'a hint');
  }
}

@Controller()
class ForgottenController {
  @Get('forgotten')
  forgotten(): string {
    return 'a secret';
  }
  @Get('fhir/metadata')
  @Public()
  metadata(): string {
    return 'known to all';
  }
}

let draining = false;
@Module({
  imports: [
    HealthModule.forRoot({
      kafka: async () => {
        if (draining) throw new Failure('log.settings', 'cleanup.policy is compact');
      },
    }),
  ],
  controllers: [SampleController, WhoController, ForgottenController],
})
class SampleModule {}

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const here = '/establishments/010000024/fhir';

describe('an HTTP app', () => {
  const folder = mkdtempSync(join(tmpdir(), 'http-app-'));
  const written: string[] = [];
  const log = new ProcessLog('test', { write: (line) => void written.push(line) });
  const budget = new ByteBudget(1_500);
  let callers: CallersFile;
  let app: NestFastifyApplication;
  beforeAll(async () => {
    const path = join(folder, 'callers.json');
    writeFileSync(
      path,
      JSON.stringify({
        senders: [{ name: 'his-a', finess: '010000024', tokenSha256: sha('sender') }],
        readers: [{ name: 'viewer', tokenSha256: sha('reader'), establishments: ['010000024', '020000022'] }],
        operators: [{ name: 'alice', tokenSha256: sha('operator') }],
      }),
    );
    callers = new CallersFile(path, log);
    const rawBodies = ['application/fhir+json', 'application/json'];
    app = await httpApp(SampleModule, { callers, log, rawBodies, bodyBytesMax: 1_000, budget });
    await app.listen(0, '127.0.0.1');
  });
  afterAll(async () => {
    await app.close();
    callers.close();
    rmSync(folder, { recursive: true });
  });

  it('answers strangers on these routes and no others', async () => {
    expect(routesOf(app).length).toBeGreaterThan(10);
    const open = ['/fhir/metadata', '/livez', '/metrics', '/readyz'];
    expect(await openRoutes(app)).toEqual([
      ...open.map((path) => `GET ${path}`),
      ...open.map((path) => `HEAD ${path}`),
    ]);
  });

  it('refuses a route that says nothing of its callers, to everyone', async () => {
    for (const token of ['sender', 'reader', 'operator']) {
      const { statusCode, body } = await app.inject({ url: '/forgotten', headers: bearer(token) });
      expect([statusCode, body.includes('secret')]).toEqual([403, false]);
    }
  });

  it.each([
    ['sender', `${here}/Patient/1`, 200],
    ['sender', '/establishments/020000022/fhir/Patient/1', 403],
    ['reader', '/establishments/020000022/fhir/Patient/1', 200],
    ['reader', '/establishments/030000020/fhir/Patient/1', 403],
    ['operator', `${here}/Patient/1`, 403],
    ['stranger', `${here}/Patient/1`, 401],
  ])('lets a %s in at %s: %i', async (token, url, status) => {
    expect((await app.inject({ url, headers: bearer(token) })).statusCode).toBe(status);
  });

  it('puts the caller on the request', async () => {
    const { body } = await app.inject({ url: '/who', headers: bearer('reader') });
    expect(JSON.parse(body)).toEqual({ kind: 'reader', name: 'viewer', establishments: ['010000024', '020000022'] });
  });

  const spellings = (path: string): string[] => [
    path,
    `${path}/`,
    `/${path}`,
    path.replace('/Patient', '//Patient'),
    `${path};x=1`,
    path.replace('/Patient', ';/Patient'),
    path.toUpperCase(),
    path.replace('Patient/', 'Patient%2f'),
    path.replace('Patient', '%50atient'),
    path.replace('/Patient', '/../fhir/Patient'),
    path.replace('/Patient', '/%2e%2e/fhir/Patient'),
    `${path}%09`,
    `${path}%00`,
    `${path}?finess=020000022`,
    `${path}#x`,
    path.replace('/Patient', '/metadata/../Patient'),
    `/livez/..${path}`,
    `/fhir/metadata;${path}`,
  ];
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'] as const;

  it('is passed by no spelling of an address, no method and no odd token', async () => {
    const tokens = [
      undefined,
      'Bearer',
      'Bearer ',
      'Bearer x',
      'Basic c2VuZGVyOg==',
      'bearer\tsender',
      'sender',
      'Bearer sender x',
    ];
    let asked = 0;
    for (const path of [`${here}/Patient/1`, `${here}/Patient`])
      for (const url of spellings(path))
        for (const method of methods)
          for (const authorization of tokens) {
            const headers = authorization === undefined ? {} : { authorization };
            const { statusCode, body } = await app.inject({ method, url, headers });
            expect(statusCode, `${method} ${url} ${authorization}`).toBeGreaterThanOrEqual(400);
            expect(statusCode, `${method} ${url} ${authorization}`).toBeLessThan(500);
            expect(body).not.toContain('known to all');
            asked += 1;
          }
    expect(asked).toBe(2 * 18 * 7 * 8);
  });

  it('sees the other establishment behind every spelling', async () => {
    for (const url of spellings('/establishments/020000022/fhir/Patient/1'))
      for (const method of ['GET', 'HEAD'] as const) {
        const { statusCode } = await app.inject({ method, url, headers: bearer('sender') });
        expect([403, 404, 400, 414], `${method} ${url}`).toContain(statusCode);
      }
  });

  it('takes bodies as bytes, to the cap and not beyond', async () => {
    const post = (bytes: number, type = 'application/fhir+json; charset=utf-8') =>
      app.inject({
        method: 'POST',
        url: `${here}/Patient`,
        headers: { ...bearer('sender'), 'content-type': type },
        payload: Buffer.alloc(bytes, 'x'),
      });
    expect((await post(1_000)).json()).toEqual({ bytes: 1_000 });
    const tooLarge = await post(1_001);
    expect([tooLarge.statusCode, tooLarge.json<{ issue: unknown[] }>().issue]).toEqual([
      413,
      [{ severity: 'error', code: 'too-long', diagnostics: 'the body is too large: split it' }],
    ]);
    expect((await post(10, 'application/xml')).statusCode).toBe(415);
    expect((await post(10, 'application/fhir+json\t')).statusCode).toBeLessThan(500);
  });

  it('refuses a stranger’s body unread', async () => {
    const { statusCode } = await app.inject({
      method: 'POST',
      url: '/nowhere',
      headers: { 'content-type': 'application/json' },
      payload: Buffer.alloc(5_000),
    });
    expect(statusCode).toBe(401);
  });

  it('takes no more bytes than the budget holds, and gives every byte back', async () => {
    const address = app.getHttpServer().address() as { port: number };
    const half = connect(address.port, '127.0.0.1');
    const head = `POST ${here}/Patient HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sender\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n`;
    half.write(head);
    await expect.poll(() => budget.held).toBe(900);
    const other = await app.inject({
      method: 'POST',
      url: `${here}/Patient`,
      headers: { ...bearer('sender'), 'content-type': 'application/json' },
      payload: Buffer.alloc(900),
    });
    expect([other.statusCode, other.headers['retry-after']]).toEqual([503, '2']);
    half.destroy();
    await expect.poll(() => budget.held).toBe(0);
  });

  it('answers every failure code with its status, as OperationOutcome under /fhir and as problem JSON elsewhere', async () => {
    for (const code of failureCodes) {
      const answer = await app.inject({ url: `${here}/fail/${code}`, headers: bearer('sender') });
      expect(answer.statusCode).toBe(httpAnswers[code].status);
      expect(answer.json()).toEqual({
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'error', code: httpAnswers[code].issue, diagnostics: 'a sentence: a hint' }],
      });
      expect(answer.headers['content-type']).toContain('application/fhir+json');
      expect(answer.headers['retry-after'] !== undefined).toBe([429, 503].includes(answer.statusCode));
    }
    const answer = await app.inject({ url: '/who/fail', headers: bearer('sender') });
    expect(answer.json()).toMatchObject({ title: 'a sentence', status: 409, code: 'busy', hint: 'a hint' });
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  /** Bytes by hand; gives what is answered before the connection ends. */
  const raw = (bytes: string): Promise<string> =>
    new Promise((resolve) => {
      const { port } = app.getHttpServer().address() as { port: number };
      let answer = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString('utf8')));
      socket.on('error', () => undefined).on('close', () => resolve(answer));
    });

  it.each([
    ['an address of 20 KB', `GET ${here}/Patient?name=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ['headers of 20 KB', `GET ${here}/Patient HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['a header without a name', `GET ${here}/Patient HTTP/1.1\r\nHost: x\r\n: x\r\n\r\n`, 400],
    ['a blank in the address', `GET ${here}/Pat ient HTTP/1.1\r\nHost: x\r\n\r\n`, 400],
    ['no Host', `GET ${here}/Patient HTTP/1.1\r\n\r\n`, 400],
    ['an unknown expectation', `GET ${here}/Patient HTTP/1.1\r\nHost: x\r\nExpect: more\r\n\r\n`, 417],
    ['two lengths', `POST ${here}/Patient HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx`, 400],
  ])('says what is wrong with %s, and what helps', async (_what, bytes, status) => {
    const answer = await raw(bytes);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*Content-Type: application/fhir\\+json`, 'i'));
    const { resourceType, issue } = JSON.parse(body) as { resourceType: string; issue: { diagnostics: string }[] };
    expect([resourceType, issue[0]?.diagnostics]).toEqual(['OperationOutcome', expect.stringMatching(/.+: .+/)]);
    const elsewhere = await raw(bytes.replace(here, '/who'));
    expect(JSON.parse(elsewhere.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      status,
      hint: expect.stringMatching(/./),
    });
  });

  const expecting = (path: string, token: string, headers = ''): string =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nExpect: 100-continue\r\n${headers}\r\n`;
  const json = 'Content-Type: application/json\r\n';

  it.each([
    ['a stranger', `${here}/Patient`, 'x', `${json}Content-Length: 2\r\n`, 401],
    ['a caller of another kind', `${here}/Patient`, 'operator', `${json}Content-Length: 2\r\n`, 403],
    [
      'a caller of another establishment',
      '/establishments/020000022/fhir/Patient',
      'sender',
      `${json}Content-Length: 2\r\n`,
      403,
    ],
    ['who asks at no route', '/nowhere', 'sender', `${json}Content-Length: 2\r\n`, 404],
    ['who sends another type', `${here}/Patient`, 'sender', 'Content-Type: text/xml\r\nContent-Length: 2\r\n', 415],
    ['who sends too much', `${here}/Patient`, 'sender', `${json}Content-Length: 1001\r\n`, 413],
  ])('tells %s so instead of 100, and ends the connection', async (_what, path, token, headers, status) => {
    const answer = await raw(expecting(path, token, headers));
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*connection: close`, 'i'));
    expect(answer).not.toContain('100 Continue');
  });

  it.each([
    ['of a known length', `${json}Content-Length: 2\r\n`, '{}'],
    ['in chunks', `${json}Transfer-Encoding: chunked\r\n`, '2\r\n{}\r\n0\r\n\r\n'],
  ])('says 100 once to a caller whose body %s it takes', async (_what, headers, body) => {
    const { port } = app.getHttpServer().address() as { port: number };
    const socket = connect(port, '127.0.0.1', () => socket.write(expecting(`${here}/Patient`, 'sender', headers)));
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('utf8')));
    await expect.poll(() => answer, { timeout: 30_000 }).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write(body);
    await expect.poll(() => answer, { timeout: 30_000 }).toContain('{"bytes":2}');
    expect(answer.split('\r\n\r\n')[1]).toMatch(/^HTTP\/1.1 201 [^]*connection: keep-alive/i);
    expect(answer.match(/100 Continue/g)).toHaveLength(1);
    socket.destroy();
  });

  it('holds no body of who may not call the route, and none that is announced as too large', async () => {
    const { port } = app.getHttpServer().address() as { port: number };
    const half = connect(port, '127.0.0.1', () =>
      half.write(expecting(`${here}/Patient`, 'sender', `${json}Content-Length: 1000\r\n`)),
    );
    await expect.poll(() => budget.held).toBe(1_000);
    for (const [token, bytes, status] of [
      ['operator', 900, 403],
      ['sender', 1_001, 413],
      ['sender', 900, 503],
    ] as const)
      expect(await raw(expecting(`${here}/Patient`, token, `${json}Content-Length: ${bytes}\r\n`))).toMatch(
        new RegExp(`^HTTP/1.1 ${status} `),
      );
    half.destroy();
    await expect.poll(() => budget.held).toBe(0);
  });

  it('takes an empty Content-Type for none, and says what helps where none is taken', async () => {
    for (const type of ['', ' ', '\t']) {
      const { statusCode, body } = await app.inject({
        method: 'POST',
        url: `${here}/Patient`,
        headers: { ...bearer('sender'), 'content-type': type },
        payload: Buffer.from('{}'),
      });
      expect([statusCode, body]).toEqual([
        415,
        expect.stringContaining('this content type is not taken here: send JSON'),
      ]);
    }
  });

  it('leaks nothing of an unknown error: a plain 500 with a correlation id that the log knows', async () => {
    const answer = await app.inject({ url: `${here}/fail/bug`, headers: bearer('sender') });
    const id = String(answer.headers['x-correlation-id']);
    expect([answer.statusCode, answer.body.includes('DUPONT'), answer.body.includes(id)]).toEqual([500, false, true]);
    const line = written.find((logged) => logged.includes(id)) ?? '';
    expect([line.includes('http.failed'), line.includes('DUPONT')]).toEqual([true, false]);
  });

  it('says who it is waiting for', async () => {
    expect((await app.inject('/readyz')).json()).toEqual({ status: 'ready', dependencies: { kafka: { ok: true } } });
    draining = true;
    await expect
      .poll(async () => (await app.inject('/readyz')).json<unknown>(), { timeout: 3_000, interval: 200 })
      .toEqual({
        status: 'not-ready',
        dependencies: { kafka: { ok: false, reason: 'log.settings: cleanup.policy is compact' } },
      });
    draining = false;
    expect((await app.inject('/livez')).statusCode).toBe(200);
    expect((await app.inject('/metrics')).body).toContain('reprise_process_cpu_seconds_total');
    expect((await app.inject({ url: '/metrics', remoteAddress: '192.0.2.7' })).statusCode).toBe(403);
  });

  it('gives its numbers to this machine only, and to no proxy on it', async () => {
    const get = (headers: Record<string, string>) => app.inject({ url: '/metrics', headers });
    expect((await get({ host: '127.0.0.1:8081' })).statusCode).toBe(200);
    for (const name of ['Forwarded', 'Via', 'X-Forwarded-For', 'X-Forwarded-Proto', 'X-Real-IP', 'CF-Connecting-IP'])
      expect([name, (await get({ [name]: 'x' })).statusCode]).toEqual([name, 403]);
    expect((await get({ host: 'reprise.example' })).statusCode).toBe(403);
  });

  it('makes its numbers at most once a second', async () => {
    const [first, second] = await Promise.all([metricsText(), metricsText()]);
    metrics.getSingleMetric('reprise_process_cpu_seconds_total')?.reset();
    expect([second, await metricsText()]).toEqual([first, first]);
  });

  it('gives its numbers on a port of their own where one is set, and nowhere else', async () => {
    const metricsAt = { port: 0, host: '127.0.0.1' };
    const opened: string[] = [];
    const other = await httpApp(SampleModule, {
      callers,
      log: new ProcessLog('test', { write: (line) => void opened.push(line) }),
      metricsAt,
    });
    await other.listen(0, '127.0.0.1');
    expect((await other.inject('/metrics')).statusCode).toBe(404);
    const line = opened.map((one) => JSON.parse(one) as { name: string; port?: number });
    const port = line.find(({ name }) => name === 'metrics.opened')?.port;
    const url = `http://127.0.0.1:${port}/metrics`;
    const answer = await fetch(url, { headers: { 'x-forwarded-for': '192.0.2.1' } });
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('reprise_process')]);
    for (const probe of ['livez', 'readyz']) {
      const [here, there] = [await other.inject(`/${probe}`), await fetch(url.replace('metrics', probe))];
      expect([there.status, await there.text()]).toEqual([here.statusCode, here.body]);
    }
    expect((await fetch(url.replace('metrics', 'who'), { headers: bearer('sender') })).status).toBe(404);
    await other.close();
    await expect(fetch(url)).rejects.toThrow();
  });

  it('lets nobody store or guess an answer, whatever it is', async () => {
    const asked = [
      ...(await askEveryRoute(app, { finess: '010000024' })),
      ...(await askEveryRoute(app, { finess: '010000024', headers: bearer('sender') })),
    ];
    expect(asked.map(({ statusCode }) => statusCode)).toEqual(expect.arrayContaining([200, 401, 403, 409, 500]));
    for (const { headers } of asked)
      expect([headers['cache-control'], headers['x-content-type-options']]).toEqual(['no-store', 'nosniff']);
    for (const bytes of [
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      'no request line\r\n\r\n',
      'GET /livez HTTP/1.1\r\n\r\n',
      'GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: x\r\n\r\n',
      'GET /%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      `POST ${here}/Patient HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sender\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    ])
      expect(await raw(bytes)).toMatch(/cache-control: no-store\r\nx-content-type-options: nosniff/i);
  });

  it('says the same where a request comes too slowly, and on the port of its numbers', async () => {
    const opened: string[] = [];
    const slow = await httpApp(SampleModule, {
      callers,
      log: new ProcessLog('test', { write: (line) => void opened.push(line) }),
      limits: { ...httpLimits, headersMsMax: 100, requestMsMax: 200 },
      metricsAt: { port: 0, host: '127.0.0.1' },
    });
    await slow.listen(0, '127.0.0.1');
    const { port } = slow.getHttpServer().address() as { port: number };
    const metricsPort = opened.map((line) => JSON.parse(line) as { port?: number }).find((line) => line.port)?.port;
    const untilClosed = (at: number, bytes: string): Promise<string> =>
      new Promise((resolve) => {
        let answer = '';
        const socket = connect(at, '127.0.0.1', () => socket.write(bytes));
        socket.on('data', (chunk: Buffer) => (answer += chunk.toString('utf8')));
        socket.on('error', () => undefined).on('close', () => resolve(answer));
      });
    const answers = await Promise.all([
      untilClosed(port, 'GET /livez HTT'),
      untilClosed(metricsPort ?? 0, 'GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
      untilClosed(metricsPort ?? 0, 'no request line\r\n\r\n'),
    ]);
    expect(answers.map((answer) => answer.slice(9, 12))).toEqual(['408', '200', '400']);
    for (const answer of answers) expect(answer).toMatch(/cache-control: no-store\r\nx-content-type-options: nosniff/i);
    await slow.close();
  }, 60_000);
});
