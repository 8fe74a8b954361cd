import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

const [vt, fs, cr] = ['\x0b', '\x1c', '\r'];

/** A bare MLLP client, written apart from our own framing so that it can disagree with it. */
export class MllpConnection {
  private received = '';
  private waiting: { readonly resolve: (answer: string) => void; readonly reject: (error: Error) => void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      this.received += chunk;
      const end = this.received.indexOf(`${fs}${cr}`);
      if (end < 0) return;
      const answer = this.received.slice(this.received.indexOf(vt) + 1, end);
      this.received = this.received.slice(end + 2);
      this.waiting?.resolve(answer);
      this.waiting = undefined;
    });
    const lost = (): void => {
      this.waiting?.reject(new Error('the connection was closed'));
      this.waiting = undefined;
    };
    socket.on('close', lost);
    socket.on('error', lost);
  }

  static open(port: number, tls?: ConnectionOptions): Promise<MllpConnection> {
    return new Promise((resolve, reject) => {
      const to = { port, host: '127.0.0.1' };
      const opened = (): void => resolve(new MllpConnection(socket));
      const socket: Socket = tls ? connectTls({ ...tls, ...to }, opened) : connect({ ...to, noDelay: true }, opened);
      socket.once('error', reject);
    });
  }

  /** Over a connection that is open, of TLS for example. */
  static over(socket: Socket): MllpConnection {
    return new MllpConnection(socket);
  }

  /** The acknowledgement's text (latin-1). */
  send(message: string | Buffer): Promise<string> {
    const bytes = typeof message === 'string' ? Buffer.from(message, 'utf8') : message;
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) reject(new Error('the connection is closed'));
      this.waiting = { resolve, reject };
      this.socket.write(Buffer.concat([Buffer.from(vt), bytes, Buffer.from(`${fs}${cr}`)]));
    });
  }

  close(): void {
    this.socket.destroy();
  }
}

/** MSA-1 of an acknowledgement. */
export const codeOf = (answer: string): string =>
  /(?:^|[\r\n])MSA\|(\w\w)/.exec(answer)?.[1] ?? `no MSA: ${answer.slice(0, 80)}`;
