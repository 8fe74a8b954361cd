import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlayedControl } from '../../test/played-control.js';

const sound = 'name: his-un\nfiness: "990000010"\n';
const evidence = [
  { code: 'numbering-restarted', highest: 200, begins: 150, since: '2026-11-20T13:02:00.000Z' },
  { code: 'ids-reused', messages: 11, since: '2026-11-20T13:02:00.000Z' },
];
const sender = {
  name: 'his-un',
  establishment: '990000010',
  declaredAt: '2026-11-20T13:02:00.000Z',
  incarnation: 1,
  incarnations: [],
  lastReceivedAt: null,
  numbering: {
    state: 'numbered',
    by: 'MSH-10',
    examined: 60,
    highest: 200,
    missing: 3,
    gaps: [{ from: 31, to: 33, count: 3, since: '2026-11-20T13:02:00.000Z', counter: 'HIS M' }],
    restarts: [],
  },
  alarms: { count: 11, since: '2026-11-20T13:02:00.000Z', last: null, messages: ['990000010-38'] },
  authorities: [{ namespace: '0008', oid: '1.2.3', messages: 4 }],
  proposal: { number: 2, evidence },
  profile: {
    finess: '990000010',
    language: 'fr',
    foreignFiness: 'warn',
    testIdentities: 'warn',
    productionIdentities: 'accept',
    acknowledgement: 'as-asked',
  },
};
const message = `MSH|^~\\&|HIS|DEMO|R|G|20261120100000||ADT^A01|M1|P|2.5
EVN||20261120100000
PID|1||42^^^DEMO&1.2.250.1.999.1&ISO^PI||FICTIF^Zoé||19800324|F
PV1|1|I|CARDIO||||||||||||||||V42
`;

