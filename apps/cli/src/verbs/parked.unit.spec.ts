import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, PlayedControl } from '../../test/played-control.js';

const event = {
  messageId: '990000010-815',
  label: 'PATCH Observation',
  sender: 'labo',
  recordedAt: '2026-11-20T13:02:00.000Z',
  records: ['Observation'],
  reason: 'the record is not there',
};
const outcome = {
  drainId: '990000010-820',
  by: 'camille',
  isApplied: true,
  pending: [] as string[],
  away: [] as string[],
  released: ['990000010-816'],
  givenUp: [] as string[],
  waiting: [] as object[],
};
const appended: Answer = { json: { drainId: '990000010-820', positions: ['820'], by: 'camille' } };
const came = (more: Partial<typeof outcome> = {}): Answer => ({ json: { ...outcome, ...more } });

describe('a drain', () => {
  let control: PlayedControl;
  beforeAll(async () => {
    control = await PlayedControl.start();
  });
  afterAll(() => control.stop());
  let nowMs = 0;
  beforeEach(() => {
    nowMs = 0;
  });
  const world = {
    nowMs: () => nowMs,
    pause: async (ms: number) => {
      nowMs += ms;
    },
  };
  const drain = (...more: string[]) =>
    control.reprise(['parked', 'drain', '990000010-815', '--yes', '--lang', 'en', ...more], world);
  const shown = 'GET /api/parked/990000010-815';
  const lines = () => control.asked.map(({ line }) => line);

  it('is waited for until the replicas have applied it, and shows what came of it', async () => {
    control.answers = [
      { json: event },
      appended,
      came({ isApplied: false, pending: ['b'] }),
      came({ isApplied: false, pending: ['b'] }),
      came(),
    ];
    const { code, stdout, stderr } = await drain();
    expect([code, lines()]).toEqual([
      0,
      [shown, 'POST /api/parked/990000010-815/drain', ...Array<string>(3).fill('GET /api/parked/drains/990000010-820')],
    ]);
    expect(stdout).toMatch(/by +camille/);
    expect(stdout).toMatch(/released +990000010-816/);
    expect(stderr).toContain('waiting for replicas: b');
    control.answers = [{ json: event }, appended, came()];
    const { stdout: json } = await drain('--output', 'json');
    expect(JSON.parse(json)).toEqual(outcome);
  });

  it('ends with 1 where nothing was released, and says what still waits and why', async () => {
    control.answers = [{ json: event }, appended, came({ released: [], waiting: [event] })];
    const { code, stdout, stderr } = await drain();
    expect(code).toBe(1);
    expect(stdout).toContain('the record is not there');
    expect(stderr).toContain('nothing was released');
    expect(stderr).toContain('--skip POSITION');
    control.answers = [{ json: event }, appended, came({ released: [], givenUp: ['990000010-815'] })];
    expect((await drain('--skip', '815')).code).toBe(0);
  });

  it('waits a bounded time for a replica, and tells of one that is away', async () => {
    control.answers = [{ json: event }, appended, came({ isApplied: false, pending: ['a'] })];
    const late = await drain('--no-progress');
    expect([late.code, late.stdout]).toEqual([75, '']);
    expect(late.stderr).toContain('come to it by themselves');
    control.answers = [{ json: event }, appended, came({ away: ['b'] })];
    expect((await drain()).stderr).toContain('replica b does not answer');
  });

  it('asks, before it gives an event up, by what it is', async () => {
    const questions: string[] = [];
    const skip = async (answer: string) => {
      control.answers = [{ json: event }, appended, came({ givenUp: ['990000010-815'] })];
      return control.reprise(['parked', 'drain', '990000010-815', '--skip', '815', '--lang', 'en'], {
        ...world,
        answers: true,
        ask: async (question) => {
          questions.push(question);
          return answer;
        },
      });
    };
    expect((await skip('n')).code).toBe(1);
    expect(lines()).toEqual(['GET /api/parked/990000010-815']);
    for (const said of ['PATCH Observation of labo', '2026-11-20T13:02', 'naming Observation', 'no effect, ever'])
      expect(questions[0]).toContain(said);
    expect((await skip('y')).code).toBe(0);
    expect(control.asked[1]?.body).toBe('{"skip":["815"]}');
    expect(questions).toHaveLength(2);
  });

  it('says what --yes gives up', async () => {
    control.answers = [{ json: event }, appended, came({ givenUp: ['990000010-815'] })];
    const { stderr } = await drain('--skip', '815');
    expect(stderr).toContain('Give 990000010-815 up for good: PATCH Observation of labo,');
    expect(stderr).toContain('in any restore that holds this drain. Yes, by --yes.');
  });

  it('says of what only waits behind another that it is not at fault, where it asks and with --yes', async () => {
    const behind = { ...event, messageId: '990000010-816', reason: 'waits behind position 815' };
    const told = '990000010-816 is not at fault: it waits behind 990000010-815,';
    control.answers = [{ json: event }, { json: behind }, appended, came({ givenUp: ['990000010-816'] })];
    expect((await drain('--skip', '816')).stderr).toContain(told);
    control.answers = [{ json: event }, { json: behind }];
    const asked: string[] = [];
    const refused = await control.reprise(['parked', 'drain', '990000010-815', '--skip', '816', '--lang', 'en'], {
      ...world,
      answers: true,
      ask: async (question) => {
        asked.push(question);
        return 'n';
      },
    });
    expect([refused.code, asked.length, asked[0]?.startsWith(told)]).toEqual([1, 1, true]);
    control.answers = [{ json: event }, appended, came({ givenUp: ['990000010-815'] })];
    expect((await drain('--skip', '815')).stderr).not.toContain('not at fault');
  });

  it('is not asked about where nothing waits, nor gives that up', async () => {
    const gone: Answer = { status: 404, json: { code: 'not-found', title: 'nothing waits at 990000010-7', hint: '' } };
    for (const [argv, before] of [
      [['990000010-7'], []],
      [['990000010-815', '--skip', '815', '--skip', '7'], [shown]],
    ] as const) {
      control.answers = [...before.map(() => ({ json: event })), gone];
      const asked: string[] = [];
      const { code, stderr } = await control.reprise(['parked', 'drain', ...argv], {
        ...world,
        answers: true,
        ask: async (question) => {
          asked.push(question);
          return 'y';
        },
      });
      expect([code, asked, lines()]).toEqual([2, [], [...before, 'GET /api/parked/990000010-7']]);
      expect(stderr).toContain('nothing waits at 990000010-7');
    }
  });
});

describe('what waits', () => {
  let control: PlayedControl;
  beforeAll(async () => {
    control = await PlayedControl.start();
  });
  afterAll(() => control.stop());
  const withheld = { ...event, waitingCount: 3, waitingTypes: ['Patient (2)', 'Observation'], waiting: null };

  it.each([
    ['list', [], { items: [withheld] }],
    ['show', ['990000010-815'], withheld],
  ])('is told by type and number, and how to see which it is: %s', async (verb, argument, json) => {
    control.answers = [{ json }];
    const argv = ['parked', verb, ...argument, '--lang', 'en'];
    const { stdout, stderr } = await control.reprise(argv);
    expect(stdout).toContain('Patient (2) Observation');
    expect(stderr).toContain(`by: reprise ${['parked', verb, ...argument].join(' ')} --show-phi`);
    const shown = await control.reprise([...argv, '--show-phi']);
    expect(shown.stderr).not.toContain('withheld');
    expect((await control.reprise([...argv, '--output', 'json'])).stderr).toBe('');
  });

  it('is nothing to hint at where nothing waits', async () => {
    control.answers = [{ json: { items: [] } }];
    expect((await control.reprise(['parked', 'list', '--lang', 'en'])).stderr).toBe('nothing waits\n');
  });
});
