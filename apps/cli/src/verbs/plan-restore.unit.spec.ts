import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlayedControl } from '../../test/played-control.js';

const run = (done: string): string =>
  `the cut of 990000010 lies within a run of dpi, which ${done} 40 records up to it and 60 behind it, from 2026-11-20T14:00:00.000Z to 2026-11-20T14:02:00.000Z; usual were at most 0 in ten minutes`;
const command = 'reprise messages --summary --establishment 990000010 --since 2026-11-20T13:50:00.000Z';

describe('a plan that is to be looked at before it is run', () => {
  let control: PlayedControl;
  beforeAll(async () => {
    control = await PlayedControl.start();
  });
  afterAll(() => control.stop());
  const plan = async (text: string, ...flags: readonly string[]) => {
    const warnings = [{ code: 'cut.within-removals', establishment: '990000010', sender: 'dpi', text, command }];
    control.answers = [{ json: { planId: 'p1', scope: { establishments: ['990000010'] }, warnings } }];
    return control.reprise(['restore', 'plan', '--establishment', '990000010', '--to', '15m ago', ...flags]);
  };

  it('says so, with the command that shows why, to a script too', async () => {
    const { code, stderr } = await plan(run('removed'), '--lang', 'en');
    expect(code).toBe(0);
    expect(stderr).toContain(`warning: ${run('removed')} — see: ${command}\n`);
    const json = await plan(run('removed'), '--lang', 'en', '--output', 'json');
    expect(json.stderr).toContain(run('removed'));
    expect(JSON.parse(json.stdout)).toMatchObject({ warnings: [{ sender: 'dpi' }] });
  });

  it.each([
    [run('removed'), '40 enregistrements retirés avant elle et 60 après'],
    [run('rewrote'), '40 enregistrements réécrits avant elle et 60 après'],
    [
      'whether the cut of 990000010 lies within a run of removals or rewrites is not known: no replica has told in time',
      'on ne sait pas si la coupure de 990000010',
    ],
  ])('says so in French: %s', async (text, french) => {
    expect((await plan(text, '--lang', 'fr')).stderr).toContain(french);
  });
});
