import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { Authority, type CertifiedKey, testKafka } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../test/a-gateway.spec.js';
import { MllpClient } from '../test/mllp-client.spec.js';

interface Answer {
  readonly status: number;
  readonly body: string;
}

describe('doors that speak TLS', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway(testKafka().brokers, { isClosed: true });
  });
  afterAll(() => gateway.stop());

  const own = ({ certificate, key }: CertifiedKey) => ({ cert: certificate, key });

  const ask = (path: string, options: { token?: string; body?: string } & ConnectionOptions = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { token, body, ...tls } = options;
      const asked = request(
        `${gateway.base}${path}`,
        {
          method: body === undefined ? 'GET' : 'PUT',
          agent: false,
          ca: gateway.authority.certificate,
          headers: {
            'content-type': 'application/fhir+json',
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
          },
          ...tls,
        },
        (answer: IncomingMessage) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString() }));
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });

  const put = (id: string, options: { token?: string } & ConnectionOptions): Promise<Answer> =>
    ask(`/establishments/${gateway.senders[0].finess}/fhir/Patient/${id}`, {
      body: JSON.stringify({ resourceType: 'Patient', id }),
      ...options,
    });

  it('answer a probe without a certificate, and nobody in the clear', async () => {
    expect((await ask('/livez')).status).toBe(200);
    expect((await ask('/readyz')).status).toBe(200);
    await expect(fetch(gateway.base.replace('https', 'http') + '/livez')).rejects.toThrow();
  });

  it('know a sender by its certificate alone, by its token alone, and by both', async () => {
    const [{ token, certificate }] = gateway.senders;
    expect((await put('by-certificate', own(certificate))).status).toBe(200);
    expect((await put('by-token', { token })).status).toBe(200);
    expect((await put('by-both', { token, ...own(certificate) })).status).toBe(200);
    expect((await put('by-nothing', {})).status).toBe(401);
  });

  it('take nobody who shows the certificate of one sender and the token of another, or a token of nobody', async () => {
    const [first, second] = gateway.senders;
    expect((await put('two', { token: first.token, ...own(second.certificate) })).status).toBe(401);
    expect((await put('none', { token: 'x'.repeat(32), ...own(first.certificate) })).status).toBe(401);
    const stranger = await gateway.authority.client('nobody-known');
    expect((await put('stranger', own(stranger))).status).toBe(401);
  });

  it('hang up on a certificate of another authority or of yesterday, whatever token comes with it', async () => {
    const [{ token, name }] = gateway.senders;
    const other = await (await Authority.make()).client(name);
    const past = await gateway.authority.client(name, { until: new Date(Date.now() - 60_000) });
    await expect(put('other', { token, ...own(other) })).rejects.toThrow();
    await expect(put('past', { token, ...own(past) })).rejects.toThrow();
  });

  it('speak TLS 1.2 and 1.3 with forward secrecy and authenticated encryption, and nothing older', async () => {
    const port = Number(new URL(gateway.base).port);
    const speak = (options: ConnectionOptions): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect({ port, host: '127.0.0.1', ca: gateway.authority.certificate, ...options }, () => {
          resolve(`${socket.getProtocol()} ${socket.getCipher().name}`);
          socket.destroy();
        });
        socket.on('error', reject);
      });
    expect(await speak({})).toContain('TLSv1.3');
    expect(await speak({ maxVersion: 'TLSv1.2' })).toMatch(/^TLSv1\.2 ECDHE-.*(GCM|CHACHA20)/);
    await expect(speak({ maxVersion: 'TLSv1.2', ciphers: 'AES256-SHA256:AES128-GCM-SHA256' })).rejects.toThrow();
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    await expect(speak(old)).rejects.toThrow();
  });

  it('of one sender take that sender’s certificate and no other’s', async () => {
    const [first, second] = gateway.senders;
    const { certificate: ca } = gateway.authority;
    const mine = await MllpClient.secure(first.mllpPort, { ca, ...own(first.certificate) });
    mine.close();
    const theirs = await MllpClient.secure(first.mllpPort, { ca, ...own(second.certificate) });
    await theirs.closed();
    const plain = connectPlain(first.mllpPort, '127.0.0.1');
    plain.write('\x0bMSH|^~\\&|\x1c\r');
    const ended = await new Promise<string>((resolve) => {
      let got = '';
      plain.on('data', (part: Buffer) => (got += part.toString('latin1')));
      plain.on('error', () => {}).on('close', () => resolve(got));
    });
    expect(ended).not.toContain('MSH');
  });

  it('take new certificates while connections go on, and no longer those that were taken back', async () => {
    const [first, second] = gateway.senders;
    const { authority, folder, mllpsPort } = gateway;
    const { certificate: ca } = authority;
    const [stays, leaves] = [
      await MllpClient.secure(mllpsPort, { ca, ...own(second.certificate) }),
      await MllpClient.secure(mllpsPort, { ca, ...own(first.certificate) }),
    ];
    const next = await authority.server('gateway-next');
    writeFileSync(join(folder, 'tls.crt'), next.certificate);
    writeFileSync(join(folder, 'tls.key'), next.key);
    const shown = (): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({ port: Number(new URL(gateway.base).port), host: '127.0.0.1', ca }, () => {
          resolve(String(socket.getPeerCertificate().subject.CN));
          socket.destroy();
        });
      });
    await expect.poll(shown).toBe('gateway-next');
    writeFileSync(join(folder, 'ca.crl'), await authority.revoke(first.certificate.certificate));
    await leaves.closed();
    await expect(put('taken-back', own(first.certificate))).rejects.toThrow();
    expect((await put('not-taken-back', { token: first.token })).status).toBe(200);
    expect(stays.isClosed).toBe(false);
    stays.close();
  });
});
