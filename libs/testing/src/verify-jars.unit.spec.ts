import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kafkaFiles, kafkaVersion } from './fetch-kafka.js';
import { parseSums, verifiedJars } from './verify-jars.js';

describe('the list of jars', () => {
  it('has every jar of the broker once, in full', () => {
    const text = readFileSync(join(kafkaFiles, 'jars.sha256'), 'utf8');
    const sums = parseSums(text);
    expect(sums.size).toBe(text.trimEnd().split('\n').length);
    expect([...sums.keys()]).toContain(`kafka_2.13-${kafkaVersion}.jar`);
  });

  it.each(['', `${'a'.repeat(63)}  x.jar`, `${'a'.repeat(64)}  ../x.jar`, `${'a'.repeat(64)} x.jar`])(
    'refuses the line %j',
    (line) => {
      expect(() => parseSums(`${line || 'x'}\n`)).toThrow(/not a line of a list of jars/);
    },
  );
});

describe('jars', () => {
  let folder: string;
  const names = ['a-1.jar', 'b_2.13-1.0.jar', 'c.jar'];
  const bytesOf = (name: string): Buffer => Buffer.from(`jar ${name}`.repeat(1000));
  const sums = new Map(names.map((name) => [name, createHash('sha256').update(bytesOf(name)).digest('hex')]));
  const verified = (): Promise<readonly string[]> => verifiedJars(folder, sums, `rm -r ${folder}`);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'reprise-jars-'));
    for (const name of names) writeFileSync(join(folder, name), bytesOf(name));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('that are those of the list are the class path, in its order', async () => {
    expect(await verified()).toEqual(names.map((name) => join(folder, name)));
  });

  it.each(names)('one bit of %s is refused by name, with the remedy', async (name) => {
    const bytes = bytesOf(name);
    bytes[4000] = (bytes[4000] ?? 0) ^ 1;
    writeFileSync(join(folder, name), bytes);
    await expect(verified()).rejects.toMatchObject({
      code: 'refused-by-policy',
      message: expect.stringContaining(`${name} has SHA-256`),
      hint: `rm -r ${folder}`,
    });
  });

  it('are refused where one is missing, and where there is one more', async () => {
    rmSync(join(folder, 'c.jar'));
    await expect(verified()).rejects.toThrow(/c\.jar is missing$/);
    writeFileSync(join(folder, 'evil.jar'), '');
    await expect(verified()).rejects.toThrow(/c\.jar is missing, and 1 more$/);
    writeFileSync(join(folder, 'c.jar'), bytesOf('c.jar'));
    await expect(verified()).rejects.toThrow(/evil\.jar is not on the list$/);
  });
});
