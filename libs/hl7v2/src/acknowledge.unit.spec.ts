import fc from 'fast-check';
import { Instant } from '#domain';
import { describe, expect, it } from 'vitest';
import { acknowledge, answers } from './acknowledge.js';
import { contextOf, er7 } from './fixtures/context.js';
import { readMessage } from './read-message.js';

const patient = 'PID|1||42^^^CH^PI||FICTIVE^Zoé^^^^^L';
const msh = (rest: string): string =>
  `MSH|^~\\&|GAM|CH|EAI|GHT|20260310091500||ADT^A31^ADT_A05|M1|P|2.5^FRA^2.11${rest}`;
const at = Instant.parse('2026-03-10T09:15:01.250+01:00');
const headOf = (bytes: Uint8Array) => readMessage(bytes, contextOf()).head;

describe('acknowledge', () => {
  it('answers in the words of the message', () => {
    const head = headOf(er7(msh('|||||FRA|UNICODE UTF-8'), patient));
    expect(acknowledge(head, 'AA', { at }).toString()).toBe(
      'MSH|^~\\&|EAI|GHT|GAM|CH|20260310081501+0000||ACK^A31^ACK|AAM1|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8\rMSA|AA|M1\r',
    );
  });

  it('says where and why in ERR, in the sender’s language and character set', () => {
    const message = Buffer.from(`${msh('||||||8859/1')}\rPID|1||||É\r`, 'latin1');
    const reading = readMessage(message, contextOf({ language: 'fr' }));
    if (reading.accepted) throw new Error('accepted');
    const answer = acknowledge(reading.head, 'AE', { at, errors: reading.errors }).toString('latin1');
    expect(answer).toContain(
      '\rERR||PID^1^3|101^Required field missing^HL70357|E||||aucun identifiant de patient utilisable\r',
    );
    expect(answer).toContain('\rMSA|AE|M1|');
  });

  it('uses the message’s own delimiters', () => {
    const head = headOf(Buffer.from('MSH#!@*%#A#B#C#D#20260310##ADT!A31#M#P#2.3\rPID#1##42!!!CH!PI\r'));
    const error = { location: 'PID^1^3', code: '101', text: 'a # b' };
    expect(acknowledge(head, 'AE', { at, errors: [error] }).toString()).toBe(
      'MSH#!@*%#C#D#A#B#20260310081501+0000##ACK!A31#AEM#P#2.3\rMSA#AE#M#a *F* b\rERR##PID!1!3#101!Required field missing!HL70357#E####a *F* b\r',
    );
  });

  it('is a function of the bytes and the time, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.uint8Array({ maxLength: 80 }).map((tail) => Buffer.concat([Buffer.from(msh('')), tail])),
        ),
        (bytes) => {
          const [once, again] = [bytes, Uint8Array.from(bytes)].map((copy) => {
            const reading = readMessage(copy, contextOf());
            return acknowledge(reading.head, 'AE', { at, errors: reading.accepted ? [] : reading.errors }).toString(
              'hex',
            );
          });
          expect(once).toBe(again);
        },
      ),
    );
  });
});

type Fields = ReadonlyMap<string, readonly string[]>;

/** Fields by segment, one character a byte; `MSH` begins with its own name and encoding characters: field n is at n - 1. */
const fieldsOf = (answer: Buffer, field = '|'): Fields =>
  new Map(
    answer
      .toString('latin1')
      .split('\r')
      .filter((segment) => segment !== '')
      .map((segment) => [segment.slice(0, 3), segment.split(field)]),
  );
const withId = (id: string, version = '2.5'): Buffer =>
  Buffer.from(`MSH|^~\\&|A|B|C|D|20260310||ADT^A28^ADT_A05|${id}|P|${version}||||||UNICODE UTF-8\r${patient}\r`);
const codes = ['AA', 'AE', 'AR', 'CA', 'CE', 'CR'] as const;

