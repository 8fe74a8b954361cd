import { X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { Authority, fingerprintOf } from './authority.js';

describe('an authority made on the spot', () => {
  it('lets a client be known by TLS, and the server be trusted as 127.0.0.1', async () => {
    const authority = await Authority.make();
    const [server, client] = [await authority.server('gateway'), await authority.client('his-a')];
    const known = Promise.withResolvers<string>();
    const listening = createServer(
      { ca: authority.certificate, cert: server.certificate, key: server.key, requestCert: true },
      (socket: TLSSocket) => {
        known.resolve(socket.getPeerCertificate().fingerprint256);
        socket.end();
      },
    );
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const address = listening.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const own = { ca: authority.certificate, cert: client.certificate, key: client.key };
    const socket = connect({ port, host: '127.0.0.1', ...own });
    socket.on('error', known.reject).resume();
    expect((await known.promise).replaceAll(':', '').toLowerCase()).toBe(fingerprintOf(client.certificate));
    socket.destroy();
    listening.close();
  });

  it('gives each its own, until the day that was asked for', async () => {
    const authority = await Authority.make();
    const until = new Date('2031-01-01T00:00:00Z');
    const made = [await authority.server('a'), await authority.client('a'), await authority.client('b', { until })];
    const all = made.map(({ certificate }) => new X509Certificate(certificate));
    const ca = new X509Certificate(authority.certificate);
    for (const certificate of all) expect(certificate.verify(ca.publicKey)).toBe(true);
    expect(new Set(all.map(({ serialNumber }) => serialNumber)).size).toBe(3);
    expect(ca.ca).toBe(true);
    expect(all[2]?.validToDate).toEqual(until);
  });
});
