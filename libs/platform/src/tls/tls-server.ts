import type { Socket } from 'node:net';
import type { ConnectionOptions, SecureContextOptions, Server, TLSSocket, TlsOptions } from 'node:tls';
import { Counter } from 'prom-client';
import { metrics } from '../health/health.js';
import type { ProcessLog } from '../logging/process-log.js';
import type { TlsFolder } from './tls-folder.js';

/** @limit All TLS doors | how long a TLS handshake may take | the connection ends */
const handshakeMsMax = 10_000;
/**
 * Strangers at the door at one time; with one more, the one who has waited longest is sent away.
 * @limit All TLS doors | strangers in their TLS handshake at one time | the one who has waited longest is sent away
 */
export const handshakesMax = 256;
const saidEveryMs = 1_000;

/** TLS 1.3, and of 1.2 only what has forward secrecy and authenticated encryption (ANSSI, guide TLS 1.2, R9 and R10). */
const suites = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_AES_128_GCM_SHA256',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

const modern = { minVersion: 'TLSv1.2', ciphers: suites } as const;

const asTaken = ({ material: { ca, cert, key, crl } }: TlsFolder): SecureContextOptions => ({
  ca,
  ...(cert !== undefined && key !== undefined && { cert, key }),
  ...(crl && { crl: [...crl] }),
  ...modern,
});

const failedHandshakes = new Counter({
  name: 'reprise_tls_handshakes_failed_total',
  help: 'TLS connections that ended before their handshake was done: no certificate, an unknown one, another protocol',
  labelNames: ['wire'],
  registers: [metrics],
});

/** A door that speaks TLS with what lies in the folder. `clients`: may they come without a certificate? */
export const serverOptions = (folder: TlsFolder, clients: 'known' | 'asked' | 'anybody'): TlsOptions => ({
  ...asTaken(folder),
  honorCipherOrder: true,
  handshakeTimeout: handshakeMsMax,
  requestCert: clients !== 'anybody',
  rejectUnauthorized: clients === 'known',
  allowHalfOpen: true,
});

/** What a client of a server is to be opened with, at this moment. The server has to be the one that its address names. */
export const clientOptions = (folder: TlsFolder): ConnectionOptions => ({
  ...asTaken(folder),
  rejectUnauthorized: true,
});

/** New certificates count for connections that come; those that are open stay. */
export const followFolder = (server: Server, folder: TlsFolder): void =>
  folder.onChange(() => server.setSecureContext({ ...asTaken(folder), honorCipherOrder: true }));

/** Who has not shown yet who he is: few, for a few seconds, and never in the place of a caller. */
export const boundStrangers = (server: Server, wire: string, log: ProcessLog): void => {
  const strangers = new Map<string, Socket>();
  const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress}:${remotePort}`;
  let saidAtMs = Number.NEGATIVE_INFINITY;
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    strangers.set(name, socket);
    socket.once('close', () => strangers.delete(name));
    const [oldest] = strangers.values();
    if (strangers.size > handshakesMax) oldest?.destroy();
  });
  server.on('secureConnection', (socket) => strangers.delete(nameOf(socket)));
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    // With half-open connections nobody else closes it.
    socket.destroy();
    failedHandshakes.inc({ wire });
    if (performance.now() - saidAtMs < saidEveryMs) return;
    saidAtMs = performance.now();
    log.warn('handshake.failed', { code: error.code ?? error.name, context: wire });
  });
};

/** Where a certificate is asked for and not needed: who shows one that is not trusted is not taken for one who shows none. */
export const refuseBadCertificates = (server: Server): void => {
  server.on('secureConnection', (socket: TLSSocket) => {
    if (!socket.authorized && socket.getPeerX509Certificate() !== undefined) socket.destroy();
  });
};
