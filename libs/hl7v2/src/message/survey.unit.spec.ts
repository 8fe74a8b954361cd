import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accepted } from '../fixtures/adt.js';
import { contextOf, er7 } from '../fixtures/context.js';
import { readMessage } from '../read-message.js';
import { lineRanges } from './lines.js';
import { limits, survey } from './survey.js';
import { standardDelimiters } from './syntax.js';

const msh = (type = 'ADT^A28'): string => `MSH|^~\\&|GAM|CH|EAI|GHT|20260310091500||${type}|M1|P|2.5|||||FRA`;
const pid = 'PID|1||42^^^CH^PI||N^P^^^^^L';
const many = (count: number, text: string, between = ''): string => Array(count).fill(text).join(between);
const errorsOf = (bytes: Buffer): readonly string[] => {
  const reading = readMessage(bytes, contextOf());
  return reading.accepted ? [] : reading.errors.map(({ location, code, text }) => `${location} ${code} ${text}`);
};

describe('what a message may hold', () => {
  it('is refused beyond its limits, where it is and with what to do', () => {
    const nk1 = (count: number): Buffer => er7(msh(), pid, many(count, 'NK1|1', '\r'));
    expect(errorsOf(nk1(limits.segments - 2))).toEqual([]);
    expect(errorsOf(nk1(limits.segments - 1))).toEqual(['NK1^9999 207 more than 10 000 segments: split the message']);
    const zbe = (count: number): string => many(count, 'ZBE|1|20260310||INSERT|N', '\r');
    const visit = `PV1|1|I${'|'.repeat(17)}V1`;
    expect(errorsOf(er7(msh('ADT^A01'), pid, visit, zbe(100)))).toEqual([]);
    expect(errorsOf(er7(msh('ADT^A01'), pid, visit, zbe(101)))[0]).toMatch(/^ZBE\^101 207 /);
    expect(errorsOf(er7(msh('ADT^A01'), pid, visit, `ZBE|${many(101, '1', '~')}|`))[0]).toMatch(/^ZBE\^1\^1 207 /);
    const merges = (count: number): Buffer => er7(msh('ADT^A40'), pid, many(count, 'MRG|1~2', '\r'));
    expect(errorsOf(merges(100))).toEqual([]);
    expect(errorsOf(merges(101))[0]).toMatch(/^MRG\^101 207 /);
    expect(errorsOf(er7(msh(), pid, many(101, 'ZFS|1|7^CH', '\r')))[0]).toMatch(/^ZFS\^101 207 /);
    expect(errorsOf(er7(msh(), `${pid}|${many(1001, 'x', '~')}`))[0]).toMatch(/^PID\^1\^6 207 /);
    expect(errorsOf(er7(msh(), `${pid}|${many(10_001, 'x', '^')}`))[0]).toMatch(/^PID\^1\^6 207 /);
    expect(errorsOf(er7(msh(), many(10_000, 'DUPONT', '\r')))[0]).toMatch(/^MSH\^1 207 /);
    expect(errorsOf(er7(msh(), pid + '|'.repeat(1000)))[0]).toMatch(/^PID\^1\^1001 207 /);
  });

  it('is no document’s length and no text’s lines', () => {
    const obx = (type: string, value: string): Buffer =>
      er7(msh('ORU^R01'), pid, 'OBR|1||F1|X', `OBX|1|${type}|T||${value}||||||F`);
    accepted(obx('ED', `^TEXT^XML^Base64^${'QUJD'.repeat(1_000_000)}`));
    accepted(obx('TX', many(9_000, 'line', '~')));
    accepted(obx('ST', many(50_000, 'a & b')));
    accepted(obx('FT', many(300_000, 'x\\.br\\')));
    expect(errorsOf(obx('FT', many(500_001, 'x\\.br\\')))[0]).toMatch(/^OBX\^1\^5 207 /);
    expect(errorsOf(obx('TX', many(10_001, 'line', '~')))[0]).toMatch(/^OBX\^1\^5 207 /);
    accepted(Buffer.from(`${msh('ORU^R01')}\r${pid}\rOBR|1||F1|X\rOBX|1|TX|T||${many(20_000, 'line', '\n')}\r`));
  });

  it('is counted, not read: what is too much costs neither time nor memory', () => {
    const bytes = er7(msh(), pid, many(3_000_000, 'NK1|1', '\r'));
    const [heap, cpu] = [process.memoryUsage().heapUsed, process.cpuUsage()];
    const reading = readMessage(bytes, contextOf());
    expect(process.cpuUsage(cpu).user / 1000).toBeLessThan(500);
    expect(process.memoryUsage().heapUsed - heap).toBeLessThan(50e6);
    expect(!reading.accepted && reading.received.length).toBeLessThan(100_000);
    expect(errorsOf(Buffer.from(many(3_000_000, 'NK1|1', '\r')))[0]).toMatch(/^MSH\^1 100/);
  });

  it('keeps the beginning for the journal, without what the law forbids', () => {
    const secret = `${pid}|||||secret|`;
    const reading = readMessage(er7(msh(), secret, many(10_000, 'NK1|1', '\r')), contextOf());
    const kept = reading.accepted ? '' : Buffer.from(reading.received).toString();
    expect(kept.startsWith(`${msh()}\r${pid}||||||\rNK1|1\r`)).toBe(true);
    expect(kept).not.toContain('secret');
  });

  it('counts the segments that are read', () => {
    const text = fc.string({
      unit: fc.constantFrom('\r', '\n', '|', 'A', 'PID', 'pid', ' ', '\t', 'RAS', 'ZBE', 'x', '^', '~'),
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 8 }), (tail, fewer) => {
        const content = many(limits.segments - fewer, 'NK1\r') + tail;
        const isTooMany = lineRanges(content, '|').length > limits.segments;
        expect(survey(Buffer.from(content), 0, standardDelimiters).excess?.of).toBe(isTooMany ? 'segments' : undefined);
      }),
    );
  });
});
