import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlayedControl } from '../../test/played-control.js';

const restore = {
  restoreId: 'r1',
  state: 'cancelled',
  planHash: 'abc',
  eventsTotal: 812,
  target: '2026-11-20T13:30:00Z',
  requestedBy: 'camille',
};

describe.each(['cancel', 'approve', 'promote', 'rollback'])('restore %s', (step) => {
  let control: PlayedControl;
  beforeAll(async () => {
    control = await PlayedControl.start();
  });
  afterAll(() => control.stop());
  const lines = () => control.asked.map(({ line }) => line);
  const run = async (answer?: string, ...flags: readonly string[]) => {
    const questions: string[] = [];
    const ran = await control.reprise(['restore', step, 'r1', '--lang', 'en', ...flags], {
      answers: answer !== undefined,
      ask: async (question) => {
        questions.push(question);
        return answer ?? '';
      },
    });
    return { ...ran, questions };
  };
  const may = `GET /api/restores/r1/may/${step}`;
  const taken = `POST /api/restores/r1/${step}`;

  it('asks about what can be done, by what it is, and does it only after a yes', async () => {
    control.answers = [{ json: restore }];
    const no = await run('');
    expect([no.code, lines(), no.questions.length]).toEqual([1, [may], 1]);
    expect(no.stderr).toContain('plan abc, 812 events up to 2026-11-20T13:30:00Z, run by camille');
    const yes = await run('y');
    expect([yes.code, lines()]).toEqual([0, [may, taken]]);
  });

  it('asks nothing where it would be refused', async () => {
    const title = 'camille ran restore r1: another operator approves it';
    control.answers = [{ status: 422, json: { code: 'refused-by-policy', title, hint: 'use --as NAME' } }];
    for (const [answer, ...flags] of [['y'], [undefined], [undefined, '--yes']] as const) {
      const { code, stderr, questions } = await run(answer, ...flags);
      expect([code, lines().length, questions]).toEqual([6, 1, []]);
      expect(stderr).toContain(title);
      expect(stderr).not.toContain('?');
    }
  });

  it('needs --yes where nobody can answer, and then says what was answered', async () => {
    control.answers = [{ json: restore }];
    const alone = await run();
    expect([alone.code, lines()]).toEqual([2, [may]]);
    expect(alone.stderr).toContain('--yes');
    const { code, stderr } = await run(undefined, '--yes');
    expect([code, lines()]).toEqual([0, [`${may}?proof=later`, taken]]);
    expect(stderr).toMatch(/plan abc, 812 events[^]* restore r1[^]*\? Yes, by --yes\.\n/);
  });
});

describe.each([
  ['promote', 'promoted', 'readers have switched to restore r1 in: a, b. Back: reprise restore rollback r1'],
  ['rollback', 'rolled-back', 'readers are back on the former timeline in: a, b'],
])('restore %s', (step, state, done) => {
  let control: PlayedControl;
  beforeAll(async () => {
    control = await PlayedControl.start();
  });
  afterAll(() => control.stop());
  const shows = (b: string, reason = '') => ({
    json: {
      ...restore,
      state,
      switches: [
        { replica: 'a', state: 'switched' },
        { replica: 'b', state: b, reason },
      ],
    },
  });
  const run = async (...flags: readonly string[]) => {
    let nowMs = 0;
    return control.reprise(['restore', step, 'r1', '--yes', '--lang', 'en', ...flags], {
      nowMs: () => nowMs,
      pause: async (ms) => {
        nowMs += ms;
      },
    });
  };

  it('is said once every replica has switched', async () => {
    const away = { status: 503, json: { code: 'http.503', title: 'stopping' } };
    control.answers = [{ json: restore }, shows('pending'), shows('pending'), away, shows('switched')];
    const { code, stdout, stderr } = await run();
    expect(code).toBe(0);
    expect(stdout).toMatch(/switched in +a b/);
    expect(stderr).toMatch(/waiting until readers have switched in: b\n/);
    expect(stderr.trimEnd().endsWith(done)).toBe(true);
    const json = await run('--output', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      switches: [{ replica: 'a' }, { replica: 'b', state: 'switched' }],
    });
  });

  it('names a replica that does not, and why, after a bounded time', async () => {
    const silence = 'replica b: its replicator has said nothing for 27 s';
    control.answers = [{ json: restore }, shows('pending', silence)];
    const { code, stderr } = await run();
    expect(code).toBe(75);
    expect(stderr).toContain('replica b has not switched');
    expect(stderr).toContain('reprise doctor');
    expect(stderr).toContain(silence);
    expect(stderr).not.toContain(done);
  });

  it('does not wait for a replica that is away', async () => {
    control.answers = [{ json: restore }, shows('unreachable')];
    const { code, stderr } = await run();
    expect([code, control.asked.length]).toEqual([75, 2]);
    expect(stderr).toContain('replica b does not answer: it switches when it is back');
  });
});