describe('MSA-2', () => {
  const repeated = (message: Uint8Array): Buffer => {
    const [, , id = ''] = fieldsOf(acknowledge(headOf(message), 'AA', { at })).get('MSA') ?? [];
    return Buffer.from(id, 'latin1');
  };

  it.each([
    ' M1',
    'M1 ',
    '  M 1  ',
    '\tM1\t',
    '\u00a0M1',
    '00001',
    'a^b~c\\d&e',
    'M\x011',
    'Zoé',
    '\\F\\',
    '""',
    '   ',
  ])('is MSH-10 to the letter: %j', (id) => {
    expect(repeated(withId(id)).toString()).toBe(id);
  });

  it('is MSH-10 to the letter, whatever stands there', () => {
    // What divides fields and segments, and begins and ends frames, stands in no field.
    const id = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 40 })
      .filter((text) => ['|', '\0', '\n', '\v', '\r', '\x1c'].every((character) => !text.includes(character)));
    fc.assert(
      fc.property(id, (text) => {
        expect(repeated(withId(text)).equals(Buffer.from(text))).toBe(true);
      }),
    );
  });

  it('is the very bytes of one that is refused because they are none of its character set', () => {
    const message = Buffer.from(withId('Zoé').toString(), 'latin1');
    expect(readMessage(message, contextOf()).accepted).toBe(false);
    expect(repeated(message)).toEqual(Buffer.from('Zoé', 'latin1'));
  });

  it('repeats blanks, and with and without them it is one id: no two effects in silence', () => {
    const ids = [' M1', 'M1 ', 'M1'].map((id) => {
      const reading = readMessage(withId(id), contextOf());
      return reading.accepted ? reading.event.messageId : 'refused';
    });
    expect(ids).toEqual(['M1', 'M1', 'M1']);
  });
});

describe('MSH of an acknowledgement', () => {
  const idOf = (message: Uint8Array, code: (typeof codes)[number]): string =>
    fieldsOf(acknowledge(headOf(message), code, { at })).get('MSH')?.[9] ?? '';

  it('has a time of its own, whether the request has one or not', () => {
    for (const sent of ['20260310091500', '', 'yesterday', '20260310091500+0100']) {
      const message = Buffer.from(withId('M1').toString().replace('|20260310|', `|${sent}|`));
      const { head } = readMessage(message, contextOf());
      expect(fieldsOf(acknowledge(head, 'AA', { at })).get('MSH')?.[6]).toBe('20260310081501+0000');
      const later = Instant.of(at + 60_000);
      expect(fieldsOf(acknowledge(head, 'AA', { at: later })).get('MSH')?.[6]).toBe('20260310081601+0000');
    }
  });

  it.each([
    ['2.1', 20],
    ['2.3.1', 20],
    ['2.5', 20],
    ['2.5^FRA^2.11', 20],
    ['2.6', 20],
    ['2.7', 199],
    ['2.7.1', 199],
    ['2.8', 199],
    ['2.10', 199],
    ['', 20],
    ['7', 20],
    ['two', 20],
  ])('has an id within the length of version %j', (version, lengthMax) => {
    for (const length of [1, 17, 18, 19, 20, 21, 197, 198, 199, 300]) {
      const message = withId('X'.repeat(length), version);
      const ids = codes.map((code) => idOf(message, code));
      expect(new Set(ids).size).toBe(codes.length);
      for (const id of ids) expect([id.length <= lengthMax, id.length > 2]).toEqual([true, true]);
      if (length + 2 <= lengthMax) expect(ids[0]).toBe(`AA${'X'.repeat(length)}`);
    }
  });

  it('has an id of its own for each id and code, and the same for the same', () => {
    const id = fc.string({ unit: fc.constantFrom('A', 'B', '1', ' '), minLength: 15, maxLength: 30 });
    fc.assert(
      fc.property(id, id, fc.constantFrom(...codes), fc.constantFrom(...codes), (one, other, code, otherCode) => {
        const isSame = one === other && code === otherCode;
        expect(idOf(withId(one), code) === idOf(withId(other), otherCode)).toBe(isSame);
      }),
    );
  });
});

describe('MSA-3', () => {
  it('says of what was mapped to nothing that it was, with AA alone', () => {
    const head = headOf(withId('M1'));
    const texts = codes.map((code) => fieldsOf(acknowledge(head, code, { at, isUnmapped: true })).get('MSA')?.[3]);
    expect(texts).toEqual(['unmapped', ...Array.from({ length: 5 }, () => undefined)]);
    expect(fieldsOf(acknowledge(head, 'AA', { at })).get('MSA')).toEqual(['MSA', 'AA', 'M1']);
  });
});

const outcomes = ['durable', 'refused', 'not-now'] as const;
const acceptCode = { durable: 'CA', refused: 'CE', 'not-now': 'CR' } as const;
const applicationCode = { durable: 'AA', refused: 'AE', 'not-now': 'AR' } as const;

