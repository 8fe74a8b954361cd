import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acknowledge, answers } from './acknowledge.js';
import { contextOf, er7 } from './fixtures/context.js';
import { readMessage } from './read-message.js';

const patient = 'PID|1||42^^^CH^PI||FICTIVE^Zoé^^^^^L';
const msh = (rest: string): string =>
  `MSH|^~\\&|GAM|CH|EAI|GHT|20260310091500||ADT^A31^ADT_A05|M1|P|2.5^FRA^2.11${rest}`;
const headOf = (bytes: Uint8Array) => readMessage(bytes, contextOf()).head;

describe('acknowledge', () => {
  it('answers in the words of the message', () => {
    const head = headOf(er7(msh('|||||FRA|UNICODE UTF-8'), patient));
    expect(acknowledge(head, 'AA').toString()).toBe(
      'MSH|^~\\&|EAI|GHT|GAM|CH|20260310091500||ACK^A31^ACK|AAM1|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8\rMSA|AA|M1\r',
    );
  });

  it('says where and why in ERR, in the sender’s language and character set', () => {
    const message = Buffer.from(`${msh('||||||8859/1')}\rPID|1||||É\r`, 'latin1');
    const reading = readMessage(message, contextOf({ language: 'fr' }));
    if (reading.accepted) throw new Error('accepted');
    const answer = acknowledge(reading.head, 'AE', reading.errors).toString('latin1');
    expect(answer).toContain(
      '\rERR||PID^1^3|101^Required field missing^HL70357|E||||aucun identifiant de patient utilisable\r',
    );
    expect(answer).toContain('\rMSA|AE|M1|');
  });

  it('uses the message’s own delimiters', () => {
    const head = headOf(Buffer.from('MSH#!@*%#A#B#C#D#20260310##ADT!A31#M#P#2.3\rPID#1##42!!!CH!PI\r'));
    const error = { location: 'PID^1^3', code: '101', text: 'a # b' };
    expect(acknowledge(head, 'AE', [error]).toString()).toBe(
      'MSH#!@*%#C#D#A#B#20260310##ACK!A31#AEM#P#2.3\rMSA#AE#M#a *F* b\rERR##PID!1!3#101!Required field missing!HL70357#E####a *F* b\r',
    );
  });

  it('is a function of the bytes, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.uint8Array({ maxLength: 80 }).map((tail) => Buffer.concat([Buffer.from(msh('')), tail])),
        ),
        (bytes) => {
          const [once, again] = [bytes, Uint8Array.from(bytes)].map((copy) => {
            const reading = readMessage(copy, contextOf());
            return acknowledge(reading.head, 'AE', reading.accepted ? [] : reading.errors).toString('hex');
          });
          expect(once).toBe(again);
        },
      ),
    );
  });
});

describe('answers', () => {
  const asked = (acceptAck: string, applicationAck: string, acknowledgement: 'as-asked' | 'standard' = 'as-asked') =>
    (['durable', 'refused', 'not-now'] as const).map((outcome) =>
      answers({ acceptAck, applicationAck }, { acknowledgement }, outcome).join('+'),
    );
  it.each([
    ['', '', ['AA', 'AE', 'AR']],
    ['AL', 'NE', ['CA', 'CE', 'CR']],
    ['AL', '', ['CA', 'CE', 'CR']],
    ['AL', 'AL', ['CA+AA', 'CE', 'CR']],
    ['NE', 'AL', ['AA', 'AE', 'AR']],
    ['ER', 'NE', ['', 'CE', 'CR']],
    ['SU', 'ER', ['CA', 'AE', 'AR']],
    ['NE', 'NE', ['CA', 'CE', 'CR']],
    ['NE', '', ['CA', 'CE', 'CR']],
    ['XX', '', ['CA', 'CE', 'CR']],
  ])('MSH-15 %j and MSH-16 %j', (acceptAck, applicationAck, codes) => {
    expect(asked(acceptAck, applicationAck)).toEqual(codes);
  });
  it('keep silent on NE/NE where the sender’s setting is the standard', () => {
    expect(asked('NE', 'NE', 'standard')).toEqual(['', '', '']);
    expect(asked('', '', 'standard')).toEqual(['AA', 'AE', 'AR']);
  });
});
