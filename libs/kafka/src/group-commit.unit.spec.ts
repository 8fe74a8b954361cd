import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure, Position } from '#domain';
import { GroupCommit, type NewEntry, WaitingBytes } from './group-commit.js';
import { entryBytesMax } from './topics.js';
import { batchUnpackedBytesMax } from './unpack-records.js';

const mega = 1024 * 1024;
const entry = (bytes: number, fill = 65): NewEntry => ({ value: Buffer.alloc(bytes, fill), attributes: {} });

/** A log that answers when told; what was sent lies in `requests`. */
const slowLog = (max = 100 * mega) => {
  const requests: { readonly entries: readonly NewEntry[]; ok(): void; fail(error: unknown): void }[] = [];
  let end = 0;
  const commits = new GroupCommit(
    (entries) =>
      new Promise((resolve, reject) => {
        const ok = (): void => {
          resolve(Position.of(end));
          end += entries.length;
        };
        requests.push({ entries, ok, fail: reject });
      }),
    new WaitingBytes(max),
  );
  return { commits, requests };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('GroupCommit', () => {
  it('has one request in flight, and what gathers meanwhile goes with the next', async () => {
    const { commits, requests } = slowLog();
    const first = commits.append(entry(1));
    await turn();
    const later = [1, 2, 3].map((n) => commits.append(entry(n)));
    await turn();
    expect(requests.map(({ entries }) => entries.length)).toEqual([1]);
    requests[0]?.ok();
    expect(await first).toBe(0);
    await turn();
    expect(requests.map(({ entries }) => entries.length)).toEqual([1, 3]);
    requests[1]?.ok();
    expect(await Promise.all(later)).toEqual([1, 2, 3]);
    await commits.idle();
  });

  it('lets what is appended in one turn of the event loop go together, also right behind an answer', async () => {
    const { commits, requests } = slowLog();
    const first = commits.append(entry(1));
    await turn();
    requests[0]?.ok();
    await first;
    const together = [commits.append(entry(1))];
    for (let microtask = 0; microtask < 20; microtask += 1) await Promise.resolve();
    together.push(commits.append(entry(1)));
    await turn();
    expect(requests.map(({ entries }) => entries.length)).toEqual([1, 2]);
    requests[1]?.ok();
    expect(await Promise.all(together)).toEqual([1, 2]);
  });

  it('keeps requests small, and lets a large entry go alone', async () => {
    const { commits, requests } = slowLog();
    const sizes = [3 * mega, 2 * mega, 20 * mega, ...Array.from({ length: 1500 }, () => 10)];
    const positions = sizes.map((size) => commits.append(entry(size)));
    for (let n = 0; n < 5; n += 1) {
      while (requests.length <= n) await turn();
      requests[n]?.ok();
    }
    expect(await Promise.all(positions)).toEqual(sizes.map((_, n) => n));
    expect(requests.map(({ entries }) => entries.length)).toEqual([1, 1, 1, 1000, 500]);
  });

  it('refuses for ever what would unpack to more than a reader takes of one entry', async () => {
    const { commits, requests } = slowLog(2 * entryBytesMax);
    const tooMuch = commits.append({ value: Buffer.alloc(entryBytesMax), attributes: { a: 'x' } });
    await expect(tooMuch).rejects.toMatchObject({ code: 'input.too-large' });
    const most = commits.append({ value: Buffer.alloc(entryBytesMax), attributes: {} });
    await turn();
    requests[0]?.ok();
    expect(await most).toBe(0);
    expect(entryBytesMax).toBeLessThan(batchUnpackedBytesMax);
  });

  it('counts attributes too, and refuses for ever what could never wait', async () => {
    const { commits, requests } = slowLog();
    const long = { value: Buffer.from('x'), attributes: { ce_id: 'x'.repeat(3 * mega) } };
    const appended = [entry(1), long, long].map((one) => commits.append(one));
    for (let n = 0; n < 3; n += 1) {
      while (requests.length <= n) await turn();
      requests[n]?.ok();
    }
    expect(await Promise.all(appended)).toEqual([0, 1, 2]);
    expect(requests.map(({ entries }) => entries.length)).toEqual([1, 1, 1]);
    await expect(commits.append(entry(100 * mega + 1))).rejects.toMatchObject({ code: 'input.too-large' });
  });

  it('fails what waits behind a request that did not reach the log, and goes on with what comes after', async () => {
    const { commits, requests } = slowLog();
    const outcomes = [commits.append(entry(1))];
    await turn();
    outcomes.push(commits.append(entry(1)));
    requests[0]?.fail(new Failure('log.unreachable', 'away'));
    expect((await Promise.allSettled(outcomes)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = commits.append(entry(1));
    await turn();
    expect(requests).toHaveLength(2);
    requests[1]?.ok();
    expect(await next).toBe(0);
  });

  it('fails only the request itself when a setting is wrong', async () => {
    const { commits, requests } = slowLog();
    const refused = commits.append(entry(1));
    await turn();
    const next = commits.append(entry(1));
    requests[0]?.fail(new Failure('log.settings', 'too small'));
    await expect(refused).rejects.toMatchObject({ code: 'log.settings' });
    await turn();
    requests[1]?.ok();
    expect(await next).toBe(0);
  });

  it('takes no more than its bytes, and takes again when they are gone', async () => {
    const { commits, requests } = slowLog(10);
    const first = commits.append(entry(8));
    await expect(commits.append(entry(3))).rejects.toMatchObject({ code: 'log.unreachable' });
    await turn();
    requests[0]?.ok();
    await first;
    const next = commits.append(entry(10));
    await turn();
    requests[1]?.ok();
    expect(await next).toBe(1);
  });

  it('gives every entry the position at which it stands, whatever comes when', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 60 }), async (pauses) => {
        const written: NewEntry[] = [];
        const send = async (entries: readonly NewEntry[]): Promise<Position> => {
          await turn();
          written.push(...entries);
          return Position.of(written.length - entries.length);
        };
        const commits = new GroupCommit(send, new WaitingBytes(mega));
        const appended: { readonly value: Buffer; readonly position: Promise<Position> }[] = [];
        for (const [n, pause] of pauses.entries()) {
          const value = Buffer.from(String(n));
          appended.push({ value, position: commits.append({ value, attributes: {} }) });
          for (let turns = 0; turns < pause; turns += 1) await turn();
        }
        for (const { value, position } of appended) expect(written[await position]?.value).toEqual(value);
        expect(written.map(({ value }) => value)).toEqual(appended.map(({ value }) => value));
      }),
      { numRuns: 50 },
    );
  });
});
