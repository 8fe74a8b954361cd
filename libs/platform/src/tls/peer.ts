import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { TlsFolder } from './tls-folder.js';

/** The certificate that the other end of a connection has shown, and that TLS has verified. */
export interface Peer {
  /** Of the certificate in DER, hex, lower case. */
  readonly sha256: string;
  /** Milliseconds since 1970. */
  readonly validUntil: number;
  /** Neither ended nor taken back. What TLS has verified once may have become so since; a session that is resumed is not verified again. */
  readonly isValid: () => boolean;
}

/** None where it has shown no certificate, or one that TLS does not trust. */
export const peerOf = (socket: Socket, folder: TlsFolder): Peer | undefined => {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return undefined;
  const { serialNumber, issuer } = certificate;
  const validUntil = certificate.validToDate.getTime();
  return {
    // `AB:CD:…`
    sha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    validUntil,
    isValid: () => Date.now() <= validUntil && !folder.isRevoked({ serialNumber, issuer }),
  };
};
