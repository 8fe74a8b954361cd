import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';

const planted = 'libs/domain/src/planted-violation.ts';

const cruise = (): { readonly status: number | null; readonly output: string } => {
  const done = spawnSync(
    process.execPath,
    ['node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', 'apps', 'libs'],
    {
      encoding: 'utf8',
    },
  );
  return { status: done.status, output: done.stdout + done.stderr };
};

/** A gate that looks at nothing is green too: this one is seen to fail. */
describe('the boundaries', () => {
  afterEach(() => rmSync(planted, { force: true }));

  it('hold, and more than a hundred modules were looked at', () => {
    const { status, output } = cruise();
    expect(output).toMatch(/no dependency violations found/);
    expect(Number(/\((\d+) modules/.exec(output)?.[1])).toBeGreaterThan(100);
    expect(status).toBe(0);
  }, 60_000);

  it.each([
    ['an outer lib', "import '#usecases';\n", 'domain-imports-only-nothing'],
    ['a framework', "import '@nestjs/common';\n", 'pure-libs-know-no-framework'],
    ['the file system', "import 'node:fs';\n", 'pure-libs-do-no-io'],
  ])(
    'refuse that the domain imports %s',
    (_what, source, rule) => {
      writeFileSync(planted, source);
      const { status, output } = cruise();
      expect(output).toContain(rule);
      expect(status).not.toBe(0);
    },
    60_000,
  );

  it('keep generated and fetched files out of git', () => {
    const tracked = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n');
    expect(tracked.filter((file) => /(^|\/)(node_modules|dist|generated|\.reprise[^/]*)\//.test(file))).toEqual([]);
  });
});
