import { Instant } from '#domain';
import { describe, expect, it } from 'vitest';
import { acknowledge } from '../acknowledge.js';
import { contextOf, er7 } from '../fixtures/context.js';
import { readBatch } from '../mllp/batch.js';
import { readMessage } from '../read-message.js';
import { isHead } from './syntax.js';

const pid = 'PID|1||42^^^CH^PI||FICTIVE^ZOE^^^^^L';
const behind = '|GAM|CH|EAI|GHT|20260310091500||ADT^A31^ADT_A05| M1|P|2.5';
const answerTo = (bytes: Buffer, charset: 'utf8' | 'latin1' = 'utf8'): string => {
  const reading = readMessage(bytes, contextOf());
  if (reading.accepted) return 'accepted';
  expect(reading.errors.map(({ location }) => location)).toEqual(['MSH^1^2']);
  return acknowledge(reading.head, 'AE', { at: Instant.of(0), errors: reading.errors }).toString(charset);
};

/** What may become of `^~\&` on the way. */
const damages: readonly (readonly [string, string])[] = [
  ['a tilde that became another character', '|^˜\\&'],
  ['a tilde that became the euro sign', '|^€\\&'],
  ['a circumflex that became another character', '|ˆ~\\&'],
  ['an ampersand that became an entity', '|^~\\&amp;'],
  ['the tilde lost', '|^\\&'],
  ['the circumflex lost', '|~\\&'],
  ['the escape character lost', '|^~&'],
  ['two lost', '|^&'],
  ['all lost', '|'],
  ['all but the escape character lost', '|\\'],
  ['the circumflex twice', '|^^\\&'],
  ['the escape character doubled', '|^~\\\\&'],
  ['two more', '|^~\\&#%'],
  ['a letter among them', '|^~\\A'],
  ['a blank behind them', '|^~\\& '],
  ['a separator among them', '|^|\\&'],
  ['a separator for the tilde', '|^~|&'],
  ['a blank behind the name', ' |^~\\&'],
  ['a tab behind the name', '\t|^~\\&'],
  ['a separator before them', '||^~\\&'],
];

describe('a message with a damaged MSH-2', () => {
  it.each(damages)('is refused, and its sender told by its own id: %s', (_what, head) => {
    expect(answerTo(er7(`MSH${head}${behind}`, pid))).toMatch(
      /^MSH\|\^~\\&\|EAI\|GHT\|GAM\|CH\|19700101000000\+0000\|\|ACK\^A31\^ACK\|AE M1\|P\|2\.5\rMSA\|AE\| M1\|[^\r]*\rERR\|\|MSH\^1\^2\|102/,
    );
  });

  it('is told in the very bytes of its id, where they are in no known character set', () => {
    const message = Buffer.from(`MSH|^\x98\\&${behind.replace(' M1', 'Mé')}\r${pid}\r`, 'latin1');
    expect(answerTo(message, 'latin1')).toContain('\rMSA|AE|Mé|');
  });

  it('is told by its id where the separator behind MSH-2 was lost', () => {
    expect(answerTo(er7(`MSH|^~\\&${behind.slice(1)}`, pid))).toContain('\rMSA|AE| M1|');
  });

  it.each(['#', '^', '~', '\\', '&', '!'])('is answered with its own separator: %s', (field) => {
    const answer = answerTo(er7(`MSH${`${field}*%$€${behind}`.replaceAll('|', field)}`, pid));
    const [msh = '', msa = ''] = answer.split('\r');
    const [, encoding = ''] = msh.split(field);
    expect([isHead(msh), encoding.length, new Set(field + encoding).size]).toEqual([true, 4, 5]);
    expect(msa.split(field).slice(0, 3)).toEqual(['MSA', 'AE', ' M1']);
  });

  it('has an answer without an id where not even its fields are divided', () => {
    for (const separator of [' ', 'A', '€', '0'])
      expect(answerTo(er7(`MSH${separator}^~\\&${behind}`, pid))).toMatch(/\rMSA\|AE\|\|/);
  });

  it.each(['|^', '|^~', '|^~\\', '|^~\\&', '|^~\\&#', '|#', '|#!', '|#!@', '|#!@$'])('is none of %s', (head) => {
    const reading = readMessage(er7(`MSH${head}${behind.replaceAll('^', head.charAt(1))}`, 'EVN||2026'), contextOf());
    expect(reading.accepted ? [] : reading.errors.map(({ location }) => location)).not.toContain('MSH^1^2');
  });
});

describe('behind another message', () => {
  const first = `MSH|^~\\&|GAM|CH|EAI|GHT|20260310||ADT^A31^ADT_A05|M0|P|2.5\r${pid}`;

  it.each(damages)('it is a message of its own, and no part of another patient’s: %s', (_what, head) => {
    const second = `MSH${head}${behind}\r${pid.replace('42', '43')}`;
    for (const end of ['\r', '\n', '\r\n']) {
      const content = Buffer.from([first, second, first, ''].join('\r').replaceAll('\r', end));
      const messages = readBatch(content)?.batches.flatMap((batch) => batch.messages) ?? [];
      expect(messages.map((one) => one.toString())).toEqual(
        [first, second, first].map((one) => `${one}\r`.replaceAll('\r', end)),
      );
    }
    const whole = readMessage(er7(first, second), contextOf());
    expect(whole.accepted ? [] : whole.errors.map(({ location }) => location)).toEqual(['MSH^2']);
  });

  it('it is one under another separator, too', () => {
    const second = `MSH${`|^˜\\&${behind}`.replaceAll('|', '#')}\r${pid.replaceAll('|', '#')}`;
    const messages = readBatch(er7(first, second))?.batches.flatMap((batch) => batch.messages) ?? [];
    expect(messages.map((one) => one.toString())).toEqual([`${first}\r`, `${second}\r`]);
  });

  it.each(['MSH|12|pg', 'MSH ADT^A01', 'MSH-ADT-A01', 'MSH|||||||||', 'MSH'])('it is none of the text %s', (line) => {
    expect(readBatch(er7(first, 'OBX|1|TX|MSH||first', line))).toBeUndefined();
    expect(readMessage(er7(first, line), contextOf()).accepted).toBe(true);
  });
});
