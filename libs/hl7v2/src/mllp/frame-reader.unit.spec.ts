import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame, type FrameItem, FrameReader } from './frame-reader.js';

const cap = 64;

/** Adjacent to real life: frames, noise between them, delimiters at wrong places, frames around the cap. */
const bytes = fc.array(
  fc.oneof(fc.constantFrom(0x0b, 0x1c, 0x0d, 0x0a, 0x4d, 0x53, 0x48), fc.integer({ min: 0x20, max: 0x7e })),
  { maxLength: 90 },
);
const stream = fc
  .array(
    fc.oneof(
      bytes.map((body) => frame(Buffer.from(body))),
      bytes.map((noise) => Buffer.from(noise)),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Buffer.concat(parts));

const cut = (whole: Buffer, sizes: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = [];
  let at = 0;
  for (let i = 0; at < whole.length; i++) {
    const size = sizes.length === 0 ? whole.length : (sizes[i % sizes.length] ?? 1);
    chunks.push(Buffer.from(whole.subarray(at, at + size)));
    at += size;
  }
  return chunks;
};

const readAll = (chunks: readonly Buffer[]): { items: string[]; skipped: number; isMidFrame: boolean } => {
  const reader = new FrameReader(cap);
  const text = (item: FrameItem): string =>
    item.kind === 'cut-off'
      ? `cut-off ${item.sizeBytes}`
      : `${item.kind} ${(item.kind === 'frame' ? item.bytes : item.start).toString('hex')}`;
  const items = chunks.flatMap((chunk) => reader.push(chunk).map(text));
  return { items, skipped: reader.skippedBytes, isMidFrame: reader.isMidFrame };
};

describe('MLLP frames', () => {
  it('come out the same however the stream is cut', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 6 }), (whole, sizes) => {
        expect(readAll(cut(whole, sizes))).toEqual(readAll([whole]));
      }),
      { numRuns: 2000 },
    );
  });

  it('give back what was framed', () => {
    const body = fc.uint8Array({ maxLength: cap }).filter((value) => {
      const text = Buffer.from(value).toString('latin1');
      return !text.includes('\x1c\r') && !text.includes('\x0bMSH');
    });
    fc.assert(
      fc.property(fc.array(body, { maxLength: 5 }), (bodies) => {
        const { items } = readAll([Buffer.concat(bodies.map((value) => frame(value)))]);
        expect(items).toEqual(bodies.map((value) => `frame ${Buffer.from(value).toString('hex')}`));
      }),
    );
  });

  it('keep a lone FS or VT as part of the message', () => {
    expect(readAll([frame(Buffer.from('MSH|a\x1cb\x0bc'))]).items).toEqual([
      `frame ${Buffer.from('MSH|a\x1cb\x0bc').toString('hex')}`,
    ]);
  });

  it('say that a frame was cut off by the next one', () => {
    expect(readAll([Buffer.from('\x0bMSH|half\x0bMSH|whole\x1c\r')]).items).toEqual([
      'cut-off 8',
      `frame ${Buffer.from('MSH|whole').toString('hex')}`,
    ]);
  });

  it('say too large at the cap, keep the beginning, and go on behind it', () => {
    const large = frame(Buffer.alloc(cap + 1, 'x'));
    const next = frame(Buffer.from('MSH|next'));
    const { items } = readAll([Buffer.concat([large, next])]);
    expect(items).toEqual([
      `too-large ${Buffer.alloc(cap, 'x').toString('hex')}`,
      `frame ${Buffer.from('MSH|next').toString('hex')}`,
    ]);
    expect(readAll([frame(Buffer.alloc(cap, 'x'))]).items).toHaveLength(1);
  });

  it('count bytes outside frames, line ends aside', () => {
    expect(readAll([Buffer.from('GET /\r\n'), frame(Buffer.from('MSH|'))])).toMatchObject({ skipped: 5 });
  });
});
