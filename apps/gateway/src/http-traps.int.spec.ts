import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { testKafka } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway, type TestSender } from '../test/a-gateway.spec.js';

const mebibyte = 1024 * 1024;

/** What JSON can do to a parser, a database or a reader (each in the place of a value of a Patient's extension). */
const traps: readonly (readonly [string, string])[] = [
  ['65 arrays within each other', `${'['.repeat(65)}${']'.repeat(65)}`],
  ['100 000 arrays within each other', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['a name twice', '{"a":1,"a":2}'],
  ['a name twice, once written with escapes', '{"ab":1,"\\u0061b":2}'],
  ['__proto__', '{"__proto__":{"polluted":true}}'],
  ['__proto__ written with escapes', '{"\\u005f_proto__":{"polluted":true}}'],
  ['constructor', '{"constructor":{"prototype":{"polluted":true}}}'],
  ['a NUL as an escape', '"\\u0000"'],
  ['a NUL as a byte', '"\0"'],
  ['half of a surrogate pair', '"\\ud800"'],
  ['a surrogate pair the wrong way round', '"\\udc00\\ud800"'],
  ['1e400', '1e400'],
  ['1e200000', '1e200000'],
  ['a number with a leading zero', '01'],
  ['a number with a plus', '+1'],
  ['NaN', 'NaN'],
  ['-Infinity', '-Infinity'],
  ['a number without digits behind the point', '1.'],
  ['hexadecimal', '0x1F'],
  ['a comment', '/* */ 1'],
  ['single quotes', "'x'"],
  ['a comma too many', '[1,]'],
  ['a tab within a string', '"\t"'],
  ['an escape that is none', '"\\x41"'],
];

describe('the HTTP doors on bad days', () => {
  let gateway: TestGateway;
  let sender: TestSender;
  beforeAll(async () => {
    gateway = await startTestGateway(testKafka().brokers);
    [sender] = gateway.senders;
  });
  afterAll(() => gateway.stop());

  const send = (path: string, type: string, body: string | Buffer, method?: 'POST'): Promise<Response> =>
    fetch(`${gateway.base}/establishments/${sender.finess}${path}`, {
      method: method ?? 'PUT',
      headers: { authorization: `Bearer ${sender.token}`, 'content-type': type },
      body: new Uint8Array(Buffer.from(body)),
    });
  const patientWith = (value: string): string =>
    `{"resourceType":"Patient","id":"trap","extension":[{"url":"urn:x","valueString":${value}}]}`;
  const eventWith = (value: string): string =>
    `{"specversion":"1.0","id":"t","source":"urn:x","type":"org.hl7.fhir.r4.put","subject":"Patient/trap","data":${patientWith(value)}}`;

  it.each(traps)('refuse %s, and say so in the journal', async (_what, value) => {
    const before = (await gateway.refusals(sender.finess)).length;
    const answers = [
      await send('/fhir/Patient/trap', 'application/fhir+json', patientWith(value)),
      await send('/events', 'application/cloudevents+json', eventWith(value), 'POST'),
      await send('/events', 'application/cloudevents-batch+json', `[${eventWith(value)}]`, 'POST'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([422, 422, 422]);
    for (const answer of answers) expect((await answer.text()).length).toBeLessThan(20_000);
    expect((await gateway.refusals(sender.finess)).length).toBe(before + 3);
    expect(await gateway.events(sender.finess)).toEqual([]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('refuse what is no UTF-8 and a byte-order mark', async () => {
    const latin = Buffer.from(patientWith('"é"'), 'latin1');
    expect((await send('/fhir/Patient/trap', 'application/fhir+json', latin)).status).toBe(422);
    expect((await send('/fhir/Patient/trap', 'application/fhir+json', `\u{feff}${patientWith('"x"')}`)).status).toBe(
      422,
    );
  });

  /** A request by hand; gives what is answered until the connection ends, or `msMax` are over. */
  const raw = async (parts: AsyncIterable<string | Buffer>, msMax: number, endHalf = false): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(gateway.base).port), allowHalfOpen: true });
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const ended = new Promise<void>((resolve) => socket.once('end', () => resolve()));
    for await (const part of parts) if (!socket.destroyed) socket.write(part);
    if (endHalf) socket.end();
    await Promise.race([closed, ended, pause(msMax)]);
    socket.destroy();
    return answer;
  };
  const head = (length: string): string =>
    `PUT /establishments/${sender.finess}/fhir/Patient/big HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${sender.token}\r\nContent-Type: application/fhir+json\r\nX-Request-Id: big-1\r\n${length}\r\n\r\n`;
  const start = '{"resourceType":"Patient","id":"big","text":{"status":"generated","div":"';

  it('refuse a body whose announced length is too large, with its beginning in the journal, without reading it', async () => {
    const sent = async function* (): AsyncGenerator<string> {
      yield head(`Content-Length: ${21 * mebibyte}`) + start + 'x'.repeat(10_000);
    };
    const answer = await raw(sent(), 10_000);
    expect(answer).toMatch(/^HTTP\/1.1 413 [^]*OperationOutcome/);
    const [newest] = await gateway.refusals(sender.finess);
    expect(newest?.refusal).toMatchObject({ acknowledgement: '413', controlId: 'big-1', sender: sender.name });
    expect(newest?.refusal.reasons[0]?.code).toBe('input.too-large');
    const received = Buffer.from(newest?.refusal.received ?? []).toString();
    expect([received.length, received.startsWith(start)]).toEqual([4096, true]);
  });

  it('refuse a body without a length once it has become too large', async () => {
    const chunk = Buffer.from(`${mebibyte.toString(16)}\r\n${'y'.repeat(mebibyte)}\r\n`);
    const sent = async function* (): AsyncGenerator<string | Buffer> {
      yield head('Transfer-Encoding: chunked').replace('big-1', 'big-2');
      for (let n = 0; n < 22; n++) {
        yield chunk;
        await pause(5);
      }
    };
    const answer = await raw(sent(), 10_000);
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    const [newest] = await gateway.refusals(sender.finess);
    expect(newest?.refusal).toMatchObject({ acknowledgement: '413', controlId: 'big-2' });
    expect(newest?.refusal.received.byteLength).toBe(4096);
  });

  it.each([
    ['too large', `Content-Length: ${21 * mebibyte}`, '/fhir/Patient/big', 413],
    ['of a type that is not taken', 'Content-Length: 9\r\nContent-Type: application/xml', '/fhir/Patient/big', 415],
    ['packed in an odd way', 'Content-Length: 9\r\nContent-Encoding: zstd', '/fhir/Patient/big', 415],
    ['no event', 'Content-Length: 9', '/events', 415],
  ])('say at once that a body is %s to who asks before sending it', async (_what, headers, path, status) => {
    const sent = async function* (): AsyncGenerator<string> {
      yield `${path === '/events' ? 'POST' : 'PUT'} /establishments/${sender.finess}${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${sender.token}\r\nExpect: 100-continue\r\nX-Request-Id: expects\r\n${headers}\r\n\r\n`;
    };
    const before = (await gateway.refusals(sender.finess)).length;
    expect(await raw(sent(), 30_000)).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*connection: close`, 'i'));
    const [newest, ...others] = await gateway.refusals(sender.finess);
    expect([newest?.refusal.acknowledgement, newest?.refusal.received.byteLength]).toEqual([String(status), 0]);
    expect(others).toHaveLength(before);
  });

  it('take a body that was asked for', async () => {
    const body = '{"resourceType":"Patient","id":"asked"}';
    const sent = async function* (): AsyncGenerator<string> {
      yield head(`Content-Length: ${body.length}\r\nExpect: 100-continue\r\nConnection: close`).replace(
        'Patient/big',
        'Patient/asked',
      );
      await pause(50);
      yield body;
    };
    expect(await raw(sent(), 30_000)).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /);
  });

  it('take a body without a length', async () => {
    const body = '{"resourceType":"Patient","id":"chunked"}';
    const sent = async function* (): AsyncGenerator<string> {
      yield head('Transfer-Encoding: chunked\r\nConnection: close').replace('Patient/big', 'Patient/chunked');
      for (const byte of body) yield `1\r\n${byte}\r\n`;
      yield '0\r\n\r\n';
    };
    expect(await raw(sent(), 10_000)).toMatch(/^HTTP\/1.1 200 /);
  });

  it('answer who has half closed behind the request', async () => {
    const body = '{"resourceType":"Patient","id":"half"}';
    const sent = async function* (): AsyncGenerator<string> {
      yield head(`Content-Length: ${body.length}\r\nConnection: close`).replace('Patient/big', 'Patient/half') + body;
    };
    expect(await raw(sent(), 10_000, true)).toMatch(/^HTTP\/1.1 200 /);
  });

  it('are not held up by requests that never end', async () => {
    const never = Array.from({ length: 200 }, () =>
      connect({ host: '127.0.0.1', port: Number(new URL(gateway.base).port) })
        .on('error', () => undefined)
        .resume(),
    );
    for (const [n, socket] of never.entries())
      socket.write(n % 2 === 0 ? 'PUT / HT' : `${head('Content-Length: 500')}{`);
    await pause(200);
    const asked = performance.now();
    const answer = await send(
      '/fhir/Patient/beside',
      'application/fhir+json',
      '{"resourceType":"Patient","id":"beside"}',
    );
    expect([answer.status, performance.now() - asked < 3_000]).toEqual([200, true]);
    // Headers are waited for 10 s, looked at every 5 s; bodies 60 s.
    await expect
      .poll(() => never.filter((socket, n) => n % 2 === 0 && !socket.closed).length, { timeout: 30_000, interval: 500 })
      .toBe(0);
    for (const socket of never) socket.destroy();
  }, 60_000);

  it('let MLLP go on while a Bundle of thousands of entries is read', async () => {
    const entry = Array.from({ length: 4_000 }, (_, n) => ({
      resource: { resourceType: 'Observation', id: `o${n}`, status: 'final', code: { text: 'essai' } },
      request: { method: 'PUT', url: `Observation/o${n}` },
    }));
    const body = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
    let isDone = false;
    const bundle = send('/fhir', 'application/fhir+json', body, 'POST').then(({ status }) => {
      isDone = true;
      return status;
    });
    const times: number[] = [];
    while (!isDone) {
      const asked = performance.now();
      await fetch(`${gateway.base}/livez`);
      times.push(performance.now() - asked);
    }
    expect(await bundle).toBe(200);
    // As one piece it takes most of a second and lets nobody through.
    expect(times.length).toBeGreaterThan(10);
  }, 60_000);
});
