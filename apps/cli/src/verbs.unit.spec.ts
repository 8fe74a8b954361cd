import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlayedControl } from '../test/played-control.js';
import { groups } from './verb.js';
import { verbs } from './verbs.js';

const restore = {
  restoreId: 'r1',
  planId: 'p1',
  state: 'built',
  phase: 'done',
  eventTimeReached: '2026-11-20T13:02:00.123Z',
  target: '2026-11-20T13:30:00Z',
  eventsDone: 812,
  eventsTotal: 812,
  etaSeconds: null,
  certificateId: 'r1.990000010',
};
const message = {
  messageId: '990000010-812',
  establishment: '990000010',
  sender: 'labo',
  label: 'ADT^A01',
  controlId: 'M"1,x',
  receivedAt: '2026-11-20T13:02:00Z',
  state: 'applied',
  acknowledgement: 'AA',
  position: '812',
  records: ['Patient/a', 'Encounter/b'],
  warnings: [{ code: 'finess-foreign', location: 'MSH-4', text: 'another' }],
};

describe('a verb', () => {
  let control: PlayedControl;
  beforeAll(async () => {
    control = await PlayedControl.start();
  });
  afterAll(() => control.stop());

  it.each<[string[], string, object | undefined]>([
    [['status'], 'GET /api/status', undefined],
    [
      ['messages', '--sender', 'labo', '--state', 'refused', '--since', '15m ago', '--id', 'M&1', '--limit', '5'],
      'GET /api/messages?sender=labo&state=refused&since=15m+ago&id=M%261&limit=5',
      undefined,
    ],
    [
      ['messages', '--type', 'ADT^A01', '--until', '5m ago', '--record', 'Patient/1'],
      'GET /api/messages?until=5m+ago&type=ADT%5EA01&record=Patient%2F1',
      undefined,
    ],
    [
      ['messages', '--summary', '--sender', 'labo', '--limit', '9'],
      'GET /api/messages/summary?sender=labo&limit=9',
      undefined,
    ],
    [['messages', '--warning', 'message-id-reused'], 'GET /api/messages?warning=message-id-reused', undefined],
    [['sender', 'list'], 'GET /api/senders', undefined],
    [['sender', 'show', 'his-alize'], 'GET /api/senders/his-alize', undefined],
    [
      ['sender', 'incarnation', 'open', 'his-alize', '--reason', 'backup', '--yes'],
      'POST /api/senders/his-alize/incarnation',
      { reason: 'backup' },
    ],
    [['message', 'show', 'a/b'], 'GET /api/messages/a%2Fb', undefined],
    [['message', 'show', 'm', '--show-phi'], 'GET /api/messages/m?showPhi=true', undefined],
    [['parked', 'list', '--establishment', '990000010'], 'GET /api/parked?establishment=990000010', undefined],
    [['restore', 'run', 'p1', '--yes'], 'POST /api/restores', { planId: 'p1' }],
    [['restore', 'list'], 'GET /api/restores', undefined],
    [['restore', 'watch', 'r1'], 'GET /api/restores/r1', undefined],
    [['restore', 'resume', 'r1'], 'POST /api/restores/r1/resume', {}],
    [['restore', 'cancel', 'r1', '--yes'], 'POST /api/restores/r1/cancel', {}],
    [['restore', 'approve', 'r1', '--yes'], 'POST /api/restores/r1/approve', {}],
    [['restore', 'promote', 'r1', '--yes'], 'POST /api/restores/r1/promote', {}],
    [['restore', 'rollback', 'r1', '--yes'], 'POST /api/restores/r1/rollback', {}],
    [
      ['restore', 'compare', 'r1', '--patients', '--fields', '--show-phi'],
      'GET /api/restores/r1/compare?patients=true&fields=true&showPhi=true',
      undefined,
    ],
    [['certificate', 'show', 'r1'], 'GET /api/certificates/r1', undefined],
    [['doctor'], 'GET /api/doctor', undefined],
    [['parked', 'show', '990000010-815', '--show-phi'], 'GET /api/parked/990000010-815?showPhi=true', undefined],
    [['at', '15m', 'ago', '--establishment', '990000010'], 'GET /api/at?t=15m+ago&establishment=990000010', undefined],
    [['verify', 'replica', '--establishment', '990000010'], 'POST /api/verify/replica?establishment=990000010', {}],
    [['verify', 'log'], 'POST /api/verify/log', {}],
    [
      ['restore', 'plan', '--establishment', '990000010', '--to', '2026-11-20T14:30'],
      'POST /api/restores/plan',
      { establishment: '990000010', to: '2026-11-20T14:30', excludeSenders: [], excludeTypes: [], excludeBetween: [] },
    ],
    [
      [
        'restore',
        'plan',
        '--territory',
        'ght-demo',
        '--before-event',
        'E',
        '--clock',
        'sent',
        '--exclude-sender',
        'labo',
        '--exclude-type',
        'ORU',
        '--exclude-type',
        'DELETE',
        '--exclude-between',
        'A, B',
        '--after-cut',
        'replay',
        '--allow-empty',
      ],
      'POST /api/restores/plan',
      {
        territory: 'ght-demo',
        beforeEvent: 'E',
        clock: 'sent',
        afterCut: 'replay',
        excludeSenders: ['labo'],
        excludeTypes: ['ORU', 'DELETE'],
        excludeBetween: [['A', 'B']],
        allowEmpty: true,
      },
    ],
  ])('%j asks control', async (argv, line, body) => {
    control.answers = [{ json: { ...restore, items: [] } }];
    await control.reprise(argv);
    const [last, ...before] = control.asked.toReversed();
    expect(last?.line).toBe(line);
    // What `--yes` answers is looked at first, so that it can be said.
    const looked = argv.includes('--yes') && argv[1] !== 'run' ? 1 : 0;
    expect(before.map((asked) => asked.line.slice(0, 4))).toEqual(Array<string>(looked).fill('GET '));
    expect(last?.body ?? '').toBe(body === undefined ? '' : JSON.stringify(body));
    expect(last?.authorization).toBe('Bearer token-of-camille');
  });

  it('prints the answer whole as json, its items as jsonl and csv, and words never', async () => {
    const answer = { items: [message], next: 'c2' };
    control.answers = [{ json: answer }];
    const json = await control.reprise(['messages', '--output', 'json']);
    expect(JSON.parse(json.stdout)).toEqual(answer);
    expect(json.stderr).toBe('');
    const jsonl = await control.reprise(['messages', '--output', 'jsonl']);
    expect(
      jsonl.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([message]);
    const csv = await control.reprise(['messages', '--output', 'csv']);
    // A spreadsheet knows UTF-8 by its mark.
    expect(csv.stdout.startsWith('\ufeffmessageId,')).toBe(true);
    expect(csv.stdout.slice(1).split('\r\n')).toEqual([
      'messageId,establishment,sender,label,controlId,receivedAt,state,acknowledgement,position,records,warnings',
      '990000010-812,990000010,labo,ADT^A01,"M""1,x",2026-11-20T13:02:00Z,applied,AA,812,Patient/a Encounter/b,finess-foreign@MSH-4',
      '',
    ]);
    const table = await control.reprise(['messages', '--lang', 'fr']);
    expect(table.stdout).toMatch(/^identifiant +établissement +émetteur/);
    expect(table.stdout).toContain('appliqué');
    expect(table.stderr).toContain('--cursor c2');
  });

  it('keeps what came from outside from steering the terminal', async () => {
    control.answers = [{ json: { items: [{ ...message, controlId: '\u001b[2Jx\u202ey' }], next: null } }];
    const { stdout } = await control.reprise(['messages']);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toContain('\u202e');
  });

  it.each([
    [400, 'input.invalid', 2],
    [404, 'not-found', 2],
    [409, 'busy', 5],
    [422, 'refused-by-policy', 6],
    [503, 'log.gap', 4],
    [503, 'replica.unreachable', 75],
    [500, 'http.500', 1],
    [503, 'http.503', 75],
  ])('told %i %s ends with the exit code %i, no data, a sentence and the hint', async (status, code, exitCode) => {
    control.answers = [{ status, json: { title: 'what was wrong with it', status, code, hint: 'what to do' } }];
    for (const lang of ['fr', 'en']) {
      const ran = await control.reprise(['status', '--output', 'json', '--lang', lang]);
      expect(ran).toMatchObject({ code: exitCode, stdout: '' });
      expect(ran.stderr).toContain('what was wrong with it');
      expect(ran.stderr).toContain('what to do');
      expect(ran.stderr).not.toContain(' at ');
    }
  });

  it.each([
    ['same', 0],
    ['differs', 3],
    ['nothing-examined', 1],
    ['a word of tomorrow', 3],
  ])('a certificate of which control says "%s" ends with %i', async (verdict, exitCode) => {
    const certificate = { version: 1, establishment: '990000010', cut: '40' };
    control.answers = [{ json: { verdict, examined: { events: 41, records: 40 }, checks: [] } }];
    const ran = await control.reprise(['certificate', 'verify', control.file('c.json', JSON.stringify(certificate))]);
    expect(ran.code).toBe(exitCode);
    expect(control.asked[0]?.line).toBe('POST /api/certificates/verify');
    expect(JSON.parse(control.asked[0]?.body ?? '')).toEqual(certificate);
  });

  it('verifies no certificate that says a thing twice', async () => {
    const text = '{ "version": 1, "establishment": "990000010", "cut": "40", "cut": "41" }';
    for (const [lang, word] of [
      ['en', 'twice'],
      ['fr', 'deux fois'],
    ] as const) {
      const ran = await control.reprise(['certificate', 'verify', control.file('twice.json', text), '--lang', lang]);
      expect([ran.code, control.asked]).toEqual([2, []]);
      expect(ran.stderr).toContain('cut');
      expect(ran.stderr).toContain(word);
    }
  });

  it('runs a plan that was written to a file, whole; what holds none is refused without asking', async () => {
    const plan = { planId: 'plan-0123456789abcdef', hash: 'h', targets: [], request: {} };
    control.answers = [{ json: { ...restore, state: 'running' } }];
    for (const file of [
      control.file('plan.json', JSON.stringify(plan, undefined, 2)),
      control.file('plan', JSON.stringify(plan)),
    ]) {
      expect((await control.reprise(['restore', 'run', file])).code).toBe(0);
      expect(JSON.parse(control.asked[0]?.body ?? '')).toEqual({ plan });
    }
    await control.reprise(['restore', 'run', 'plan-0123456789abcdef']);
    expect(JSON.parse(control.asked[0]?.body ?? '')).toEqual({ planId: 'plan-0123456789abcdef' });
    for (const file of [
      './none.json',
      control.file('cut-off.json', '{"planId'),
      control.file('restore.json', JSON.stringify(restore)),
    ]) {
      const ran = await control.reprise(['restore', 'run', file]);
      expect([ran.code, control.asked]).toEqual([2, []]);
      expect(ran.stderr).toContain('restore plan');
      expect(ran.stderr).toContain('--output json');
    }
  });

  it('shows every certificate of a restore, and verifies them together', async () => {
    const one = { version: 1, establishment: '990000010', cut: '40', signature: 'sig-a' };
    const several = { items: [one, { ...one, establishment: '990000028', signature: 'sig-b' }] };
    control.answers = [{ json: several }];
    const table = await control.reprise(['certificate', 'show', 'r1']);
    expect(table.stdout).toMatch(/990000010[^]*sig-a\n\n[^]*990000028[^]*sig-b\n$/);
    const json = await control.reprise(['certificate', 'show', 'r1', '--output', 'json']);
    expect(JSON.parse(json.stdout)).toEqual(several);
    expect((await control.reprise(['certificate', 'show', 'r1', '--output', 'jsonl'])).stdout.split('\n')).toHaveLength(
      3,
    );
    const checks = [{ what: 'signature', expected: 'valid', found: 'valid', ok: true }];
    const establishments = ['990000010', '990000028'].map((establishment) => ({
      establishment,
      verdict: 'same',
      checks,
    }));
    control.answers = [{ json: { verdict: 'same', examined: { events: 2, records: 2 }, establishments } }];
    const verified = await control.reprise(['certificate', 'verify', control.file('several.json', json.stdout)]);
    expect(verified.code).toBe(0);
    expect(JSON.parse(control.asked[0]?.body ?? '')).toEqual(several);
    expect(verified.stdout).toMatch(/990000010 +same +signature[^]*990000028 +same +signature/);
  });

  it.each<[object, number]>([
    [{ byType: { Patient: { added: 0, changed: 0, removed: 0, same: 9 } }, afterCut: 3 }, 0],
    [{ byType: { Patient: { added: 1, changed: 0, removed: 0, same: 9 } }, afterCut: 0 }, 3],
    [{ byType: { Patient: { same: 9 }, Encounter: { removed: 2 } }, afterCut: 0 }, 3],
    [{ byType: {}, afterCut: 0 }, 1],
  ])('a comparison of %j ends with %i', async (compared, code) => {
    control.answers = [{ json: { restoreId: 'r1', patients: {}, ...compared } }];
    const ran = await control.reprise(['restore', 'compare', 'r1', '--output', 'json']);
    expect(ran.code).toBe(code);
    expect(JSON.parse(ran.stdout)).toMatchObject(compared);
  });

  it('says try again (75) where nobody answers, and how to look', async () => {
    const ran = await control.reprise(['status', '--api', 'http://127.0.0.1:1']);
    expect(ran).toMatchObject({ code: 75, stdout: '' });
    expect(ran.stderr).toContain('--api');
    expect((await control.reprise(['doctor', '--api', 'http://127.0.0.1:1'])).code).toBe(75);
    expect((await control.reprise(['status', '--api', 'ftp://x'])).code).toBe(2);
  });

  it('refuses with 6 what this version does not have, without asking anybody', async () => {
    for (const argv of [
      ['verify', 'archive'],
      ['seal', 'list'],
      ['drill', 'run'],
    ]) {
      const ran = await control.reprise(argv);
      expect(ran).toMatchObject({ code: 6, stdout: '' });
      expect(ran.stderr).toContain(argv.join(' '));
      expect(control.asked).toEqual([]);
    }
  });

  it('shows what an empty log has as nothing, and fits a table into COLUMNS where it is given', async () => {
    const replicas = [
      { replica: 'a', timeline: 1, position: '-1' },
      { replica: 'b', timeline: 1, position: '12' },
    ];
    control.answers = [
      { json: { items: [{ establishment: '990000010', name: 'CH de la Démo et des Alizés', replicas }] } },
    ];
    const wide = await control.reprise(['status']);
    expect(wide.stdout).toContain('a:1 b:1-12');
    const env = (columns: string) => ({ REPRISE_API: control.url, REPRISE_TOKEN: '', COLUMNS: columns });
    const token = control.file('token', 'only-a-token\n');
    const narrow = await control.reprise(['status', '--token-file', token], { env: env('150') });
    expect(Math.max(...narrow.stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(150);
    expect(Math.max(...wide.stdout.split('\n').map(({ length }) => length))).toBeGreaterThan(150);
    const recorded = { clock: 'recorded', cut: '-1', lastIn: null, firstOut: null, leftOut: 0 };
    control.answers = [{ json: { clocks: { recorded } } }];
    expect((await control.reprise(['at', '1m', 'ago', '--establishment', '990000010'])).stdout).toMatch(
      /recorded +- +- +-/,
    );
    const plan = {
      planId: 'p',
      cuts: { '990000010': '-1', '990000028': '7' },
      scope: { establishments: ['990000010', '990000028'] },
    };
    const lastIn = [{ establishment: '990000028', position: '7', sender: 'labo' }];
    control.answers = [{ json: { ...plan, lastIn, firstOut: [] } }];
    const planned = (await control.reprise(['restore', 'plan', '--territory', 'g', '--to', 't'])).stdout;
    expect(planned).toMatch(/cuts +990000010=- 990000028=7/);
    expect(planned).toMatch(/last in +990000010 +- +- +- +-\nlast in +990000028 +7/);
  });

  it('tells in French what doctor finds', async () => {
    const found = [
      { what: 'topic settings', state: 'ok', detail: 'as they must be', hint: '' },
      { what: 'directory', state: 'ok', detail: 'establishments: 3, restores: 14', hint: '' },
      { what: 'reader a', state: 'wrong', detail: 'no answer', hint: 'look whether the process runs' },
    ];
    control.answers = [{ json: { state: 'wrong', items: found } }];
    const { stdout } = await control.reprise(['doctor', '--lang', 'fr']);
    expect(stdout).toMatch(/réglages des journaux +ok +comme il faut/);
    expect(stdout).toMatch(/annuaire +ok +établissements.: 3, restaurations.: 14/);
    expect(stdout).toMatch(/lecteur a +ANOMALIE +pas de réponse +vérifier que le processus tourne/);
    const json = await control.reprise(['doctor', '--lang', 'fr', '--output', 'json']);
    expect((JSON.parse(json.stdout) as { items: object[] }).items).toMatchObject([{}, ...found]);
  });

  it('says again in French what control says, and leaves what it does not know', async () => {
    const said = async (title: string, hint: string): Promise<string> => {
      control.answers = [{ status: 404, json: { title, code: 'not-found', hint } }];
      return (await control.reprise(['status', '--lang', 'fr'])).stderr;
    };
    expect(await said('no sender "x" is declared', 'declared are: a, b')).toBe(
      'Introuvable\u00a0: aucun émetteur "x" n’est déclaré\nconseil\u00a0: sont déclarés\u00a0: a, b\n',
    );
    expect(await said('a sentence of tomorrow', '')).toBe('Introuvable\u00a0: a sentence of tomorrow\n');
  });

  it('watches until the restore runs no longer, through a control that is away for a moment', async () => {
    control.answers = [
      { json: { ...restore, state: 'running', phase: 'replaying', eventsDone: 400, etaSeconds: 3 } },
      { status: 503, json: { code: 'http.503', title: 'stopping' } },
      { json: { ...restore, state: 'running', phase: 'replaying', eventsDone: 300, etaSeconds: 3 } },
      { json: restore },
    ];
    const ran = await control.reprise(['restore', 'watch', 'r1', '--output', 'json']);
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual(restore);
    expect(ran.stderr).toContain('400/812');
    expect(ran.stderr).not.toContain('300/812');
    control.answers = [{ json: { ...restore, state: 'failed', failure: 'disk' } }];
    expect((await control.reprise(['restore', 'watch', 'r1'])).code).toBe(1);
  });

  it('watching a restore of several establishments names the one that is being built', async () => {
    const watched = async (establishments: readonly string[]): Promise<string> => {
      const builds = establishments.map((establishment) => ({ establishment }));
      const running = { ...restore, state: 'running', phase: 'replaying', building: '990000028', builds };
      control.answers = [{ json: running }, { json: restore }];
      return (await control.reprise(['restore', 'watch', 'r1'])).stderr;
    };
    expect(await watched(['990000010', '990000028'])).toContain('  990000028 recorded');
    expect(await watched(['990000028', '990000028'])).not.toContain('990000028');
  });

  it('says how to watch again when it is interrupted', async () => {
    control.answers = [{ json: { ...restore, state: 'running' } }];
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const stop = new AbortController();
      const ran = await control.reprise(['restore', 'watch', 'r1'], {
        interrupted: stop.signal,
        pause: async () => {
          stop.abort(signal);
          stop.signal.throwIfAborted();
        },
      });
      expect(ran).toMatchObject({ code, stdout: '' });
      expect(ran.stderr).toContain('reprise restore watch r1');
    }
  });

  it('speaks as the one that is named; a sender only about its messages', async () => {
    control.answers = [{ json: { items: [] } }];
    const who = async (...argv: string[]): Promise<string> => {
      const { code } = await control.reprise(argv);
      return control.asked[0]?.authorization ?? String(code);
    };
    expect(await who('status', '--as', 'dominique')).toBe('Bearer token-of-dominique');
    expect(await who('messages', '--as', 'labo')).toBe('Bearer token-of-labo');
    expect(await who('status', '--as', 'labo')).toBe('2');
    const token = control.file('token', 'only-a-token\n');
    expect(await who('status', '--token-file', token)).toBe('Bearer only-a-token');
    expect(await who('status', '--token-file', token, '--as', 'camille')).toBe('2');
    expect(await who('status', '--token-file', `${token}-none`)).toBe('2');
    const bad = await control.reprise(['status', '--token-file', control.file('bad', '{ "operators": "secret-x')]);
    expect(bad.code).toBe(2);
    expect(bad.stderr).not.toContain('secret-x');
  });

  it('that is not understood ends with 2 and says what was meant', async () => {
    const said = async (...argv: string[]): Promise<string> => {
      const ran = await control.reprise(argv);
      expect(ran).toMatchObject({ code: 2, stdout: '' });
      expect(control.asked).toEqual([]);
      return ran.stderr;
    };
    expect(await said('statsu')).toContain('status');
    expect(await said('restore', 'paln')).toContain('plan');
    expect(await said('restore', 'plan', '--establishmnt', 'x')).toContain('--establishment');
    expect(await said('messages', '--state', 'lost')).toContain('unmapped');
    expect(await said('status', '--output', 'yaml')).toContain('jsonl');
    expect(await said('restore', 'plan', '--to', '15m ago')).toContain('--territory');
    expect(await said('restore', 'plan', '--establishment', 'x', '--to', 't', '--to-position', '1')).toContain(
      '--before-event',
    );
    expect(await said('certificate', 'verify', '/nowhere/at-all.json')).toContain('certificate show');
    expect(await said('restore')).toContain('restore plan');
    expect(await said()).toContain('restore plan');
  });
});

describe('help and completion', () => {
  let control: PlayedControl;
  beforeAll(async () => {
    control = await PlayedControl.start();
  });
  afterAll(() => control.stop());

  it('of every verb begin with examples, in both languages', async () => {
    for (const [lang, examples] of [
      ['fr', 'Exemples'],
      ['en', 'Examples'],
    ] as const)
      for (const verb of verbs) {
        const { code, stdout, stderr } = await control.reprise([...verb.path.split(' '), '--help', '--lang', lang]);
        expect([code, stderr], verb.path).toEqual([0, '']);
        expect(stdout.split('\n')[2], verb.path).toBe(examples);
        for (const { name } of verb.flags) expect(stdout).toContain(`--${name}`);
        for (const example of verb.examples) expect(example).toContain('reprise ');
      }
  });

  it('of the program name every verb', async () => {
    for (const lang of ['fr', 'en']) {
      const { stdout } = await control.reprise(['--help', '--lang', lang]);
      for (const { path } of verbs) expect(stdout).toContain(`  ${path}`);
    }
  });

  it.each(['bash', 'zsh', 'fish'])('%s completes every verb and flag', async (shell) => {
    const { code, stdout } = await control.reprise(['completion', shell]);
    expect(code).toBe(0);
    for (const word of [...groups, ...verbs.map(({ path }) => path)].flatMap((path) => path.split(' ')))
      expect(stdout).toContain(word);
    for (const { name } of verbs.flatMap(({ flags }) => flags)) expect(stdout).toContain(name);
  });
});
