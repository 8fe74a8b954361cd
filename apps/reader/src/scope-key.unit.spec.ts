import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readScopeKey } from './scope-key.js';

const folder = mkdtempSync(join(tmpdir(), 'reprise-scope-key-'));
const file = join(folder, 'scope.key');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the scope key of a reader', () => {
  it('is 32 bytes in hex', () => {
    writeFileSync(file, `${'0f'.repeat(32)}\n`);
    expect(readScopeKey(file)).toEqual(Buffer.alloc(32, 15));
  });

  it.each(['', '0f', '0f'.repeat(33), 'g'.repeat(64), `${'0F'.repeat(32)}`])('is not "%s"', (text) => {
    writeFileSync(file, text);
    const read = (): unknown => readScopeKey(file);
    expect(read).toThrow(`${file} holds no scope key`);
    expect(read).toThrow(expect.objectContaining({ hint: expect.stringContaining('REPRISE_SCOPE_KEY_FILE') }));
  });

  it('is named where it cannot be read', () => {
    expect(() => readScopeKey(join(folder, 'none'))).toThrow(`${join(folder, 'none')} cannot be read`);
  });
});
