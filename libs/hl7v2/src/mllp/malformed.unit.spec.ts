import { Instant } from '#domain';
import { describe, expect, it } from 'vitest';
import { acknowledge } from '../acknowledge.js';
import { contextOf } from '../fixtures/context.js';
import { readMessage } from '../read-message.js';
import { frame, FrameReader } from './frame-reader.js';

/**
 * No public corpus of malformed HL7 v2 was found: this one is made here, after reliability-security, section 3. Of fictitious people.
 * `refused`: never acceptable; `taken`: with or without warnings; `either`: what must hold is that it is answered and quickly.
 */
type Fate = 'refused' | 'taken' | 'either';

const msh = (over: { readonly charset?: string; readonly id?: string; readonly type?: string } = {}): string =>
  `MSH|^~\\&|A|B|C|D|20260310091500||${over.type ?? 'ADT^A28^ADT_A05'}|${over.id ?? 'M1'}|P|2.5||||||${over.charset ?? 'UNICODE UTF-8'}`;
const pid = 'PID|1||42^^^CH&750712184&N^PI||FICTIVE^Zoé^^^^^L||19790301|F';
const er7 = (...segments: readonly string[]): Buffer => Buffer.from(`${segments.join('\r')}\r`, 'utf8');
const million = 1_000_000;

