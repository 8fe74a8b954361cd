import { createSecretKey } from 'node:crypto';
import { decodeEvent, Finess, Instant, Position } from '#domain';
import { describe, expect, it } from 'vitest';
import { aSender } from '../../../../testing/src/builders/sender.js';
import { CaptureMessage } from '../../capture/capture-message.js';
import { recordIds } from '../../capture/record-ids.js';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type { RefusalJournal } from '../../ports/refusal-journal.js';
import { acknowledgementOf } from './acknowledgement-of.js';

const finess = Finess.parse('990000010');
const receivedAt = Instant.parse('2026-11-20T14:30:00.900+01:00');

/** What was sent, and what is shown from what the log has kept. */
const sentAndShown = async (message: Buffer, charset?: 'iso-8859-1'): Promise<readonly [string, string]> => {
  let value = Buffer.alloc(0);
  let now = receivedAt;
  const log: Pick<EstablishmentLog, 'append'> = {
    append: async (_establishment, written) => {
      value = Buffer.from(written);
      return Position.of(0);
    },
  };
  const capture = new CaptureMessage(log as EstablishmentLog, {} as RefusalJournal, {
    // Each look at the clock is a second later.
    now: () => (now = Instant.of(now + 1_000)),
    newId: () => 'new',
  });
  const publisher = {
    sender: { ...aSender(finess), ...(charset && { hl7: { charset } }) },
    establishment: { finess, name: 'CH (démo)', sites: [], timeZone: 'Indian/Reunion' },
    idOf: recordIds(createSecretKey(Buffer.from('a secret'))),
  };
  const { outcome, answers } = await capture.hl7(publisher, message);
  expect(outcome).toBe('durable');
  const recorded = { position: Position.of(0), appendedAt: receivedAt, ...decodeEvent(value) };
  return [Buffer.concat(answers).toString('latin1'), Buffer.from(acknowledgementOf(recorded)).toString('latin1')];
};

const message = (type: string, id: string, asked = '|'): Buffer =>
  Buffer.from(
    `MSH|^~\\&|A|B|C|D||SECRET|${type}|${id}|P|2.5|||${asked}|FRA\rEVN||20261120143000\rPID|1||42^^^D^PI||TESTINE\r`,
  );

describe('the acknowledgement that is shown', () => {
  it.each([
    ['mapped', message('ADT^A31^ADT_A05', 'M1'), 1],
    ['mapped, with two answers', message('ADT^A31^ADT_A05', 'M1', 'AL|AL'), 2],
    ['mapped to nothing', message('SIU^S12', 'M1'), 1],
    ['mapped to nothing, with two answers', message('SIU^S12', 'M1', 'AL|AL'), 2],
    ['of an id with blanks', message('ADT^A31^ADT_A05', ' M1 '), 1],
    ['of a long id', message('ADT^A31^ADT_A05', 'X'.repeat(40)), 1],
    ['of an id in UTF-8', message('ADT^A31^ADT_A05', 'Zoé'), 1],
  ])('is the one that was sent, to the byte: %s', async (_what, bytes, count) => {
    const [sent, shown] = await sentAndShown(bytes);
    expect(shown).toBe(sent);
    expect(sent.match(/\rMSA\|/g)).toHaveLength(count);
  });

  it('is read by the character set that the message was read by', async () => {
    const [sent, shown] = await sentAndShown(message('ADT^A31^ADT_A05', 'Zoé'), 'iso-8859-1');
    expect(shown).toBe(sent);
  });
});
