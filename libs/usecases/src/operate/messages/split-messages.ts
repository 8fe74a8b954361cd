import { FrameReader } from '#hl7v2';

export type Framing = 'mllp' | 'batch' | 'plain';

export interface SplitMessages {
  readonly framing: Framing;
  readonly messages: readonly Buffer[];
}

const startOfBlock = 0x0b;
const fileBytesMax = 1024 * 1024 * 1024;

/** A segment that opens a message or belongs to the envelope of a batch (HL7 v2.5, section 2.10.3), at the start of a line. */
const opening = /(?:^|[\r\n])(?:\u00ef\u00bb\u00bf)?(?=(MSH|FHS|BHS|BTS|FTS)[^A-Za-z0-9\s])/g;

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
  const starts = [...whole.toString('latin1').matchAll(opening)].map((match) => ({
    at: match.index,
    name: match[1] ?? '',
  }));
  const [first] = starts;
  const before = bare(whole.subarray(0, first?.at ?? whole.length));
  const parts = starts.flatMap(({ at, name }, index) =>
    name === 'MSH' ? [bare(whole.subarray(at, starts[index + 1]?.at ?? whole.length))] : [],
  );
  return {
    framing: starts.some(({ name }) => name !== 'MSH') ? 'batch' : 'plain',
    messages: before.length > 0 ? [before, ...parts] : parts,
  };
};