const corpus: readonly (readonly [string, Buffer, Fate])[] = [
  ['nothing', Buffer.alloc(0), 'refused'],
  ['blank lines', Buffer.from('\r\n\r\n'), 'refused'],
  ['no MSH', er7(pid), 'refused'],
  ['MSH cut off', Buffer.from('MSH'), 'refused'],
  ['MSH without delimiters', Buffer.from('MSH|'), 'refused'],
  ['delimiters of more than a byte', er7(msh().replace('^~\\&', '€~\\&'), pid), 'refused'],
  ['one delimiter twice', er7(msh().replace('^~\\&', '^^\\&'), pid), 'refused'],
  ['letters as delimiters', er7(msh().replaceAll('|', 'X'), pid), 'refused'],
  ['a delimiter that is the field’s', er7(msh().replace('^~\\&', '^~\\|'), pid), 'either'],
  [
    'all delimiters other than usual',
    er7(msh().replace('|^~\\&', '#!@%*').replaceAll('|', '#'), pid.replaceAll('|', '#')),
    'either',
  ],
  ['a NUL', er7(msh(), pid, 'NTE|1||\0'), 'refused'],
  ['no MSH-10', er7(msh({ id: '' }), pid), 'refused'],
  ['MSH-9 that is no code', er7(msh({ type: '../../etc' }), pid), 'refused'],
  ['UTF-8 that is none', Buffer.from(er7(msh(), pid).toString('utf8'), 'latin1'), 'refused'],
  ['ISO 8859-1 told, UTF-8 sent', er7(msh({ charset: '8859/1' }), pid), 'taken'],
  ['nothing told, ISO 8859-1 sent', Buffer.from(er7(msh({ charset: '' }), pid).toString('utf8'), 'latin1'), 'taken'],
  ['a character set that nobody knows', er7(msh({ charset: 'KLINGON' }), pid), 'taken'],
  ['UTF-16', Buffer.from(er7(msh(), pid).toString('utf8'), 'utf16le'), 'refused'],
  ['a million fields', er7(msh(), `PID${'|'.repeat(million)}`, pid), 'either'],
  ['a million components', er7(msh(), pid, `NTE|1||${'^'.repeat(million)}`), 'refused'],
  ['a million repetitions of PID-3', er7(msh(), `PID|1||42^^^CH^PI${'~'.repeat(million)}||A^B`), 'either'],
  ['a component of 1 MB', er7(msh(), pid.replace('FICTIVE', 'F'.repeat(million))), 'taken'],
  ['a hundred thousand segments', er7(msh(), pid, ...Array.from({ length: 100_000 }, () => 'NTE|1||x')), 'refused'],
  [
    'ten thousand segments of results',
    er7(msh({ type: 'ORU^R01' }), pid, 'OBR|1||F1|X', ...Array.from({ length: 9_997 }, () => 'OBX|1|NM|K||5')),
    'taken',
  ],
  ['escapes that never end', er7(msh(), pid.replace('FICTIVE', '\\'.repeat(100_001))), 'taken'],
  [
    'hexadecimal escapes',
    er7(msh(), pid.replace('FICTIVE', '\\X41\\\\XZZ\\\\X00\\\\XED A080\\\\X\\'.repeat(1000))),
    'taken',
  ],
  ['blank lines of an escape', er7(msh(), pid, 'NTE|1||\\.sp9999999\\\\.in+5\\\\.ti-9\\\\H\\x\\N\\'), 'taken'],
  ['lone LF', Buffer.from(er7(msh(), pid).toString().replaceAll('\r', '\n')), 'taken'],
  ['CR and LF by turns', Buffer.from(`${msh()}\r\n\n\r${pid}\n\r`), 'taken'],
  ['VT and FS within', er7(msh(), pid.replace('FICTIVE', 'FIC\x0bTI\x1cVE')), 'taken'],
  ['two messages in one', er7(msh(), pid, msh({ id: 'M2' }), pid), 'either'],
  ['a batch without its frame', er7('BHS|^~\\&|A', msh(), pid, 'BTS|1'), 'refused'],
  ['Z segments', er7(msh(), pid, 'ZZZ|1|x', 'Z|1', 'ZFA'), 'taken'],
  ['segments that are none', er7(msh(), pid, '|||', '12', 'pid|1', '€€€|1'), 'taken'],
  ...[
    '0000',
    '00000000',
    '20250230',
    '20261399',
    '20161231235960',
    '20260310091500+1400',
    '20260310091500+9999',
    '99999999999999',
    '-1',
  ].map((time): readonly [string, Buffer, Fate] => [
    `the time ${time}`,
    er7(msh().replace('20260310091500', time), `EVN||${time}||||${time}`, pid.replace('19790301', time)),
    'taken',
  ]),
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty'].map((word): readonly [string, Buffer, Fate] => [
    `${word} as a code everywhere`,
    er7(
      msh({ charset: word }),
      `PID|1||42^^^${word}^${word}||${word}||${word}|${word}`,
      `PV1|1|${word}`,
      `ZBE|1^${word}|2026||${word}|N`,
    ),
    'either',
  ]),
  ['names of Object’s prototype as type and trigger', er7(msh({ type: '__proto__^constructor' }), pid), 'taken'],
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), 'refused'],
  [
    'every byte there is',
    Buffer.concat([
      Buffer.from(`${msh({ charset: '8859/1' })}\r${pid}\rNTE|1||`),
      Buffer.from(Array.from({ length: 255 }, (_, n) => n + 1)),
    ]),
    'taken',
  ],
];

describe('malformed HL7 v2', () => {
  it.each(corpus)('%s', (_what, bytes, fate) => {
    const before = process.threadCpuUsage();
    const reading = readMessage(bytes, contextOf());
    const { user, system } = process.threadCpuUsage(before);
    if (fate !== 'either') expect(reading.accepted ? 'taken' : 'refused').toBe(fate);
    if (!reading.accepted) {
      expect(reading.errors.length).toBeGreaterThan(0);
      for (const { location, code, text } of reading.errors)
        expect([/^[A-Z0-9]{3}\^/.test(location), /^\d{1,3}$/.test(code), text.length > 5]).toEqual([true, true, true]);
    }
    const answer = acknowledge(reading.head, reading.accepted ? 'AA' : 'AE', {
      at: Instant.of(0),
      errors: reading.accepted ? [] : reading.errors,
    });
    const [item, ...more] = new FrameReader(10_000_000).push(frame(answer));
    expect([item?.kind === 'frame' && item.bytes.equals(answer), more]).toEqual([true, []]);
    // A megabyte of trouble is read in tens of milliseconds; a second is what a busy machine may make of it.
    expect((user + system) / 1000).toBeLessThan(2_000);
  });
});
