import { X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, makeCertificates } from './certificates.js';

describe('local certificates', () => {
  it('let a sender be known by TLS, and the server be trusted as 127.0.0.1', async () => {
    const { authority, server, senders } = await makeCertificates(['his-a', 'his-b'], new Date());
    const hisA = senders['his-a'];
    if (!hisA) throw new Error('no certificate');
    const known = Promise.withResolvers<string>();
    const listening = createServer(
      { ca: authority, cert: server.certificate, key: server.key, requestCert: true, rejectUnauthorized: true },
      (socket: TLSSocket) => {
        known.resolve(socket.getPeerCertificate().fingerprint256);
        socket.end();
      },
    );
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const address = listening.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const socket = connect({ port, host: '127.0.0.1', ca: authority, cert: hisA.certificate, key: hisA.key });
    socket.on('error', known.reject).resume();
    expect((await known.promise).replaceAll(':', '').toLowerCase()).toBe(fingerprintOf(hisA.certificate));
    socket.destroy();
    listening.close();
  });

  it('come from one authority, each its own', async () => {
    const { authority, server, senders } = await makeCertificates(['his-a', 'his-b'], new Date());
    const ca = new X509Certificate(authority);
    const all = [server, ...Object.values(senders)].map(({ certificate }) => new X509Certificate(certificate));
    for (const certificate of all) expect(certificate.verify(ca.publicKey)).toBe(true);
    expect(new Set(all.map(({ serialNumber }) => serialNumber)).size).toBe(3);
    expect(ca.ca).toBe(true);
  });
});
