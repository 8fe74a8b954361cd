import type { Socket } from 'node:net';
import { type Peer, peerOf } from './peer.js';
import type { TlsFolder } from './tls-folder.js';

/** Who is at the other end of each connection; looked at once a connection. */
export class Peers {
  private readonly known = new WeakMap<Socket, Peer | 'nobody'>();

  constructor(private readonly folder: TlsFolder | undefined) {}

  /** SHA-256 of the certificate in DER, hex; empty where it has ended or was taken back since; none where none was shown. */
  of(socket: Socket): string | undefined {
    if (!this.folder) return undefined;
    let peer = this.known.get(socket);
    if (peer === undefined) {
      peer = peerOf(socket, this.folder) ?? 'nobody';
      this.known.set(socket, peer);
    }
    if (peer === 'nobody') return undefined;
    return peer.isValid() ? peer.sha256 : '';
  }
}
