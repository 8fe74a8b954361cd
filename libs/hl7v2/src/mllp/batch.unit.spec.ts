import fc from 'fast-check';
import { Instant } from '#domain';
import { describe, expect, it } from 'vitest';
import { contextOf } from '../fixtures/context.js';
import { readMessage } from '../read-message.js';
import { answerBatch, readBatch } from './batch.js';
import { frame, FrameReader } from './frame-reader.js';

const fhs = 'FHS|^~\\&|GAM|CH|EAI|GHT|20260310||essai.hl7||F1';
const bhs = (id = 'B1') => `BHS|^~\\&|GAM|CH|EAI|GHT|20260310||||${id}`;
const message = (id: string) => `MSH|^~\\&|GAM|CH|EAI|GHT|20260310||ADT^A31|${id}|P|2.5\rEVN||20260310\rPID|1||42`;
const er7 = (...segments: readonly string[]): Buffer => Buffer.from(`${segments.join('\r')}\r`, 'latin1');
const messagesIn = (bytes: Buffer): readonly string[] =>
  readBatch(bytes)?.batches.flatMap(({ messages }) => messages.map((one) => one.toString('latin1'))) ?? [];
const at = Instant.parse('2026-03-10T09:15:01Z');
const miscounted = (told: number, came: number): string => `${told} told, ${came} came`;
const ack = (id: string): readonly Buffer[] => [er7(`MSH|^~\\&|EAI|GHT|GAM|CH|20260310||ACK|AA${id}`, `MSA|AA|${id}`)];

/** Messages are parts of the content that they came in: what lies between them. */
const between = (content: Buffer, messages: readonly Buffer[]): Buffer => {
  const gaps: Buffer[] = [];
  let done = 0;
  for (const { byteOffset, length } of messages) {
    const start = byteOffset - content.byteOffset;
    gaps.push(content.subarray(done, start));
    done = start + length;
  }
  return Buffer.concat([...gaps, content.subarray(done)]);
};

