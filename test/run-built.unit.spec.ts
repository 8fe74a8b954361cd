import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, 'run-built.mjs');

describe('npm run bench, npm run fuzz', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'reprise-run-'));
    // In npm's place: says that it was asked to build, and fails.
    writeFileSync(join(folder, 'npm'), '#!/bin/sh\necho "asked: $*"\nexit 7\n', { mode: 0o755 });
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (...args: readonly string[]) => {
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { env, encoding: 'utf8' });
    return { status, stdout, stderr };
  };

  it.each([
    [['bench', 'nosuch'], 'npm run bench -- capture|live|restore|read|soak|withstand\n'],
    [['bench'], 'npm run bench -- capture|live|restore|read|soak|withstand\n'],
    [['fuzz', '--help'], 'npm run fuzz -- hl7|mllp|fhir|cloudevents|represented\n'],
  ])('%j builds nothing and says what there is', (args, stderr) => {
    expect(run(...args)).toEqual({ status: 2, stdout: '', stderr });
  });

  it('builds for what there is, and ends as the build does where it fails', () => {
    expect(run('bench', 'read', '--events', '300')).toEqual({ status: 7, stdout: 'asked: run -s build\n', stderr: '' });
  });
});
