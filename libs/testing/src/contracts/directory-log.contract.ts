import { describe, expect, it, vi } from 'vitest';
import { Instant } from '#domain';
import type { DirectoryEntry, DirectoryEvent, DirectoryLog } from '#usecases';

const declared = (code: string): DirectoryEvent => ({
  v: 1,
  at: Instant.of(1_790_000_000_000),
  by: 'operator-a',
  kind: 'territory-declared',
  code,
  name: `Territoire ${code} (démo)`,
});

const allOf = async (log: DirectoryLog): Promise<DirectoryEntry[]> => {
  const all: DirectoryEntry[] = [];
  for await (const entries of log.read()) all.push(...entries);
  return all;
};

/** `make` gives the same log again when it is one for all: the suite counts from what it finds. */
export const directoryLogContract = (name: string, make: () => Promise<DirectoryLog>): void => {
  describe(`${name} as the directory's log`, () => {
    it('gives back what was appended, in order', async () => {
      const log = await make();
      const before = await allOf(log);
      const positions = [await log.append(declared('a')), await log.append(declared('b'))];
      const news = (await allOf(log)).slice(before.length);
      expect(news.map(({ event }) => event)).toEqual([declared('a'), declared('b')]);
      expect(news.map(({ position }) => position)).toEqual(positions);
      expect(positions).toEqual([before.length, before.length + 1]);
    });

    it('gives what is not whole in its place, as such, and goes on behind it', async () => {
      const log = await make();
      const before = await allOf(log);
      const { name: _, ...less } = declared('less') as Extract<DirectoryEvent, { kind: 'territory-declared' }>;
      await log.append(less as DirectoryEvent);
      await log.append(declared('behind'));
      const unreadable = { kind: 'unreadable', as: 'territory-declared', reason: 'name: it is missing' };
      const seen: unknown[] = [];
      const following = await log.follow(async ({ event }) => void seen.push(event));
      await vi.waitFor(() => expect(seen.slice(before.length)).toEqual([unreadable, declared('behind')]), {
        timeout: 5000,
      });
      expect((await allOf(log)).slice(before.length).map(({ event }) => event)).toEqual([
        unreadable,
        declared('behind'),
      ]);
      await following.close();
    });

    it('is followed from the beginning, then as entries come, one after the other, until closed', async () => {
      const log = await make();
      await log.append(declared('first'));
      const before = (await allOf(log)).length;
      const seen: number[] = [];
      let running = 0;
      const following = await log.follow(async ({ position }) => {
        running += 1;
        expect(running).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 1));
        seen.push(position);
        running -= 1;
      });
      await vi.waitFor(() => expect(seen).toHaveLength(before), { timeout: 5000 });
      await Promise.all([log.append(declared('x')), log.append(declared('y'))]);
      await vi.waitFor(() => expect(seen).toHaveLength(before + 2), { timeout: 5000 });
      await following.close();
      await log.append(declared('unseen'));
      expect(seen).toEqual(Array.from({ length: before + 2 }, (_, n) => n));
    });

    it('says what ended the following', async () => {
      const log = await make();
      await log.append(declared('first'));
      const onEntry = vi.fn(async () => {
        throw new Error('cannot apply');
      });
      const following = await log.follow(onEntry);
      await vi.waitFor(() => expect(onEntry).toHaveBeenCalled(), { timeout: 5000 });
      await expect(following.close()).rejects.toThrow('cannot apply');
    });
  });
};
