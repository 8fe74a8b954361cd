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

const text = (item: FrameItem): string =>
  `${item.kind} ${(item.kind === 'too-large' ? item.start : item.bytes).toString('hex')}`;
const hex = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('hex');

const readAll = (chunks: readonly Buffer[]) => {
  const reader = new FrameReader(cap);
  const items = chunks.flatMap((chunk) => reader.push(chunk).map(text));
  const { skippedBytes: skipped, withoutCr, isMidFrame, isAtEndOfBlock } = reader;
  const left = [...reader.silence(), ...reader.cutOff()].map(text);
  return { items, left, skipped, withoutCr, isMidFrame, isAtEndOfBlock };
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
      const content = Buffer.from(value).toString('latin1');
      return !['\x1c\r', '\x1c\x0b', '\x0bMSH'].some((end) => content.includes(end));
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
      `cut-off ${hex('MSH|half')}`,
      `frame ${hex('MSH|whole')}`,
    ]);
  });

  it('end at FS where the next one begins, whoever forgets the CR', () => {
    const whole = Buffer.from('\x0bMSH|one\x1c\x0bMSH|two\x1c\x0b\x1c\r', 'latin1');
    expect(readAll([whole])).toMatchObject({
      items: [`frame ${hex('MSH|one')}`, `frame ${hex('MSH|two')}`, 'frame '],
      withoutCr: 2,
      skipped: 0,
    });
  });

  it('end at FS when nothing follows, and a CR that comes late is no content', () => {
    const reader = new FrameReader(cap);
    expect(reader.push(Buffer.from('\x0bMSH|late\x1c', 'latin1'))).toEqual([]);
    expect(reader.isAtEndOfBlock).toBe(true);
    expect(reader.silence().map(text)).toEqual([`frame ${hex('MSH|late')}`]);
    expect([reader.isAtEndOfBlock, reader.isMidFrame, reader.withoutCr, reader.silence()]).toEqual([
      false,
      false,
      1,
      [],
    ]);
    expect(reader.push(Buffer.concat([Buffer.from('\r'), frame(Buffer.from('MSH|next'))])).map(text)).toEqual([
      `frame ${hex('MSH|next')}`,
    ]);
    expect(reader.skippedBytes).toBe(0);
  });

  it('go on behind FS and any other byte, and are then not ended by silence', () => {
    const reader = new FrameReader(cap);
    reader.push(Buffer.from('\x0bMSH|a\x1c', 'latin1'));
    reader.push(Buffer.from('b'));
    expect([reader.isAtEndOfBlock, reader.silence(), reader.isMidFrame]).toEqual([false, [], true]);
    expect(reader.push(Buffer.from('\x1c\r', 'latin1')).map(text)).toEqual([`frame ${hex('MSH|a\x1cb')}`]);
  });

  it('that have not ended are given as far as they came, once, and not when they were too large', () => {
    const reader = new FrameReader(cap);
    reader.push(Buffer.from('\x0bMSH|ha'));
    reader.push(Buffer.from('lf'));
    expect([reader.cutOff().map(text), reader.cutOff()]).toEqual([[`cut-off ${hex('MSH|half')}`], []]);
    reader.push(Buffer.concat([Buffer.from('\x0b'), Buffer.alloc(cap + 1, 'x')]));
    expect([reader.isMidFrame, reader.cutOff()]).toEqual([true, []]);
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
