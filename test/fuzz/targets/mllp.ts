import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { frame, type FrameItem, FrameReader } from '#hl7v2';
import { ByteBudget, type SenderCaller } from '#platform';
import { AnswerFrame } from '../../../apps/gateway/src/mllp/answer-frame.js';
import { LineFaults } from '../../../apps/gateway/src/mllp/line-faults.js';
import { isFault } from '../../../apps/gateway/src/mllp/line-item.js';
import { type CloseReason, MllpConnection } from '../../../apps/gateway/src/mllp/mllp-connection.js';
import { SenderShares } from '../../../apps/gateway/src/sender-shares.js';
import { er7Seeds, er7Words } from '../er7-seeds.js';
import { playedCapture, publisher } from '../played-capture.js';
import type { Target } from '../target.js';
import { checkFramed } from './hl7.js';

const frameBytesMax = 4_096;
const caller: SenderCaller = { kind: 'sender', name: publisher.sender.name, finess: publisher.sender.finess };

const short = (id: string): string => `MSH|^~\\&|A|B|C|D|20260310||ADT^A31|${id}|P|2.5\rPID|1||42^^^CH^PI\r`;
const batches = [
  `FHS|^~\\&|A|B|C|D|20260310||x.hl7||F1\rBHS|^~\\&|A|B|C|D|20260310||||B1\r${short('1')}${short('2')}BTS|2\rFTS|1\r`,
  `BHS|^~\\&|A\r\n${short('3').replaceAll('\r', '\r\n')}BHS#!\rPID|1\r${short('4')}BTS|7\r`,
  'BHS|^~\\&|A|B|C|D|20260310||||B2\r',
];

/** A socket whose other end is the fuzzer. */
class PlayedSocket extends Duplex {
  readonly written: Buffer[] = [];
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written.push(chunk);
    done();
  }
}

/** Cut where its own bytes say, so that the same input is always cut the same. */
const chunksOf = (input: Buffer): readonly Buffer[] => {
  const sizes = Buffer.from(hash('sha256', input, 'hex'), 'hex');
  const chunks: Buffer[] = [];
  for (let [at, n] = [0, 0]; at < input.length; n++) {
    const size = 1 + ((sizes[n % sizes.length] ?? 0) % 8 === 0 ? 3 : (sizes[(n + 7) % sizes.length] ?? 0) * 8);
    chunks.push(Buffer.from(input.subarray(at, at + size)));
    at += size;
  }
  return chunks;
};

const itemText = (item: FrameItem): string =>
  `${item.kind} ${(item.kind === 'too-large' ? item.start : item.bytes).toString('latin1')}`;

const itemsOf = (chunks: readonly Buffer[]): readonly string[] => {
  const reader = new FrameReader(frameBytesMax);
  const items = chunks.flatMap((chunk) => reader.push(chunk));
  return [...items, ...reader.silence()].map(itemText);
};

const closed = (socket: Duplex): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.once('close', () => resolve());
  });

/** A stream of bytes on a connection: the same frames however it is cut, everything whole is answered, nothing stays held. */
export const mllpTarget = (): Target => ({
  format: { delimiters: '\x0b\x1c\r|^', separators: '\x1c\x0b\r', words: er7Words },
  seeds: [
    ...er7Seeds.filter((_, index) => index % 6 === 0).map((message) => frame(message)),
    Buffer.concat(er7Seeds.slice(0, 3).map((message) => frame(message))),
    Buffer.concat([
      Buffer.from('GET / HTTP/1.1\r\n'),
      frame(er7Seeds[0] ?? Buffer.alloc(0)),
      Buffer.from('\x0b\x1c\r\x0bMSH|'),
    ]),
    frame(Buffer.alloc(frameBytesMax + 100, 'MSH|^~\\&|')),
    ...batches.map((batch) => frame(Buffer.from(batch))),
  ],
  code: /\/dist\/(?:libs\/hl7v2|apps\/gateway)\//,
  run: async (input) => {
    const chunks = chunksOf(input);
    const items = itemsOf([Buffer.from(input)]);
    assert.deepEqual(itemsOf(chunks), items, 'other frames when cut otherwise');

    let fault: unknown;
    const log = { warn: () => undefined, fault: (_name: string, error: unknown) => void (fault = error) };
    const { capture } = playedCapture();
    const faults = new LineFaults({ of: () => publisher }, { of: () => Promise.resolve() }, log);
    const answerFrame = new AnswerFrame({ of: () => publisher }, capture, log, new SenderShares(), faults);
    const budget = new ByteBudget(1_000_000);
    const socket = new PlayedSocket();
    const reasons: CloseReason[] = [];
    let answered = 0;
    const limits = { frameBytesMax, frameMsMax: 1e9, idleMsMax: 1e9, answerMsMax: 1e9, waitingBytesMax: 2_000 };
    new MllpConnection(socket as unknown as Socket, {
      limits,
      budget,
      answer: async (item, now) => {
        const answers = await answerFrame.of(caller, item, now);
        if (!isFault(item)) answered += 1;
        checkFramed(answers);
        return answers;
      },
      onClosed: (reason) => reasons.push(reason),
    });
    for (const chunk of chunks) socket.push(chunk);
    socket.push(null);
    await closed(socket);
    if (fault !== undefined) throw fault;
    assert.deepEqual(reasons, []);
    assert.equal(answered, items.filter((item) => !item.startsWith('cut-off')).length);
    assert.equal(budget.held, 0);
  },
});
