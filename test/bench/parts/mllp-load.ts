import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { frame } from '#hl7v2';
import { adtMessage } from '../adt-messages.js';
import { largeResult } from '../large-result.js';
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
  /**
   * Messages fall due at this rate, whatever became of those before, and a time is counted from that moment. Without it a connection
   * sends its next message when it has its answer.
   */
  readonly perSecond?: number;
  /** Results of so many OBX instead of messages of usual size. */
  readonly observations?: number;
}

export interface Loaded {
  readonly done: number;
  readonly refused: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One connection: a message, its answer, the next message. Reads no more of an answer than must be: it shares the cores with a gateway. */
class Line {
  private answer: Buffer = Buffer.alloc(0);
  private answered: (answer: Buffer) => void = () => {};

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.answer = this.answer.length === 0 ? chunk : Buffer.concat([this.answer, chunk]);
      // End of a block: FS, CR.
      if (this.answer.at(-2) !== 0x1c || this.answer.at(-1) !== 0x0d) return;
      const whole = this.answer;
      this.answer = Buffer.alloc(0);
      this.answered(whole);
    });
    socket.once('close', () => {
      throw new Error('the gateway closed a connection');
    });
  }

  static open(port: number): Promise<Line> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true }, () => resolve(new Line(socket)));
      socket.once('error', reject);
    });
  }

  ask(framed: Buffer): Promise<Buffer> {
    return new Promise((resolve) => {
      this.answered = resolve;
      this.socket.write(framed);
    });
  }
}

/** So many are made, and sent again and again: a gateway remembers none. */
const madeMax = 8_000;
const largeMade = 4;

await runPart(async (load: MllpLoad, mark): Promise<Loaded> => {
  const lines = await Promise.all(Array.from({ length: load.connections }, () => Line.open(load.port)));
  const { observations } = load;
  const made =
    observations === undefined
      ? Array.from({ length: Math.min(load.messages, madeMax) }, (_, n) => frame(adtMessage(n, load.finess)))
      : Array.from({ length: largeMade }, (_, n) => frame(largeResult(n, load.finess, observations)));

  const run = async (messages: number) => {
    const startedAt = performance.now();
    const times: number[] = [];
    let [taken, refused] = [0, 0];
    const keepAsking = async (line: Line): Promise<void> => {
      while (taken < messages && performance.now() - startedAt < load.secondsMax * 1000) {
        const n = taken++;
        const framed = made[n % made.length]!;
        let since = performance.now();
        if (load.perSecond !== undefined) {
          const dueAt = startedAt + (n * 1000) / load.perSecond;
          if (dueAt > since) await sleep(dueAt - since);
          since = dueAt;
        }
        const answer = await line.ask(framed);
        times.push(performance.now() - since);
        if (!answer.includes('\rMSA|AA|')) refused += 1;
      }
    };
    await Promise.all(lines.map(keepAsking));
    return { times: Float64Array.from(times).sort(), refused, seconds: (performance.now() - startedAt) / 1000 };
  };
  await run(load.warmUp);
  await mark('begin');
  const { times, refused, seconds } = await run(load.messages);
  await mark('end');
  return {
    done: times.length - refused,
    refused,
    seconds,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
  };
});
