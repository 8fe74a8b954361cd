import { FrameReader, readMessages } from '#hl7v2';

export type Framing = 'mllp' | 'batch' | 'plain';

export interface SplitMessages {
  readonly framing: Framing;
  readonly messages: readonly Buffer[];
}

const startOfBlock = 0x0b;
/** @limit Command line | bytes of a file of `message try` | exit 2 */
const fileBytesMax = 1024 * 1024 * 1024;

const bare = (bytes: Buffer): Buffer => {
  const text = bytes.toString('latin1');
  const start = text.length - text.trimStart().length;
  return bytes.subarray(start, Math.max(start, text.trimEnd().length));
};

/**
 * The messages of a file as people keep them: MLLP frames as they were on the wire, a batch, or messages one after the other, whatever
 * blank lines stand between them. What is no message at all is given as one, so that it is told what is wrong with it.
 */
export const splitMessages = (bytes: Uint8Array): SplitMessages => {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (whole.includes(startOfBlock)) {
    const frames = new FrameReader(fileBytesMax)
      .push(Buffer.concat([whole, Buffer.from('\x1c\r')]))
      .flatMap((item) => (item.kind === 'frame' && item.bytes.length > 0 ? [item.bytes] : []));
    if (frames.length > 0) return { framing: 'mllp', messages: frames };
  }
  const { head, batches } = readMessages(whole);
  return {
    framing: head || batches.some((batch) => batch.head) ? 'batch' : 'plain',
    messages: batches.flatMap(({ messages }) => messages.map(bare).filter(({ length }) => length > 0)),
  };
};