describe('answers', () => {
  const told = (acceptAck: string, applicationAck: string, acknowledgement: 'as-asked' | 'standard' = 'as-asked') =>
    outcomes.map((outcome) => answers({ acceptAck, applicationAck }, { acknowledgement }, outcome).join('+'));
  // MSH-15, MSH-16; what is told as asked; what is told where the setting is the standard, if it differs.
  const silent = ['', '', ''];
  const table: readonly [string, string, readonly string[], (readonly string[])?][] = [
    ['', '', ['AA', 'AE', 'AR']],
    ['', 'AL', ['AA', 'AE', 'AR']],
    ['', 'NE', ['CA', 'CE', 'CR'], silent],
    ['', 'ER', ['CA', 'AE', 'AR'], ['', 'AE', 'AR']],
    ['', 'SU', ['AA', 'CE', 'CR'], ['AA', '', '']],
    ['AL', '', ['CA', 'CE', 'CR']],
    ['AL', 'AL', ['CA+AA', 'CE', 'CR']],
    ['AL', 'NE', ['CA', 'CE', 'CR']],
    ['AL', 'ER', ['CA', 'CE', 'CR']],
    ['AL', 'SU', ['CA+AA', 'CE', 'CR']],
    ['NE', '', ['CA', 'CE', 'CR'], silent],
    ['NE', 'AL', ['AA', 'AE', 'AR']],
    ['NE', 'NE', ['CA', 'CE', 'CR'], silent],
    ['NE', 'ER', ['CA', 'AE', 'AR'], ['', 'AE', 'AR']],
    ['NE', 'SU', ['AA', 'CE', 'CR'], ['AA', '', '']],
    ['ER', '', ['CA', 'CE', 'CR'], ['', 'CE', 'CR']],
    ['ER', 'AL', ['AA', 'CE', 'CR']],
    ['ER', 'NE', ['CA', 'CE', 'CR'], ['', 'CE', 'CR']],
    ['ER', 'ER', ['CA', 'CE', 'CR'], ['', 'CE', 'CR']],
    ['ER', 'SU', ['AA', 'CE', 'CR']],
    ['SU', '', ['CA', 'CE', 'CR'], ['CA', '', '']],
    ['SU', 'AL', ['CA+AA', 'AE', 'AR']],
    ['SU', 'NE', ['CA', 'CE', 'CR'], ['CA', '', '']],
    ['SU', 'ER', ['CA', 'AE', 'AR']],
    ['SU', 'SU', ['CA+AA', 'CE', 'CR'], ['CA+AA', '', '']],
    ['XX', '', ['CA', 'CE', 'CR'], silent],
    ['', 'XX', ['CA', 'CE', 'CR'], silent],
    ['XX', 'YES', ['CA', 'CE', 'CR'], silent],
    ['XX', 'AL', ['AA', 'AE', 'AR']],
    ['AL', 'XX', ['CA', 'CE', 'CR']],
    ['al', 'Al', ['CA+AA', 'CE', 'CR']],
    ['""', '""', ['AA', 'AE', 'AR']],
  ];

  it.each(table)('MSH-15 %j and MSH-16 %j', (acceptAck, applicationAck, asAsked, standard = asAsked) => {
    expect(told(acceptAck, applicationAck)).toEqual(asAsked);
    expect(told(acceptAck, applicationAck, 'standard')).toEqual(standard);
  });

  it('never leave a sender waiting, and say of each outcome what it is, whatever stands in the two fields', () => {
    const condition = fc.oneof(
      fc.constantFrom('', 'AL', 'NE', 'ER', 'SU', 'al', '""'),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    fc.assert(
      fc.property(condition, condition, fc.constantFrom(...outcomes), (acceptAck, applicationAck, outcome) => {
        const given = answers({ acceptAck, applicationAck }, { acknowledgement: 'as-asked' }, outcome);
        const order = [acceptCode[outcome], applicationCode[outcome]];
        expect(given.length).toBeGreaterThan(0);
        expect(given).toEqual(order.filter((code) => given.includes(code)));
        const standard = answers({ acceptAck, applicationAck }, { acknowledgement: 'standard' }, outcome);
        expect([given, []]).toContainEqual(standard);
        if (applicationAck === 'AL' && outcome === 'durable') expect(given.at(-1)).toBe('AA');
      }),
    );
  });
});
