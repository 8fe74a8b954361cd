import { describe, expect, it } from 'vitest';
import { type Finess, Instant, Position } from '#domain';
import { type ListedRefusal, type Refusal, refusalBeginsMax, type RefusalJournal } from '#usecases';

const refusal = (n: number): Refusal => ({
  sender: 'his-demo',
  controlId: `MSG${n}`,
  label: 'ADT^A01',
  charset: 'iso-8859-1',
  receivedAt: Instant.of(1_790_000_000_000 + n),
  acknowledgement: 'AE',
  reasons: [{ code: 'too-deep', location: 'PID-3', text: 'trop profond' }],
  received: Buffer.from([0x4d, 0x53, 0x48, 0xe9, 0x00, n]),
  answered: Buffer.from(`MSA|AE|MSG${n}`),
});

const plain = (found: Refusal | undefined): unknown =>
  found && { ...found, received: Buffer.from(found.received), answered: Buffer.from(found.answered) };

const listed = (found: ListedRefusal): unknown => ({ ...found, begins: Buffer.from(found.begins) });

const asListed = ({ received, answered: _answered, ...rest }: Refusal): unknown => ({
  ...rest,
  begins: Buffer.from(received.subarray(0, refusalBeginsMax)),
  receivedBytes: received.byteLength,
});

export const refusalJournalContract = (
  name: string,
  make: () => Promise<{ readonly journal: RefusalJournal; readonly establishment: Finess }>,
): void => {
  describe(`${name} as a journal`, () => {
    it('is empty at first', async () => {
      const { journal, establishment } = await make();
      expect(await journal.newest(establishment, 10)).toEqual([]);
      expect(await journal.at(establishment, Position.of(0))).toBeUndefined();
    });

    it('lists the newest first, page by page, and gives one back byte for byte', async () => {
      const { journal, establishment } = await make();
      for (let n = 0; n < 5; n += 1) await journal.append(establishment, refusal(n));
      const page = await journal.newest(establishment, 3);
      expect(page.map(({ position }) => position)).toEqual([4, 3, 2]);
      expect(page.map((entry) => listed(entry.refusal))).toEqual([4, 3, 2].map((n) => asListed(refusal(n))));
      const older = await journal.newest(establishment, 3, { before: Position.of(2) });
      expect(older.map(({ refusal: { controlId } }) => controlId)).toEqual(['MSG1', 'MSG0']);
      expect(await journal.newest(establishment, 3, { before: Position.of(0) })).toEqual([]);
      const between = await journal.newest(establishment, 3, { before: Position.of(4), after: Position.of(1) });
      expect(between.map(({ position }) => position)).toEqual([3, 2]);
      expect(await journal.newest(establishment, 3, { after: Position.of(4) })).toEqual([]);
      expect(plain((await journal.at(establishment, Position.of(3)))?.refusal)).toEqual(plain(refusal(3)));
      expect(await journal.at(establishment, Position.of(5))).toBeUndefined();
    });

    it('lists of what came the beginning', async () => {
      const { journal, establishment } = await make();
      const large = { ...refusal(0), received: Buffer.alloc(5000, 'MSH|') };
      await journal.append(establishment, large);
      const [entry] = await journal.newest(establishment, 1);
      expect(entry?.refusal.begins.byteLength).toBe(refusalBeginsMax);
      expect(entry && listed(entry.refusal)).toEqual(asListed(large));
      expect(plain((await journal.at(establishment, Position.of(0)))?.refusal)).toEqual(plain(large));
    });
  });
};
