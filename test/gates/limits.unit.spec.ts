import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { limitsPage, unlisted, written } from './limits.js';

describe('the page of limits', () => {
  it('is what the code enforces', async () => {
    await expect(limitsPage()).toMatchFileSnapshot(join(import.meta.dirname, '..', '..', 'docs', 'limits.md'));
  });

  it('forgets no constant whose name says that it is a bound', () => {
    expect(unlisted()).toEqual([]);
  });

  it('writes a bound in the unit that its name says', () => {
    expect(written('frameBytesMax', 20 * 1024 ** 2)).toBe('20 MiB');
    expect(written('logBytesMax', 200_000_000)).toBe('200 MB');
    expect(written('mshBytesMax', 1_000)).toBe('1 kB');
    expect(written('handshakeMsMax', 10_000)).toBe('10 s');
    expect(written('restMs', 100)).toBe('100 ms');
    expect(written('conditions', 2000)).toBe('2 000');
  });
});
