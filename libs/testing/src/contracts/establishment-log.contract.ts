import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Finess, Instant, Position } from '#domain';
import type { EstablishmentLog, LogEntry } from '#usecases';

export interface EstablishmentLogUnderTest {
  readonly log: EstablishmentLog;
  /** Its log exists and is empty. */
  readonly establishment: Finess;
  /** Makes the log anew under the same name. */
  readonly replace: () => Promise<void>;
  /** Loses everything before this position. */
  readonly trim: (before: Position) => Promise<void>;
}

export const entriesOf = async (batches: AsyncIterable<readonly LogEntry[]>): Promise<LogEntry[]> => {
  const all: LogEntry[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
};

const values = (count: number): Buffer[] => Array.from({ length: count }, (_, n) => Buffer.from(`event ${n}`));

/** What every `EstablishmentLog` keeps; run it on the real one and on the fake. */
export const establishmentLogContract = (name: string, make: () => Promise<EstablishmentLogUnderTest>): void => {
  const filled = async (count: number): Promise<EstablishmentLogUnderTest> => {
    const made = await make();
    for (const value of values(count)) await made.log.append(made.establishment, value, { type: 'test' });
    return made;
  };
  const at = (position: number): Position => Position.of(position);

  describe(`${name} as a log`, () => {
    it('says that an empty log is empty', async () => {
      const { log, establishment } = await make();
      expect(await log.range(establishment)).toEqual({ logId: '', first: 0, last: Position.none });
      expect(await entriesOf(log.read(establishment, at(0), Position.none))).toEqual([]);
      expect(await log.cutAt(establishment, Instant.of(Date.now()))).toBe(Position.none);
    });

    it('gives each append the next position, however many come at once', async () => {
      const { log, establishment } = await make();
      const appended = values(64);
      const positions = await Promise.all(appended.map((value) => log.append(establishment, value, {})));
      expect(positions.toSorted((a, b) => a - b)).toEqual(appended.map((_, n) => n));
      const entries = await entriesOf(log.read(establishment, at(0), at(63)));
      for (const [n, position] of positions.entries()) expect(entries[position]?.value).toEqual(appended[n]);
    });

    it('reads any range, both ends included, to the letter', async () => {
      const { log, establishment } = await filled(7);
      for (let from = 0; from < 7; from += 1)
        for (let to = from; to < 7; to += 1) {
          const entries = await entriesOf(log.read(establishment, at(from), at(to)));
          expect(entries.map(({ position, value }) => [position, String(value)])).toEqual(
            values(7)
              .map((value, n) => [n, String(value)])
              .slice(from, to + 1),
          );
        }
    });

    it('refuses to read beyond its end', async () => {
      const { log, establishment } = await filled(3);
      for (const [from, to] of [
        [0, 3],
        [3, 3],
        [50, 60],
      ] as const)
        await expect(entriesOf(log.read(establishment, at(from), at(to)))).rejects.toMatchObject({
          code: 'log.truncated',
        });
    });

    it('says that its beginning is gone', async () => {
      const { log, establishment, trim } = await filled(4);
      await trim(at(2));
      await expect(entriesOf(log.read(establishment, at(0), at(3)))).rejects.toMatchObject({ code: 'log.gap' });
      await expect(log.range(establishment)).rejects.toMatchObject({ code: 'log.gap' });
      expect(await entriesOf(log.read(establishment, at(2), at(3)))).toHaveLength(2);
    });

    it('keeps its identity while it grows, and another log under its name has another', async () => {
      const { log, establishment, replace } = await filled(1);
      const { logId } = await log.range(establishment);
      expect(logId).not.toBe('');
      await log.append(establishment, Buffer.from('more'), {});
      expect(await log.range(establishment)).toEqual({ logId, first: 0, last: 1 });
      await replace();
      for (const value of values(1)) await log.append(establishment, value, { type: 'test' });
      const replaced = await log.range(establishment);
      expect(replaced.logId).not.toBe('');
      expect(replaced.logId).not.toBe(logId);
    });

    it('cuts at the last position recorded at or before an instant, to the millisecond', async () => {
      const { log, establishment } = await make();
      for (const value of values(5)) {
        await log.append(establishment, value, {});
        await sleep(3);
      }
      const entries = await entriesOf(log.read(establishment, at(0), at(4)));
      const stamps = entries.map(({ appendedAt }) => appendedAt as number);
      for (const instant of stamps.flatMap((stamp) => [stamp - 1, stamp, stamp + 1])) {
        const expected = stamps.findLastIndex((_, n) => Math.max(...stamps.slice(0, n + 1)) <= instant);
        expect(await log.cutAt(establishment, Instant.of(instant))).toBe(expected);
      }
      expect(await log.cutAt(establishment, Instant.of(-5))).toBe(Position.none);
      expect(await log.cutAt(establishment, Instant.of(Date.now() + 1e9))).toBe(4);
    });
  });
};
