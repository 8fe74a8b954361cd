import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { frame, FrameReader } from '#hl7v2';

const answerBytesMax = 1024 * 1024;
const answerMsMax = 30_000;

/** One MLLP connection of a well-behaved sender: waits for the answer before it sends again, reconnects when cut off. */
export class MllpSender {
  private socket: Socket | undefined;
  private answers = new FrameReader(answerBytesMax);
  private settle: { readonly resolve: (answer: string) => void; readonly reject: (error: Error) => void } | undefined;

  constructor(
    private readonly host: string,
    private readonly port: number,
    /** Its certificate, where the listener speaks TLS. */
    private readonly tls?: ConnectionOptions,
  ) {}

  /** The answer's bytes as text. Rejects when the connection ends first: the message may or may not have been taken. */
  async send(message: string): Promise<string> {
    const socket = this.socket ?? (await this.open());
    const answered = new Promise<string>((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    socket.write(frame(Buffer.from(message, 'utf8')));
    const timer = setTimeout(() => this.drop(new Error(`no answer within ${answerMsMax} ms`)), answerMsMax);
    return answered.finally(() => clearTimeout(timer));
  }

  close(): void {
    this.drop(new Error('closed'));
  }

  private open(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const to = { host: this.host, port: this.port };
      const opened = (): void => {
        this.socket = socket;
        this.answers = new FrameReader(answerBytesMax);
        resolve(socket);
      };
      const socket: Socket = this.tls
        ? connectTls({ ...this.tls, ...to }, opened)
        : connect({ ...to, noDelay: true }, opened);
      socket.on('data', (chunk: Buffer) => {
        for (const item of this.answers.push(chunk))
          if (item.kind === 'frame') {
            this.settle?.resolve(item.bytes.toString('utf8'));
            this.settle = undefined;
          }
      });
      socket.on('error', (error) => {
        reject(error);
        this.drop(error);
      });
      socket.on('close', () => this.drop(new Error('the connection was closed')));
    });
  }

  private drop(error: Error): void {
    this.socket?.destroy();
    this.socket = undefined;
    this.settle?.reject(error);
    this.settle = undefined;
  }
}
