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

describe('messages that do not fit a page', () => {
  let control: PlayedControl;
  beforeAll(async () => {
    control = await PlayedControl.start();
  });
  afterAll(() => control.stop());
  const item = (recordedAt: string | null, receivedAt: string) => ({ messageId: 'm', recordedAt, receivedAt });
  const page = {
    items: [
      item('2026-11-20T14:33:10.500Z', '2026-11-20T14:33:10.490Z'),
      item(null, '2026-11-20T14:33:10.300Z'),
      item('2026-11-20T14:33:10.400Z', '2026-11-20T14:33:10.390Z'),
    ],
    next: 'c2',
  };
  const series = (messages: number, counts: readonly number[]) => ({ messages, counts });
  const older = {
    since: '2026-11-20T14:30:30.000Z',
    until: '2026-11-20T14:33:10.300Z',
    piece: 'minute',
    series: [series(110, [0, 90, 0, 20]), series(5, [0, 0, 5, 0])],
  };
  const argv = ['messages', '--sender', 'dpi', '--type', 'DELETE Patient', '--since', '3m ago', '--lang', 'en'];

  it('are counted, and the last line shows the first of them', async () => {
    control.answers = [{ json: page }, { json: older }];
    const { code, stderr } = await control.reprise(argv);
    expect(code).toBe(0);
    expect(control.asked[1]?.line).toBe(
      'GET /api/messages/summary?sender=dpi&since=3m+ago&until=2026-11-20T14%3A33%3A10.300Z&type=DELETE+Patient',
    );
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(
      'older ones, since 2026-11-20T14:30:30.000Z: 115; the first of them: reprise messages --sender dpi --since 2026-11-20T14:31:00.000Z --until 2026-11-20T14:32:00.000Z --type "DELETE Patient" --limit 90',
    );
  });

  it('are not counted for a script, nor where there are none, and a count that fails takes no page away', async () => {
    control.answers = [{ json: page }];
    await control.reprise([...argv, '--output', 'json']);
    expect(control.asked).toHaveLength(1);
    control.answers = [{ json: page }, { json: { ...older, series: [] } }];
    expect((await control.reprise(argv)).stderr).not.toContain('older ones');
    control.answers = [{ json: page }, { status: 400, json: { code: 'input.invalid', title: 'since is later' } }];
    const { code, stdout } = await control.reprise(argv);
    expect([code, stdout.includes('14:33:10Z')]).toEqual([0, true]);
    control.answers = [{ json: { ...page, next: null } }];
    await control.reprise(argv);
    expect(control.asked).toHaveLength(1);
  });
});
