import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const module = join(import.meta.dirname, '..', 'install-lock.mjs');

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'reprise-lock-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Each appends what it does to one file; what overlaps is seen there. */
const contend = async (count: number): Promise<readonly string[]> => {
  const script = `
import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { alone } from ${JSON.stringify(module)};
const tell = (word) => appendFileSync(${JSON.stringify(join(root, 'told'))}, word + process.pid + '\\n');
await alone({ root: ${JSON.stringify(root)}, command: 'spec', env: {}, say: () => {} }, async () => {
  tell('in ');
  await pause(30);
  tell('out ');
});`;
  const all = Array.from({ length: count }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' }),
  );
  const codes = await Promise.all(all.map(async (child) => (await once(child, 'exit'))[0] as number));
  expect(codes).toEqual(all.map(() => 0));
  return readFileSync(join(root, 'told'), 'utf8').trim().split('\n');
};

const assertOneByOne = (told: readonly string[], count: number): void => {
  expect(told).toHaveLength(2 * count);
  for (let at = 0; at < told.length; at += 2)
    expect([told[at]?.split(' ')[0], told[at + 1]]).toEqual(['in', told[at]?.replace('in', 'out')]);
  expect(readdirSync(root)).toEqual(['told']);
};

it('lets many work one by one', async () => assertOneByOne(await contend(6), 6));

it('is taken over by one of many from a holder that is gone', async () => {
  const lock = join(root, '.reprise-installing');
  mkdirSync(lock);
  // This process's number, and a start that is not its own.
  writeFileSync(join(lock, `${process.pid}-${Buffer.from('earlier').toString('hex')}`), 'half a fi');
  mkdirSync(`${lock}.${process.pid}-${Buffer.from('earlier').toString('hex')}`);
  assertOneByOne(await contend(6), 6);
});

it('is free where its holder was killed while it let go', async () => {
  mkdirSync(join(root, '.reprise-installing'));
  assertOneByOne(await contend(3), 3);
});
