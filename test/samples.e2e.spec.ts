import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalSystem } from './system/local-system.js';
import { codeOf } from './system/mllp-connection.js';

const samples = '../shared/samples';

interface Messages {
  readonly items: readonly { readonly state: string }[];
  readonly next?: string;
}

/** Data of others, read where it is and never copied: `skipIf` says in the report that it was not there. */
describe.skipIf(!existsSync(samples))('samples of others', () => {
  let system: LocalSystem;
  const expected: Record<string, number> = {};
  let sent = 0;

  beforeAll(async () => {
    system = await LocalSystem.start('--quiet-feed');
  });
  afterAll(() => system?.stop());

  const send = async (messages: readonly Buffer[]): Promise<string[]> => {
    const mllp = await system.mllp();
    const codes: string[] = [];
    for (const message of messages) codes.push(codeOf(await mllp.send(message)));
    mllp.close();
    for (const code of codes) expected[code] = (expected[code] ?? 0) + 1;
    sent += codes.length;
    return codes;
  };

  it('takes 300 messages of a simulated hospital', async () => {
    const folder = join(samples, 'google-simhospital');
    const file = readFileSync(join(folder, readdirSync(folder)[0] ?? ''));
    const messages = file
      .toString('latin1')
      .split(/\n\n+/)
      .map((text) => text.trim())
      .filter((text) => text.startsWith('MSH'));
    expect(messages.length).toBe(300);
    const codes = await send(messages.map((text) => Buffer.from(text, 'latin1')));
    // They ask for an accept acknowledgement only (MSH-15 AL): CA.
    expect(codes.filter((code) => code !== 'AA' && code !== 'CA')).toEqual([]);
  });

  it('takes the A31 of the French profile', async () => {
    const folder = join(samples, 'ben0it-t-hl7v2-ihe-pam-fr');
    const name = readdirSync(folder).find((file) => file.endsWith('.hl7')) ?? '';
    expect(await send([readFileSync(join(folder, name))])).toEqual(['AA']);
  });

  it('takes the Synthea bundles and the R4 examples, and gives them back', async () => {
    const { finess } = system.sender();
    const synthea = join(samples, 'smart-on-fhir-generated-sample-data');
    let last = 0;
    const post = async (path: string, method: string, body: Buffer): Promise<void> => {
      const answer = await system.publish(method, path, body.toString('utf8'));
      expect(answer.status, `${path} ${await answer.text()}`).toBe(200);
      last = Number(answer.headers.get('reprise-position'));
      sent += 1;
    };
    for (const file of readdirSync(synthea, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.json'),
    ))
      await post('/fhir', 'POST', readFileSync(join(synthea, file)));
    const examples = join(samples, 'hl7-fhir-r4-examples');
    const read: (readonly [string, string])[] = [];
    for (const file of readdirSync(examples)
      .filter((name) => name.endsWith('.json'))
      .slice(0, 200)) {
      const bytes = readFileSync(join(examples, file));
      const { resourceType, id } = JSON.parse(bytes.toString()) as { resourceType: string; id?: string };
      if (resourceType === 'Bundle' || !id) continue;
      await post(`/fhir/${resourceType}/${id}`, 'PUT', bytes);
      read.push([`${resourceType}/${id}`, bytes.toString()]);
    }
    expect(read.length).toBeGreaterThan(100);
    await system.applied(finess, last, 60_000);
    for (const [record, body] of read) {
      const served = (await (await system.read('b', finess, record)).json()) as Record<string, unknown>;
      const { meta: _served, ...rest } = served;
      const { meta: _sent, ...asSent } = JSON.parse(body) as Record<string, unknown>;
      expect(rest, record).toEqual(asSent);
    }
  });

  it('accounts for each of them in the journal', async () => {
    let items = 0;
    let refused = 0;
    let cursor: string | undefined;
    do {
      const page: Messages = await system.ask<Messages>(
        'messages',
        '--limit',
        '500',
        ...(cursor ? ['--cursor', cursor] : []),
      );
      items += page.items.length;
      refused += page.items.filter(({ state }) => state === 'refused').length;
      cursor = page.next;
    } while (cursor);
    expect(items).toBe(sent);
    expect(refused).toBe(expected['AE'] ?? 0);
    const { code, stderr } = await system.reprise('verify', 'replica');
    expect(code, stderr).toBe(0);
  });
});
