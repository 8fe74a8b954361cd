import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { speak } from '../words/words.js';
import { readToken } from './credentials.js';
import { Flags } from './flags.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reprise-credentials-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each(['en', 'fr'] as const)('where there are none, the folder that was named is said, in %s', async (language) => {
  const say = await speak(language);
  const place = { flags: new Flags(new Map()), cwd: folder, say };
  const file = join(folder, 'elsewhere', 'credentials.json');
  const misled = () => readToken({ ...place, env: { REPRISE_DATA_DIR: join(folder, 'elsewhere') } }, 'operators');
  expect(misled).toThrow(file);
  expect(misled).toThrow('REPRISE_DATA_DIR');
  expect(() => readToken({ ...place, env: {} }, 'operators')).toThrow('.reprise/credentials.json');
});
