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
    expect(stderr).toContain('--type "DELETE Patient" --since 2026-11-20T14:31:00.000Z');
  });

  it('has blocks where the terminal has Unicode, and French words', async () => {
    const token = control.file('operator.token', 'token-of-camille');
    const env = { REPRISE_API: control.url, LANG: 'fr_FR.UTF-8' };
    const { stdout, stderr } = await control.reprise(['messages', '--summary', '--token-file', token], { env });
    expect(stdout).toMatch(/▁ {2}█$/m);
    expect(stdout).toContain('graphique');
    expect(stderr).toContain('par minute');
  });

  it('leads to what removed most, else to what came most', async () => {
    const usual = { ...summary.series[0], type: 'ORU^R01', removed: 0, peak: { from: row.from, messages: 9000 } };
    control.answers = [{ json: { ...summary, series: [usual, ...summary.series] } }];
    expect((await said('--lang', 'en')).stderr).toContain('--type "DELETE Patient"');
    control.answers = [
      { json: { ...summary, series: [{ ...usual, type: 'ADT^A01', peak: { from: row.from, messages: 3 } }, usual] } },
    ];
    expect((await said('--lang', 'en')).stderr).toContain('--type "ORU^R01"');
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
