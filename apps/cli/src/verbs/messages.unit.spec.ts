import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlayedControl } from '../../test/played-control.js';

const row = {
  from: '2026-11-20T14:31:00.000Z',
  establishment: '990000010',
  sender: 'dpi',
  type: 'DELETE Patient',
  messages: 160,
  parked: 0,
  refused: 0,
  records: 160,
  removed: 160,
};
const summary = {
  since: '2026-11-20T14:28:00.000Z',
  until: '2026-11-20T14:32:00.000Z',
  piece: 'minute',
  complete: true,
  items: [row],
  series: [
    {
      establishment: '990000010',
      sender: 'dpi',
      type: 'DELETE Patient',
      messages: 170,
      removed: 170,
      peak: { from: row.from, messages: 160 },
      counts: [10, 0, 0, 160],
    },
  ],
  closer: {
    why: 'removed',
    sender: 'dpi',
    command: 'reprise messages --type "DELETE Patient" --sender dpi --since 2026-11-20T14:31:00.000Z',
  },
  next: null,
};

describe('messages --summary', () => {
  let control: PlayedControl;
  beforeAll(async () => {
    control = await PlayedControl.start();
    control.answers = [{ json: summary }];
  });
  afterAll(() => control.stop());
  const said = async (...more: string[]) => control.reprise(['messages', '--summary', ...more]);

  it('shows rows, and a chart of each type below them', async () => {
    const { code, stdout, stderr } = await said('--lang', 'en');
    expect(code).toBe(0);
    expect(stdout).toMatch(/2026-11-20T14:31:00Z +990000010 +dpi +DELETE Patient +160 +0 +0 +160 +160/);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
      /^dpi +DELETE Patient +170 +170 +2026-11-20T14:31:00Z +160 {2}\. {2}@$/,
    );
    expect(stderr).toContain('by the minute');
  });

  it('has blocks where the terminal has Unicode, and French words', async () => {
    const token = control.file('operator.token', 'token-of-camille');
    const env = { REPRISE_API: control.url, LANG: 'fr_FR.UTF-8' };
    const { stdout, stderr } = await control.reprise(['messages', '--summary', '--token-file', token], { env });
    expect(stdout).toMatch(/▁ {2}█$/m);
    expect(stdout).toContain('graphique');
    expect(stderr).toContain('par minute');
  });

  it('leads to what control says is worth a closer look, and why', async () => {
    for (const [why, english, french] of [
      ['removed', 'where dpi removed far more than usual: ', 'dpi a retiré bien plus'],
      ['rewritten', 'where dpi rewrote far more than usual: ', 'dpi a réécrit bien plus'],
      ['busiest', 'where most came: ', 'il en est venu le plus'],
    ] as const) {
      control.answers = [{ json: { ...summary, closer: { ...summary.closer, why } } }];
      expect((await said('--lang', 'en')).stderr).toContain(`look closer, ${english}${summary.closer.command}\n`);
      expect((await said('--lang', 'fr')).stderr).toContain(french);
    }
    control.answers = [{ json: { ...summary, items: [], closer: null } }];
    expect((await said('--lang', 'en')).stderr).toBe('no message fits\n');
    control.answers = [{ json: summary }];
  });

  it('gives the same rows as data', async () => {
    expect((await said('--output', 'jsonl')).stdout).toBe(`${JSON.stringify(row)}\n`);
    expect((await said('--output', 'csv')).stdout).toBe(
      '\ufefffrom,establishment,sender,type,messages,parked,refused,records,removed\r\n' +
        '2026-11-20T14:31:00.000Z,990000010,dpi,DELETE Patient,160,0,0,160,160\r\n',
    );
    expect(JSON.parse((await said('--output', 'json')).stdout)).toEqual(summary);
  });

  it('says where more came than is counted', async () => {
    control.answers = [{ json: { ...summary, complete: false } }];
    expect((await said('--output', 'csv', '--lang', 'en')).stderr).toContain('more came than is counted');
  });
});
