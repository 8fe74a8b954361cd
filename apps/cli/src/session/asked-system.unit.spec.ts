import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf } from '../../../../libs/platform/process-identity.mjs';
import { PlayedControl, type Ran } from '../../test/played-control.js';

const alive = identityOf(process.pid);

describe('a call that names no system', () => {
  const before = process.env['TMPDIR'];
  let project: string;
  let first: PlayedControl;
  let second: PlayedControl;
  beforeEach(async () => {
    project = realpathSync(mkdtempSync(join(tmpdir(), 'reprise-project-')));
    process.env['TMPDIR'] = project;
    [first, second] = [await PlayedControl.start(), await PlayedControl.start()];
  });
  afterEach(async () => {
    await Promise.all([first.stop(), second.stop()]);
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(project, { recursive: true });
  });

  /** A data folder as a supervisor makes it, that it may have left when it was killed. */
  const runs = (name: string, control: PlayedControl, owner: object | undefined = alive): void => {
    const folder = join(project, name);
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'credentials.json'),
      JSON.stringify({ operators: [{ name: 'o', token: `of-${name}` }] }),
    );
    writeFileSync(join(folder, 'lock'), JSON.stringify({ ...owner, control: control.url, project }));
  };
  const status = (env: Record<string, string> = {}, ...flags: readonly string[]): Promise<Ran> => {
    second.asked.length = 0;
    return first.reprise(['status', '--output', 'json', ...flags], { env, cwd: join(project) });
  };
  const tokens = (control: PlayedControl): readonly string[] => control.asked.map((asked) => asked.authorization);

  it('finds the one that runs, on whatever ports, and says which', async () => {
    runs('.reprise', first, { ...alive, startedAt: 'earlier' });
    runs('.reprise-31000', second);
    const { code, stderr } = await status();
    expect([code, tokens(first), tokens(second)]).toEqual([0, [], ['Bearer of-.reprise-31000']]);
    expect(stderr).toContain(`asking the system on .reprise-31000 (${second.url})\n`);
    expect((await status({ LANG: 'fr_FR.UTF-8' })).stderr).toContain('question posée au système de .reprise-31000');
  });

  it('finds one in a temporary folder that this project runs, and nobody else’s', async () => {
    runs('reprise-ephemeral-0-31000', second);
    expect((await status()).code).toBe(0);
    expect(tokens(second)).toEqual(['Bearer of-reprise-ephemeral-0-31000']);
    const elsewhere = { ...alive, control: second.url, project: '/another/clone' };
    writeFileSync(join(project, 'reprise-ephemeral-0-31000', 'lock'), JSON.stringify(elsewhere));
    expect((await status()).code).toBe(2);
    expect(tokens(second)).toEqual([]);
  });

  it('asks the one on the usual ports where that runs too', async () => {
    runs('.reprise', first);
    runs('.reprise-31000', second);
    const { code, stderr } = await status();
    expect([code, tokens(first), tokens(second)]).toEqual([0, ['Bearer of-.reprise'], []]);
    expect(stderr).not.toContain('asking');
  });

  it('chooses none of several: it names them', async () => {
    runs('.reprise-31000', first);
    runs('.reprise-32000', second);
    const { code, stdout, stderr } = await status();
    expect([code, stdout, tokens(first), tokens(second)]).toEqual([2, '', [], []]);
    expect(stderr).toContain(
      'REPRISE_DATA_DIR=.reprise-31000 npx reprise, REPRISE_DATA_DIR=.reprise-32000 npx reprise',
    );
  });

  it('is no call that names one: flags and environment come first', async () => {
    runs('.reprise-31000', first);
    runs('.reprise-32000', second);
    await status({ REPRISE_DATA_DIR: join(project, '.reprise-32000') });
    expect(tokens(second)).toEqual(['Bearer of-.reprise-32000']);
    await status({}, '--api', second.url);
    expect(tokens(second)).toEqual(['Bearer of-.reprise-32000']);
    await status({ REPRISE_API: second.url }, '--token-file', join(project, '.reprise-31000', 'credentials.json'));
    expect(tokens(second)).toEqual(['Bearer of-.reprise-31000']);
  });
});
