import { gzipSync } from 'node:zlib';
import { request } from 'node:http';
import { testKafka } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway, type TestSender } from '../test/a-gateway.spec.js';

const patient = (id: string): Buffer => Buffer.from(`{"resourceType":"Patient","id":"${id}"}`);
const event = (id: string): Buffer =>
  Buffer.from(
    `{"specversion":"1.0","id":"${id}","source":"urn:x","type":"org.hl7.fhir.r4.put","subject":"Patient/${id}","data":${patient(id).toString()}}`,
  );

describe('what the headers say of a body', () => {
  let gateway: TestGateway;
  let sender: TestSender;
  beforeAll(async () => {
    gateway = await startTestGateway(testKafka().brokers);
    [sender] = gateway.senders;
  });
  afterAll(() => gateway.stop());

  interface Answer {
    readonly status: number;
    readonly type: string;
    readonly body: string;
    readonly position: string;
  }
  /** By hand: `fetch` would not send an odd Content-Type. */
  const send = (method: string, path: string, body: Buffer, headers: Record<string, string>): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(gateway.base);
      const authorization = `Bearer ${sender.token}`;
      const options = { hostname, port, method, path: `/establishments/${sender.finess}${path}` };
      request({ ...options, headers: { authorization, 'content-length': body.byteLength, ...headers } }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.once('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            type: answer.headers['content-type'] ?? '',
            body: text,
            position: String(answer.headers['reprise-position']),
          }),
        );
      })
        .on('error', reject)
        .end(body);
    });
  const fhir = (id: string, body: Buffer, headers: Record<string, string>): Promise<Answer> =>
    send('PUT', `/fhir/Patient/${id}`, body, { 'content-type': 'application/fhir+json', ...headers });
  const events = (body: Buffer, headers: Record<string, string>): Promise<Answer> =>
    send('POST', '/events', body, { 'content-type': 'application/cloudevents+json', ...headers });
  const newest = async () => (await gateway.refusals(sender.finess))[0]?.refusal;

  it('is heeded: a packed body is taken at both doors, and kept unpacked', async () => {
    const gzip = { 'content-encoding': 'gzip' };
    const answers = [
      await fhir('packed', gzipSync(patient('packed')), gzip),
      await events(gzipSync(event('ce')), gzip),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 202]);
    const log = await gateway.events(sender.finess);
    expect(answers.map(({ position }) => Buffer.from(log[Number(position)]?.event.received ?? []).toString())).toEqual([
      patient('packed').toString(),
      patient('ce').toString(),
    ]);
    expect((await fhir('plain', patient('plain'), { 'content-encoding': 'identity' })).status).toBe(200);
  });

  it.each(['gzip', 'zstd'])('is not guessed: plain JSON called %s stands in the journal', async (encoding) => {
    const status = encoding === 'gzip' ? 422 : 415;
    for (const answer of [
      await fhir('called', patient('called'), { 'content-encoding': encoding }),
      await events(patient('called'), { 'content-encoding': encoding }),
    ]) {
      expect([answer.status, answer.body]).toEqual([status, expect.stringContaining('Content-Encoding')]);
      expect(await newest()).toMatchObject({ acknowledgement: String(status), sender: sender.name });
      expect(Buffer.from((await newest())?.received ?? []).toString()).toBe(patient('called').toString());
    }
  });

  it('bounds what a packed body becomes: a bomb is 413, its beginning in the journal', async () => {
    const bomb = gzipSync(Buffer.alloc(60_000_000, ' '));
    const answer = await fhir('bomb', bomb, { 'content-encoding': 'gzip', 'x-request-id': 'bomb-1' });
    expect([answer.status, answer.type]).toEqual([413, 'application/fhir+json; charset=utf-8']);
    const refusal = await newest();
    expect([refusal?.controlId, refusal?.acknowledgement, refusal?.received.byteLength]).toEqual([
      'bomb-1',
      '413',
      4096,
    ]);
    expect((await fhir('after', patient('after'), {})).status).toBe(200);
  });

  it.each(['///', 'json', 'application/', '; charset=utf-8'])(
    'is refused as 415 where Content-Type is %j, in the journal',
    async (type) => {
      for (const answer of [
        await fhir('odd', patient('odd'), { 'content-type': type }),
        await events(patient('odd'), { 'content-type': type }),
      ]) {
        expect([answer.status, answer.body]).toEqual([415, expect.stringContaining('Content-Type')]);
        expect(await newest()).toMatchObject({ acknowledgement: '415' });
        expect(Buffer.from((await newest())?.received ?? []).toString()).toBe(patient('odd').toString());
      }
    },
  );

  it('is taken as FHIR JSON where nothing is said', async () => {
    const { hostname, port } = new URL(gateway.base);
    const path = `/establishments/${sender.finess}/fhir/Patient/none`;
    const headers = { authorization: `Bearer ${sender.token}`, 'content-length': patient('none').byteLength };
    const status = await new Promise((resolve) => {
      request({ hostname, port, method: 'PUT', path, headers }, (answer) => resolve(answer.resume().statusCode)).end(
        patient('none'),
      );
    });
    expect(status).toBe(200);
  });
});
