import { connect, type Socket } from 'node:net';
import { frame, FrameReader } from '#hl7v2';
import { adtMessage } from '../adt-messages.js';
import { percentile } from '../report.js';
import { runPart } from './run-part.js';

export interface MllpLoad {
  readonly port: number;
  readonly finess: string;
  readonly connections: number;
  readonly messages: number;
  /** Sent first and not counted. */
  readonly warmUp: number;
  readonly secondsMax: number;
  /** Control ids begin behind this many. */
  readonly after: number;
}

export interface Loaded {
  readonly done: number;
  readonly refused: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const open = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });

/** One connection: a message, its answer, the next message. Messages are drawn from a common number. */
const stopAndWait = (socket: Socket, next: () => Buffer | undefined, answered: (text: string, ms: number) => void) =>
  new Promise<void>((resolve, reject) => {
    const reader = new FrameReader(1_000_000);
    let sentAt = 0;
    const send = (): void => {
      const message = next();
      if (!message) return resolve();
      sentAt = performance.now();
      socket.write(frame(message));
    };
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => {
      for (const item of reader.push(chunk))
        if (item.kind === 'frame') {
          answered(item.bytes.toString('latin1'), performance.now() - sentAt);
          send();
        }
    });
    socket.once('error', reject);
    send();
  });

await runPart(async (load: MllpLoad, mark): Promise<Loaded> => {
  const sockets = await Promise.all(Array.from({ length: load.connections }, () => open(load.port)));
  let sent = load.after;
  const run = async (count: number, secondsMax: number) => {
    const until = sent + count;
    const startedAt = performance.now();
    const times: number[] = [];
    let refused = 0;
    const next = (): Buffer | undefined => {
      if (sent >= until || performance.now() - startedAt > secondsMax * 1000) return undefined;
      sent += 1;
      return adtMessage(sent, load.finess);
    };
    const answered = (text: string, ms: number): void => {
      times.push(ms);
      if (!text.includes('\rMSA|AA|')) refused += 1;
    };
    await Promise.all(sockets.map((socket) => stopAndWait(socket, next, answered)));
    return { times: times.sort((a, b) => a - b), refused, seconds: (performance.now() - startedAt) / 1000 };
  };
  await run(load.warmUp, load.secondsMax);
  await mark('begin');
  const { times, refused, seconds } = await run(load.messages, load.secondsMax);
  await mark('end');
  for (const socket of sockets) socket.destroy();
  return { done: times.length, refused, seconds, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };
});
