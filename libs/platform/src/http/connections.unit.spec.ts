import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Get, Module, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CallersFile } from '../callers/callers-file.js';
import { Callers } from '../callers/route-access.js';
import { HealthModule } from '../health/health.module.js';
import { ProcessLog } from '../logging/process-log.js';
import { type HttpLimits, httpLimits } from './connections.js';
import { httpApp } from './http-app.js';
import { listen } from './listen.js';

let release: (() => void) | undefined;
const large = 'x'.repeat(8_000_000);

@Controller('who')
@Callers('reader')
class WhoController {
  @Get()
  who(): string {
    return 'you';
  }
  @Get('large')
  large(): string {
    return large;
  }
  @Post('waits')
  async waits(): Promise<string> {
    await new Promise<void>((resolve) => (release = resolve));
    return 'at last';
  }
}

@Module({ imports: [HealthModule.forRoot({})], controllers: [WhoController] })
class WhoModule {}

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the connections of an HTTP app', () => {
  const folder = mkdtempSync(join(tmpdir(), 'connections-'));
  const log = new ProcessLog('test', { write: () => undefined });
  let callers: CallersFile;
  let app: NestFastifyApplication;
  let port = 0;
  const sockets: Socket[] = [];

  const open = async (limits: Partial<HttpLimits> = {}): Promise<void> => {
    release = undefined;
    app = await httpApp(WhoModule, { callers, log, limits: { ...httpLimits, ...limits } });
    await listen(app, 0, '127.0.0.1');
    ({ port } = app.getHttpServer().address() as { port: number });
  };
  beforeAll(() => {
    const path = join(folder, 'callers.json');
    const readers = ['good', 'greedy'].map((name) => ({ name, tokenSha256: sha(name), establishments: ['010000024'] }));
    writeFileSync(path, JSON.stringify({ readers }));
    callers = new CallersFile(path, log);
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await app.close();
  });
  afterAll(() => {
    callers.close();
    rmSync(folder, { recursive: true });
  });

  const knock = (bytes = ''): Socket => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('error', () => undefined);
    sockets.push(socket);
    return socket;
  };
  const head = (token: string, path = '/who', method = 'GET'): string =>
    `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 0\r\n\r\n`;
  /** Sends a request and gives what comes first, or '' where the connection is closed instead. */
  const ask = async (socket: Socket, bytes: string): Promise<string> => {
    const answer = Promise.race([
      once(socket, 'data').then(([chunk]) => String(chunk as Buffer)),
      once(socket, 'close').then(() => ''),
    ]);
    socket.write(bytes);
    return answer;
  };
  const good = async (): Promise<string> => (await ask(knock(), head('good'))).split('\r\n', 1)[0] ?? '';
  const count = (): Promise<number> =>
    new Promise((resolve) => app.getHttpServer().getConnections((_error, connections) => resolve(connections)));
  const ok = 'HTTP/1.1 200 OK';

  it.each<[string, (socket: Socket) => void]>([
    ['say nothing', () => undefined],
    ['send a byte now and then', (socket) => socket.write('GET /who HT')],
    ['sent one valid request of nobody and stay', (socket) => socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['sent one request of a known caller and stay', (socket) => socket.write(head('greedy'))],
  ])('let a well-behaved client in among 3 000 that %s', async (_what, begin) => {
    await open();
    const kept = knock();
    expect(await ask(kept, head('good'))).toContain(ok);
    for (let one = 0; one < 3_000; one++) {
      const socket = knock();
      socket.once('connect', () => begin(socket));
      // Within a small backlog, or the test would be one of the system’s handshakes.
      if (one % 200 === 199) await once(socket, 'connect');
    }
    expect([await good(), await good()]).toEqual([ok, ok]);
    await expect.poll(count, { timeout: 5_000 }).toBeLessThanOrEqual(httpLimits.connectionsMax);
    expect(await ask(kept, head('good'))).toContain(ok);
  });

  it('keep those of known callers that are being answered, whoever comes', async () => {
    await open({ connectionsMax: 20, strangersPerAddressMax: 10 });
    const waiting = knock();
    const answered = ask(waiting, head('good', '/who/waits', 'POST'));
    await expect.poll(() => release).toBeDefined();
    for (let one = 0; one < 100; one++) knock();
    await expect.poll(count).toBeLessThanOrEqual(11);
    release?.();
    expect(await answered).toContain('201 Created');
  });

  it('are bounded per address and per caller, the quietest gives way', async () => {
    await open({ strangersPerAddressMax: 5, connectionsPerCallerMax: 3 });
    const first = knock();
    const gone = once(first, 'close');
    for (let one = 0; one < 5; one++) knock();
    await gone;
    await expect.poll(count).toBe(5);
    const [oldest, ...others] = [knock(), knock(), knock(), knock()] as const;
    expect(await ask(oldest, head('greedy'))).toContain(ok);
    const closed = once(oldest, 'close');
    for (const socket of others) expect(await ask(socket, head('greedy'))).toContain(ok);
    await closed;
    expect(await good()).toBe(ok);
  });

  it('are closed where nobody takes the answer', async () => {
    await open({ unreadAnswerMsMax: 200 });
    const deaf = knock(head('good', '/who/large'));
    deaf.pause();
    await expect.poll(() => deaf.bytesWritten).toBeGreaterThan(0);
    await expect.poll(count, { timeout: 5_000 }).toBe(1);
    await expect.poll(count, { timeout: 5_000 }).toBe(0);
  });

  it('end with the answer that they wait for, where the app is closing', async () => {
    await open();
    const kept = knock();
    const answered = ask(kept, head('good', '/who/waits', 'POST'));
    await expect.poll(() => release).toBeDefined();
    const closing = app.close();
    await expect.poll(() => (app.getHttpServer() as Server).listening).toBe(false);
    release?.();
    expect(await answered).toContain('201 Created');
    // A connection that were kept would be waited for as long as it may idle, longer than this spec may take.
    await closing;
  });
});
