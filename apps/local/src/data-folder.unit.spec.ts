import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hasData } from './data-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reprise-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('nobody is sent to begin anew where nothing is there to be freed', () => {
  expect(hasData(folder)).toBe(false);
  for (const name of ['lock', 'version', 'fold']) writeFileSync(join(folder, name), '1');
  expect(hasData(folder)).toBe(false);
  mkdirSync(join(folder, 'kafka'));
  expect(hasData(folder)).toBe(true);
});
