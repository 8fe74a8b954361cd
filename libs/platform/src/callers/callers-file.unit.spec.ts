import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '#domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProcessLog } from '../logging/process-log.js';
import { CallersFile } from './callers-file.js';
import { parseCallers } from './parse-callers.js';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const file = (tokens: Record<string, string>): string =>
  JSON.stringify({
    senders: [{ name: 'his-a', finess: '010000024', tokenSha256: sha(tokens['sender'] ?? ''), mllpPort: 2575 }],
    readers: [{ name: 'viewer', tokenSha256: sha('reader'), establishments: ['010000024'] }],
    operators: [{ name: 'alice', tokenSha256: sha('operator') }],
  });

describe('the callers file', () => {
  let folder: string;
  let path: string;
  const written: string[] = [];
  const log = new ProcessLog('test', { write: (line) => void written.push(line) });
  let callers: CallersFile | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'callers-'));
    path = join(folder, 'callers.json');
  });
  afterEach(() => {
    callers?.close();
    rmSync(folder, { recursive: true });
  });

  it('knows callers by token and by listener', () => {
    writeFileSync(path, file({ sender: 'one' }));
    callers = new CallersFile(path, log);
    expect(callers.byToken('one')).toEqual({ kind: 'sender', name: 'his-a', finess: '010000024' });
    expect(callers.byToken('reader')).toEqual({ kind: 'reader', name: 'viewer', establishments: ['010000024'] });
    expect(callers.byToken('operator')).toEqual({ kind: 'operator', name: 'alice' });
    expect(callers.byMllpPort().get(2575)?.name).toBe('his-a');
    expect(callers.byToken('')).toBeUndefined();
    expect(callers.byToken('One')).toBeUndefined();
    expect(callers.byToken(sha('one'))).toBeUndefined();
  });

  it('is read again when it changes, and keeps the last good one when it breaks', async () => {
    writeFileSync(path, file({ sender: 'one' }));
    callers = new CallersFile(path, log);
    const changed = new Promise<void>((resolve) => callers?.onChange(resolve));
    writeFileSync(path, file({ sender: 'second' }));
    await changed;
    expect(callers.byToken('one')).toBeUndefined();
    expect(callers.byToken('second')?.name).toBe('his-a');
    writeFileSync(path, '{');
    await expect.poll(() => written.join(''), { timeout: 5_000 }).toContain('callers.unreadable');
    expect(callers.byToken('second')?.name).toBe('his-a');
  });

  it('is there at the start, or the boot stops', () => {
    expect(() => new CallersFile(path, log)).toThrow(Failure);
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '3'],
    ['a list that is none', '{"senders":3}'],
    ['a sender without FINESS', '{"senders":[{"name":"a"}]}'],
    ['a caller without name', '{"operators":[{"tokenSha256":"00"}]}'],
    ['a hash that is none', '{"operators":[{"name":"a","tokenSha256":"token"}]}'],
    ['a port that is none', '{"senders":[{"name":"a","finess":"010000024","mllpPort":-1}]}'],
    [
      'a shared token',
      `{"operators":[{"name":"a","tokenSha256":"${sha('x')}"},{"name":"b","tokenSha256":"${sha('x')}"}]}`,
    ],
    ['a reader without establishments', '{"readers":[{"name":"a"}]}'],
  ])('refuses %s', (_what, text) => {
    expect(() => parseCallers(text)).toThrow(Failure);
  });
});
