import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlayedControl } from '../../test/played-control.js';

const wrong = { code: 'replicator.silent', state: 'wrong', command: 'reprise doctor' } as const;
const frozen = { ...wrong, text: 'replica b: its replicator has said nothing for 27 s' };
const away = { ...wrong, code: 'log.unreachable', text: 'the log does not answer: nothing is captured, and so on' };
const silent = {
  code: 'sender.silent',
  state: 'warning',
  text: 'sender labo of 990000010 has sent nothing for 900 s (silent after 300 s)',
  command: 'reprise sender show labo',
};

describe('status', () => {
  let control: PlayedControl;
  beforeAll(async () => {
    control = await PlayedControl.start();
  });
  afterAll(() => control.stop());
  const status = (problems: readonly unknown[], ...flags: readonly string[]) => {
    control.answers = [{ json: { items: [], problems } }];
    return control.reprise(['status', ...flags]);
  };

  it('says what is wrong in the first line, and ends with 1', async () => {
    const { code, stderr } = await status([frozen, silent]);
    expect(code).toBe(1);
    expect(stderr.split('\n')[0]).toBe(`WRONG: ${frozen.text} — see: reprise doctor`);
    expect(stderr).toContain(`warning: ${silent.text} — see: reprise sender show labo`);
  });

  it('says so in French', async () => {
    const { stderr } = await status([frozen], '--lang', 'fr');
    expect(stderr.split('\n')[0]?.replaceAll('\u00a0', ' ')).toBe(
      'ANOMALIE : réplica b : son réplicateur ne dit plus rien depuis 27 s — voir : reprise doctor',
    );
  });

  it('says it to a script too, beside its data', async () => {
    const { code, stdout, stderr } = await status([frozen, silent], '--output', 'json');
    expect(code).toBe(1);
    expect(stderr).toContain(`WRONG: ${frozen.text} — see: reprise doctor\n`);
    expect(stderr).not.toContain('warning');
    expect(JSON.parse(stdout)).toMatchObject({ problems: [frozen, silent] });
  });

  it('ends with 75 where only what is away is wrong, with 0 where nothing is', async () => {
    expect((await status([away])).code).toBe(75);
    expect((await status([away, frozen])).code).toBe(1);
    expect((await status([silent])).code).toBe(0);
    const well = await status([]);
    expect([well.code, well.stderr.split('\n')[0]]).toEqual([0, 'nothing is wrong']);
  });

  it('says in words what a replica does that does not follow, and as it came to a script', async () => {
    const states = ['halted', 'silent', 'unreachable', 'not-begun', 'following'];
    const replicas = states.map((state, at) => ({ replica: 'abcde'[at], timeline: 1, position: '7', state }));
    control.answers = [{ json: { items: [{ establishment: '990000010', name: 'CH', replicas }], problems: [] } }];
    const french = await control.reprise(['status', '--lang', 'fr']);
    expect(french.stdout).toContain(
      'a:1-7,à l’arrêt b:1-7,sans nouvelles c:1-7,injoignable d:1-7,pas commencé e:1-7\n',
    );
    const csv = await control.reprise(['status', '--lang', 'fr', '--output', 'csv']);
    expect(csv.stdout).toContain('"a:1-7,halted b:1-7,silent c:1-7,unreachable d:1-7,not-begun e:1-7"');
  });

  it('says of a trend that nobody knows that it is not known', async () => {
    control.answers = [{ json: { items: [{ establishment: '990000010', name: 'CH', trend: null }], problems: [] } }];
    expect((await control.reprise(['status', '--lang', 'en'])).stdout).toMatch(/CH +- +- +not known/);
    expect(JSON.parse((await control.reprise(['status', '--output', 'json'])).stdout)).toMatchObject({
      items: [{ trend: null }],
    });
  });

  it('counts what it does not show', async () => {
    const { stderr } = await status(Array.from({ length: 11 }, () => frozen));
    expect(stderr).toContain('and more: 3; reprise doctor shows all');
  });
});

describe('a control that takes connections and answers nothing', () => {
  let server: Server;
  let control: PlayedControl;
  beforeAll(async () => {
    control = await PlayedControl.start();
    server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.close();
    await control.stop();
  });

  it.each(['status', 'doctor'])('is away to %s, which does not wait for ever', async (verb) => {
    const REPRISE_API = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = { REPRISE_API, REPRISE_DATA_DIR: control.file('x', '').replace(/\/x$/, '') };
    const { code, stdout, stderr } = await control.reprise([verb], { env });
    expect(code).toBe(75);
    expect(`${stdout}${stderr}`).toContain(`control has not answered within 3 s at ${REPRISE_API}`);
  });
});