describe('a batch', () => {
  it('is its messages, each with its own bytes, in their order', () => {
    const bytes = er7(fhs, bhs(), message('1'), message('2'), 'BTS|2', bhs('B2'), message('3'), 'BTS|1', 'FTS|2');
    expect(messagesIn(bytes)).toEqual(['1', '2', '3'].map((id) => `${message(id)}\r`));
    expect(readBatch(bytes)?.batches.map(({ toldMessages }) => toldMessages)).toEqual([2, 1]);
  });

  it('is read with CRLF, LF, a byte-order mark, without trailers, and with BHS or FHS alone', () => {
    const lines = (text: string): Buffer =>
      Buffer.from(`\u{feff}${er7(bhs(), message('1'), message('2')).toString()}`.replaceAll('\r', text));
    expect(messagesIn(lines('\r\n')).length).toBe(2);
    expect(messagesIn(lines('\n')).length).toBe(2);
    expect(messagesIn(er7(fhs, message('1')))).toEqual([`${message('1')}\r`]);
  });

  it('is the same where blanks or tabs stand around the names of its envelope and before its messages', () => {
    const odd = er7(` ${fhs}`, `\t${bhs()}`, message('1'), ` ${message('2')}`, 'BTS |2', ' fts\t|1');
    expect(readBatch(odd)?.batches.map(({ toldMessages }) => toldMessages)).toEqual([2]);
    const [first, second] = messagesIn(odd);
    expect([first, second]).toEqual([`${message('1')}\r`, ` ${message('2')}\r`]);
    expect(readMessage(Buffer.from(second ?? ''), contextOf()).accepted).toBe(true);
    expect(messagesIn(er7(message('1'), `\t${message('2')}`)).length).toBe(2);
  });

  it('is a content of several messages without any envelope', () => {
    const two = er7(message('1'), message('2'));
    expect(messagesIn(two)).toEqual([`${message('1')}\r`, `${message('2')}\r`]);
    expect(readBatch(two)?.around.length).toBe(0);
    expect(messagesIn(er7(message('1'), bhs(), message('2')))).toEqual([`${message('1')}\r`, `${message('2')}\r`]);
    const marked = Buffer.from(`${message('1')}\n\u{feff}MSH#^~\\&#GAM\n`);
    expect(readBatch(marked)?.batches.flatMap(({ messages }) => messages).length).toBe(2);
  });

  it('is none of more messages than a frame can hold: it is refused as a whole, by what reads one message', () => {
    const heads = (count: number): Buffer => Buffer.from('MSH|^~\\&|\r'.repeat(count));
    expect(messagesIn(heads(50_000)).length).toBe(50_000);
    expect(readBatch(heads(50_001))).toBeUndefined();
    expect(readBatch(Buffer.from('BHS|\r'.repeat(50_001)))).toBeUndefined();
    expect(readMessage(heads(50_001), contextOf())).toMatchObject({ errors: [{ code: '207' }] });
  });

  it('looks no longer for a second message than at so many lines: what is named so and is text costs as much', () => {
    const text = (count: number): Buffer =>
      Buffer.from(`${message('1')}\r${'MSH x\r'.repeat(count)}${message('2')}\r${'A\r'.repeat(100_000)}`);
    expect(messagesIn(text(49_998)).length).toBe(2);
    expect(readBatch(text(49_999))).toBeUndefined();
    expect(readMessage(text(49_999), contextOf())).toMatchObject({ accepted: false });
  });

  it('is none for a line of text that begins as a segment does', () => {
    const text = (line: string): Buffer => er7(message('1'), `OBX|1|TX|MSH^hormone||first`, line, 'NTE|1||end');
    const lines = ['MSH 12 pg/ml', 'MSH|12|pg', 'MSH : normal', 'MSH|-|', 'BHS|^~\\&|', 'FTS', 'XMSH|^~\\&|'];
    for (const line of lines) expect([line, readBatch(text(line))]).toEqual([line, undefined]);
    const batched = er7(bhs(), text('MSH 12 pg/ml').toString(), 'BHS 3', 'BTS : 4', message('2'), 'BTS|2');
    expect(messagesIn(batched).length).toBe(2);
  });

  it('is none where the content begins with a message, or with a word that only looks like it', () => {
    expect(readBatch(er7(message('1'), bhs()))).toBeUndefined();
    expect(readBatch(er7('BHSX|1'))).toBeUndefined();
    expect(readBatch(Buffer.alloc(0))).toBeUndefined();
  });

  it('may be several files one behind the other, each with a byte-order mark', () => {
    const file = Buffer.from(`\u{feff}${er7(bhs(), message('1'), 'BTS|1').toString()}`);
    expect(messagesIn(Buffer.concat([file, file]))).toEqual([`${message('1')}\r`, `${message('1')}\r`]);
  });

  it('loses nothing that stands before any message', () => {
    expect(messagesIn(er7(bhs(), 'PID|1||42', message('1')))).toEqual(['PID|1||42\r', `${message('1')}\r`]);
  });

  it('is answered as a batch that names it, one acknowledgement after the other', () => {
    const file = readBatch(er7(fhs, bhs(), message('1'), message('2'), 'BTS|3', 'FTS|1'));
    if (!file) throw new Error('no batch');
    expect(
      answerBatch(file, [ack('1'), ack('2')], { miscounted, isKept: true, at })
        .toString('latin1')
        .split('\r'),
    ).toEqual([
      'FHS|^~\\&|EAI|GHT|GAM|CH|20260310091501+0000|||||F1',
      'BHS|^~\\&|EAI|GHT|GAM|CH|20260310091501+0000|||||B1',
      'MSH|^~\\&|EAI|GHT|GAM|CH|20260310||ACK|AA1',
      'MSA|AA|1',
      'MSH|^~\\&|EAI|GHT|GAM|CH|20260310||ACK|AA2',
      'MSA|AA|2',
      'BTS|2|3 told, 2 came',
      'FTS|1',
      '',
    ]);
  });

  it('whose envelope came in a frame of its own gets an acknowledgement', () => {
    const answer = (id: string, isKept: boolean): string => {
      const file = readBatch(er7(bhs(id)));
      if (!file) throw new Error('no batch');
      return answerBatch(file, [], { miscounted, isKept, at }).toString('latin1');
    };
    expect(answer('B7', true)).toBe('MSH|^~\\&|EAI|GHT|GAM|CH|20260310091501+0000||ACK|AAB7|P|2.5\rMSA|AA|B7\r');
    expect(answer('B7', false)).toContain('MSA|AR|B7');
    // To the letter, blanks too; its own id within twenty characters.
    for (const id of [' B7 ', 'B'.repeat(20), 'B'.repeat(300)]) {
      const [, own = '', told] = /ACK\|([^|]*)\|P\|2\.5\rMSA\|AA\|([^\r]*)/.exec(answer(id, true)) ?? [];
      expect([told, own.length <= 20, own.startsWith('AA')]).toEqual([id, true, true]);
    }
  });

  it('and its messages are every byte of the content, and can always be answered in one frame', () => {
    const line = fc.oneof(
      fc.constantFrom(fhs, bhs(), message('1'), 'BTS|1', 'FTS|1', 'BTS', 'MSH', 'FHS', 'BHS\x0b\x1c'),
      fc.string({ unit: 'binary-ascii', maxLength: 12 }),
    );
    const bytes = fc.array(fc.tuple(line, fc.constantFrom('\r', '\n', '\r\n')), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(bytes, (lines) => {
        const text = `${bhs()}\r${lines.map(([own, end]) => own + end).join('')}`;
        const content = Buffer.from(text, 'latin1');
        const file = readBatch(content);
        if (!file) throw new Error('no batch');
        const messages = file.batches.flatMap((batch) => batch.messages);
        const answer = answerBatch(
          file,
          messages.map((_, index) => ack(String(index))),
          { miscounted, isKept: true, at },
        );
        const [item, ...more] = new FrameReader(1_000_000).push(frame(answer));
        expect([item?.kind === 'frame' && item.bytes.equals(answer), more]).toEqual([true, []]);
        expect(file.around.equals(between(content, messages))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