describe('senders in the terminal', () => {
  let control: PlayedControl;
  beforeAll(async () => {
    control = await PlayedControl.start();
  });
  afterAll(() => control.stop());

  it('are checked without a server: 0 where they are sound, 2 with every fault, in both languages', async () => {
    const [good, bad] = [control.file('good.yaml', sound), control.file('bad.yaml', 'name: X Y\nlangage: fr\n')];
    const fine = await control.reprise(['sender', 'check', good, '--output', 'json']);
    expect([fine.code, JSON.parse(fine.stdout)]).toMatchObject([
      0,
      { items: [{ name: 'his-un', ok: true }], faults: [] },
    ]);
    for (const [lang, words] of [
      ['fr', ['champ inconnu', 'language', 'est obligatoire']],
      ['en', ['not a field that is known', 'did you mean language', 'is required']],
    ] as const) {
      const ran = await control.reprise(['sender', 'check', good, bad, '--lang', lang]);
      expect(ran.code).toBe(2);
      for (const word of [...words, 'bad.yaml:1:7', 'bad.yaml:2:1', 'bad.yaml:1:1']) expect(ran.stdout).toContain(word);
    }
    expect((await control.reprise(['sender', 'check', '/nowhere.yaml'])).code).toBe(2);
    expect(control.asked).toEqual([]);
  });

  it('are declared only when they are sound', async () => {
    control.answers = [{ json: sender }];
    const ran = await control.reprise(['sender', 'declare', control.file('good.yaml', sound)]);
    expect(ran.code).toBe(0);
    expect(control.asked[0]?.line).toBe('POST /api/senders');
    expect(JSON.parse(control.asked[0]?.body ?? '')).toMatchObject({ yaml: sound });
    expect(ran.stderr).toContain('REPRISE_SENDERS_DIR');
    expect((await control.reprise(['sender', 'declare', control.file('bad.yaml', 'name: x\n')])).code).toBe(2);
    expect(control.asked).toEqual([]);
  });

  it('are shown with gaps, alarms and the evidence for a new incarnation, which is opened after a question', async () => {
    control.answers = [{ json: sender }];
    const shown = await control.reprise(['sender', 'show', 'his-un']);
    for (const word of ['numbered', 'HIS M', '31', '990000010-38']) expect(shown.stdout).toContain(word);
    expect(shown.stderr).toContain('after 200 its numbering went on from 150');
    expect(shown.stderr).toContain('reprise sender incarnation open his-un');
    expect(shown.stderr).toContain('hl7:\n  authorities:\n    - { namespace: "0008", oid: 1.2.3 }\n');
    const alone = await control.reprise(['sender', 'incarnation', 'open', 'his-un']);
    expect([alone.code, control.asked.map(({ line }) => line)]).toEqual([
      2,
      ['GET /api/senders/his-un/may/open?reason='],
    ]);
    const asked: string[] = [];
    const yes = await control.reprise(['sender', 'incarnation', 'open', 'his-un', '--lang', 'fr'], {
      answers: true,
      ask: async (question) => {
        asked.push(question);
        return 'o';
      },
    });
    expect(asked[0]).toContain('incarnation 2');
    expect(yes.stderr).toContain('\u00a0: 11, depuis');
    expect(control.asked.map(({ line }) => line)).toEqual([
      'GET /api/senders/his-un/may/open?reason=',
      'POST /api/senders/his-un/incarnation',
    ]);
    const flagged = await control.reprise(['sender', 'incarnation', 'open', 'his-un', '--yes', '--lang', 'en']);
    expect(flagged.stderr).toContain('after 200 its numbering went on from 150');
    expect(flagged.stderr).toContain('Open incarnation 2 of his-un? It cannot be taken back. Yes, by --yes.');
  });

  it('that used an id twice are an alarm in status', async () => {
    const { name, incarnation, alarms } = sender;
    const line = { name, incarnation, missing: 3, alarms, isIncarnationProposed: true };
    control.answers = [{ json: { items: [{ establishment: '990000010', name: 'CH', senders: [line] }] } }];
    const { stdout, stderr } = await control.reprise(['status']);
    expect(stdout).toContain('his-un:11');
    expect(stderr).toContain('ALARM his-un: messages under an id that was used for other bytes: 11,');
    expect(stderr).toContain('reprise sender show his-un');
  });

  it('that used order numbers or ids twice are told of each kind, in both languages', async () => {
    const codes = [
      { code: 'message-id-reused', count: 2, since: '2026-11-20T13:02:00.000Z' },
      { code: 'filler-number-reused', count: 3, since: '2026-11-20T13:04:00.000Z' },
      { code: 'of-a-newer-control', count: 4, since: '2026-11-20T13:04:00.000Z' },
    ];
    const line = {
      name: 'his-un',
      incarnation: 1,
      missing: 0,
      alarms: { count: 5, codes },
      isIncarnationProposed: false,
    };
    control.answers = [{ json: { items: [{ establishment: '990000010', name: 'CH', senders: [line] }] } }];
    const { stdout, stderr } = await control.reprise(['status']);
    expect(stdout).toContain('his-un:5');
    expect(stderr).toContain('ALARM his-un: messages under an id that was used for other bytes: 2,');
    expect(stderr).toContain('ALARM his-un: orders under a number that another order has: 3,');
    expect(stderr).toContain('reprise messages --warning filler-number-reused --sender his-un');
    const french = await control.reprise(['status', '--lang', 'fr']);
    expect(french.stderr).toContain('demandes sous un numéro déjà donné à une autre demande\u00a0: 3,');
  });

  it('have a file of messages tried, without a server or as control has them declared', async () => {
    const [file, profile] = [control.file('m.hl7', message), control.file('good.yaml', sound)];
    const ran = await control.reprise(['message', 'try', file, '--profile', profile]);
    expect([ran.code, control.asked]).toEqual([0, []]);
    for (const word of [
      'PID-5.1',
      'FICTIF',
      'Zoé',
      'MSA|AA|M1',
      'identify',
      '"resourceType": "Patient"',
      'charset-undeclared',
    ])
      expect(ran.stdout).toContain(word);
    expect(ran.stderr).toContain('--secrets');
    const proposed = '\nhl7:\n  authorities:\n    - { namespace: DEMO, oid: 1.2.250.1.999.1 }\n';
    expect(ran.stdout).toContain(proposed);
    // As they are printed they can be pasted.
    const declared = control.file('declared.yaml', `${sound}${proposed}`);
    const again = await control.reprise(['message', 'try', file, '--profile', declared]);
    expect([again.code, again.stdout.includes('authorities:')]).toEqual([0, false]);
    const json = await control.reprise(['message', 'try', file, '--profile', profile, '--output', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      items: [
        {
          state: 'applied',
          controlId: 'M1',
          charset: 'utf-8',
          authorities: [{ namespace: 'DEMO', oid: '1.2.250.1.999.1' }],
        },
      ],
    });
    const establishments = [{ finess: '990000010', name: 'CH', sites: [], timeZone: 'Indian/Reunion' }];
    control.answers = [{ json: sender }, { json: { establishments } }];
    const asked = await control.reprise(['message', 'try', file, '--sender', 'his-un', '--output', 'json']);
    expect(control.asked.map(({ line }) => line)).toEqual(['GET /api/senders/his-un', 'GET /api/territory']);
    expect(asked.stdout).toContain('2026-11-20T10:00:00+04:00');
    const secrets = control.file('secrets.json', JSON.stringify({ '990000010': 'ab'.repeat(32) }));
    const real = await control.reprise([
      'message',
      'try',
      file,
      '--profile',
      profile,
      '--secrets',
      secrets,
      '--output',
      'csv',
    ]);
    expect(real.stderr).not.toContain('--secrets');
    const refused = control.file('bad.hl7', message.replace('|M1|', '||'));
    const no = await control.reprise(['message', 'try', refused, '--profile', profile, '--lang', 'fr']);
    expect(no.code).toBe(6);
    expect(no.stdout).toContain('ERR||MSH^1^10');
    expect((await control.reprise(['message', 'try', file])).code).toBe(2);
    expect((await control.reprise(['message', 'try', control.file('empty', '\n'), '--profile', profile])).code).toBe(1);
    const none = await control.reprise(['message', 'try', file, '--profile', profile, '--secrets', file]);
    expect([none.code, none.stderr.includes('FICTIF')]).toEqual([2, false]);
  });
});
