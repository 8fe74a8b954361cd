import assert from 'node:assert/strict';
import { frame, FrameReader, readMessage } from '#hl7v2';
import { er7Seeds, er7Words, splitAt } from '../er7-seeds.js';
import { playedCapture, publisher } from '../played-capture.js';
import type { Target } from '../target.js';

const messagesOf = (input: Buffer): readonly Buffer[] => {
  const messages: Buffer[] = [];
  let start = 0;
  for (let end = input.indexOf(splitAt); end >= 0; end = input.indexOf(splitAt, start)) {
    messages.push(input.subarray(start, end));
    start = end + splitAt.length;
  }
  return start < input.length || messages.length === 0 ? [...messages, input.subarray(start)] : messages;
};

/** Answers that their sender could read: framed and taken out again they are the same. */
export const checkFramed = (answers: readonly Buffer[]): void => {
  for (const answer of answers) {
    const items = new FrameReader(10_000_000).push(frame(answer));
    assert.ok(
      items.length === 1 && items[0]?.kind === 'frame' && items[0].bytes.equals(answer),
      'no answer in one frame',
    );
  }
};

const checkAnswers = (answers: readonly Buffer[]): void => {
  checkFramed(answers);
  for (const answer of answers) {
    const text = answer.toString('latin1');
    assert.match(text, /^MSH/);
    assert.equal(text.split('\r').filter((segment) => segment.startsWith('MSA')).length, 1, 'not one MSA');
  }
};

/** Only on error, or only on success (HL7 table 0155): the other is answered by nothing. */
const asksForSome = (message: Buffer): boolean => {
  const { acceptAck, applicationAck } = readMessage(message, publisher).head;
  return [acceptAck, applicationAck].some((condition) => condition === 'ER' || condition === 'SU');
};

/** Messages, one behind the other, as one sender sends them: captured, acknowledged, followed, stored and printed. */
export const hl7Target = (): Target => ({
  format: { delimiters: '|^~\\&\r', separators: '\r', words: er7Words },
  seeds: er7Seeds,
  code: /\/dist\/libs\/(?:hl7v2|domain)\//,
  run: async (input) => {
    const { capture, refusals } = playedCapture();
    for (const message of messagesOf(input)) {
      const before = refusals();
      const { outcome, answers } = await capture.hl7(publisher, message);
      assert.notEqual(outcome, 'not-now');
      assert.equal(refusals() - before, outcome === 'refused' ? 1 : 0);
      assert.ok(answers.length > 0 || asksForSome(message), 'no answer');
      checkAnswers(answers);
    }
  },
});
