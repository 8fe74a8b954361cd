import { Finess, Instant } from '#domain';
import { describe, expect, it } from 'vitest';
import { aSender } from '../../../testing/src/builders/sender.js';
import { MemoryRefusalJournal } from '../../../testing/src/memory-refusal-journal.js';
import type { Publisher } from './publisher.js';
import { RefuseCutOff } from './refuse-cut-off.js';

const finess = Finess.parse('750712184');
const publisher: Publisher = {
  sender: aSender(finess),
  establishment: { finess, name: 'CH (démo)', sites: [], timeZone: 'Europe/Paris' },
  // Whoever asks for the id of a record maps what nobody will take.
  idOf: () => {
    throw new Error('mapped');
  },
};
const msh = 'MSH|^~\\&|HIS|CH|R|G|20261120143000+0100||ADT^A28|CUT-12345|P|2.5';
const whole = `${msh}\rPID|1||42^^^CH^PI||FICTIVE^ZOE|||F||2106-3|\rNTE|1||end`;

const refused = async (bytes: string) => {
  const journal = new MemoryRefusalJournal();
  await new RefuseCutOff(journal, () => Instant.of(5)).of(publisher, Buffer.from(bytes));
  const [entry, ...more] = await journal.newest(finess, 10);
  expect(more).toEqual([]);
  return entry && (await journal.at(finess, entry.position))?.refusal;
};

describe('a frame that was cut off', () => {
  it('stands in the journal wherever it was cut, and names an id only where that came whole', async () => {
    for (let length = 1; length <= whole.length; length++) {
      const refusal = await refused(whole.slice(0, length));
      expect(refusal).toMatchObject({
        sender: publisher.sender.name,
        acknowledgement: 'none',
        receivedAt: 5,
        reasons: [{ code: 'frame.cut-off', location: '' }],
      });
      expect([refusal?.controlId, refusal?.label]).toEqual(
        length > msh.length ? ['CUT-12345', 'ADT^A28'] : ['', 'unknown'],
      );
      expect(refusal?.received.byteLength).toBeGreaterThan(0);
    }
  });

  it('is kept without what the law forbids to keep', async () => {
    const { received } = (await refused(whole)) ?? {};
    expect(Buffer.from(received ?? []).toString()).not.toContain('2106-3');
    expect(Buffer.from(received ?? []).toString()).toContain('FICTIVE');
  });
});
