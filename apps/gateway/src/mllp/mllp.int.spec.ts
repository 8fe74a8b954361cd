import { setTimeout as pause } from 'node:timers/promises';
import { frame } from '#hl7v2';
import { Authority, testKafka } from '#testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { admission, ofNoise, unknownTrigger, withoutPatient } from '../../test/messages.spec.js';
import { MllpClient } from '../../test/mllp-client.spec.js';
import { startTestGateway, type TestGateway, type TestSender } from '../../test/a-gateway.spec.js';

type Answer = string | Buffer | undefined;
const codeIn = (answer: Answer): string | undefined => /\rMSA\|(\w\w)/.exec(answer?.toString() ?? '')?.[1];
const controlIdIn = (answer: Answer): string | undefined =>
  /\rMSA\|\w\w\|([^|\r]*)/.exec(answer?.toString() ?? '')?.[1];

describe('the MLLP door', () => {
  let gateway: TestGateway;
  let first: TestSender;
  let second: TestSender;
  const open = new Set<MllpClient>();
  const client = async (port = first.mllpPort): Promise<MllpClient> => {
    const made = await MllpClient.plain(port);
    open.add(made);
    return made;
  };
  beforeAll(async () => {
    gateway = await startTestGateway(testKafka().brokers, {
      limits: { frameMsMax: 1_500, idleMsMax: 4_000, connectionsPerSenderMax: 8 },
    });
    [first, second] = gateway.senders;
  });
  // A sender may have eight here.
  afterEach(() => {
    for (const { socket } of open) socket.destroy();
    open.clear();
  });
  afterAll(() => gateway.stop());

  it('says AA when the log has the message, with its bytes and its changes', async () => {
    const message = admission('durable-1');
    expect(codeIn(await (await client()).ask(message))).toBe('AA');
    const found = (await gateway.events(first.finess)).find(({ event }) => event.messageId === 'durable-1');
    expect(found?.event).toMatchObject({
      format: 'hl7v2',
      sender: first.name,
      label: 'ADT^A01',
      acknowledgement: 'AA',
      incarnation: 1,
    });
    expect(Buffer.from(found?.event.received ?? [])).toEqual(message);
    expect(found?.event.changes.map(({ kind }) => kind)).toContain('movement');
    expect(await gateway.events(second.finess)).toEqual([]);
  });

  it('gives the same message the same answer, but for the time at which it came', async () => {
    const [one, other] = [await client(), await client()];
    const since = Math.trunc(Date.now() / 1_000) * 1_000;
    const answers = [
      await one.ask(admission('same')),
      await one.ask(admission('same')),
      await other.ask(admission('same')),
    ];
    const times = answers.map((answer) => answer.split('|')[6] ?? '');
    expect(new Set(answers.map((answer, index) => answer.replace(times[index] ?? '', 'TIME'))).size).toBe(1);
    for (const time of times) {
      const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\+0000$/.exec(time) ?? [];
      const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
      const told = Date.UTC(year, month - 1, day, hour, minute, second);
      expect([told >= since, told <= Date.now()]).toEqual([true, true]);
    }
  });

  it('repeats an id to the letter, and knows that it is the same with blanks around it', async () => {
    const here = await client();
    const ids = ['blanks', ' blanks', 'blanks  '];
    const told: (string | undefined)[] = [];
    for (const id of ids) told.push(controlIdIn(await here.ask(admission(id))));
    expect(told).toEqual(ids);
    const inLog = (await gateway.events(first.finess)).map(({ event }) => event.messageId);
    expect(inLog.filter((id) => id.includes('blanks'))).toEqual(['blanks', 'blanks', 'blanks']);
  });

  it('refuses a message with a damaged MSH-2 by its id, and what stands behind it in one frame is no part of another', async () => {
    const here = await client();
    const damaged = (id: string): Buffer => Buffer.from(admission(id).toString().replace('^~\\&', '^˜\\&'));
    const alone = await here.ask(damaged('damaged'));
    expect([codeIn(alone), controlIdIn(alone)]).toEqual(['AE', 'damaged']);
    const answer = await here.ask(Buffer.concat([admission('ahead'), damaged('damaged-2'), admission('behind')]));
    expect([...answer.matchAll(/\rMSA\|(\w\w)\|([^|\r]*)/g)].map(([, code, id]) => `${code} ${id}`)).toEqual([
      'AA ahead',
      'AE damaged-2',
      'AA behind',
    ]);
    expect((await gateway.refusals(first.finess))[0]?.refusal.controlId).toBe('damaged-2');
  });

  it('records what it cannot map, and refuses for ever only into the journal', async () => {
    const here = await client();
    expect(codeIn(await here.ask(unknownTrigger('unmapped')))).toBe('AA');
    const events = await gateway.events(first.finess);
    expect(events.find(({ event }) => event.messageId === 'unmapped')?.event.changes).toEqual([]);

    const answer = await here.ask(withoutPatient('refused'));
    expect([codeIn(answer), answer.includes('\rERR|')]).toEqual(['AE', true]);
    const [newest] = await gateway.refusals(first.finess);
    expect(newest?.refusal).toMatchObject({ controlId: 'refused', acknowledgement: 'AE', sender: first.name });
    expect(Buffer.from(newest?.refusal.answered ?? []).toString('latin1')).toBe(answer);
    expect((await gateway.events(first.finess)).some(({ event }) => event.messageId === 'refused')).toBe(false);
  });

  it('honours enhanced mode, and answers a sender that asks for nothing all the same', async () => {
    const here = await client();
    here.write(frame(admission('enhanced', { asked: 'AL|AL' })));
    expect([codeIn(await here.answer(1)), codeIn(await here.answer(2))]).toEqual(['CA', 'AA']);
    expect(codeIn(await here.ask(admission('silent', { asked: 'NE|NE' })))).toBe('CA');
    expect(codeIn(await here.ask(admission('on-errors', { asked: '|ER' })))).toBe('CA');
    const unmapped = await client();
    unmapped.write(frame(unknownTrigger('enhanced-unmapped', 'AL|AL')));
    expect(codeIn(await unmapped.answer(1))).toBe('CA');
    expect((await unmapped.answer(2))?.toString()).toMatch(/\rMSA\|AA\|enhanced-unmapped\|unmapped\r/);
  });

  it('takes frames cut byte by byte, two in one packet, and many ahead, and answers them in their order', async () => {
    const here = await client();
    for (const byte of frame(admission('bytewise'))) here.write(Uint8Array.of(byte));
    expect(controlIdIn(await here.answer(1))).toBe('bytewise');
    here.write(Buffer.concat([frame(admission('pair-1')), frame(admission('pair-2'))]));
    expect([controlIdIn(await here.answer(2)), controlIdIn(await here.answer(3))]).toEqual(['pair-1', 'pair-2']);

    const ids = Array.from({ length: 400 }, (_, n) => `ahead-${n}`);
    here.write(Buffer.concat(ids.map((id) => frame(admission(id)))));
    await here.answer(403);
    expect(here.answers.slice(3).map((answer) => controlIdIn(answer))).toEqual(ids);
    const inLog = (await gateway.events(first.finess)).map(({ event }) => event.messageId);
    expect(inLog.filter((id) => id.startsWith('ahead-'))).toEqual(ids);
  });

  it('takes 20 MB and refuses 21 MB by answer, and goes on', async () => {
    const here = await client();
    const large = admission('large', { padding: 19_900_000 });
    expect(codeIn(await here.ask(large))).toBe('AA');
    const events = await gateway.events(first.finess);
    expect(events.find(({ event }) => event.messageId === 'large')?.event.received.byteLength).toBe(large.byteLength);
    const answer = await here.ask(admission('too-large', { padding: 21 * 1024 * 1024 }));
    expect([codeIn(answer), answer.includes('too-large')]).toEqual(['AE', true]);
    expect((await gateway.refusals(first.finess))[0]?.refusal.controlId).toBe('too-large');
    expect(codeIn(await here.ask(admission('after-too-large')))).toBe('AA');
  });

  it('refuses for ever what fits a frame and comes to more than the log takes', async () => {
    const here = await client();
    const answer = await here.ask(ofNoise('too-much', 19_000_000));
    expect([codeIn(answer), controlIdIn(answer)]).toEqual(['AE', 'too-much']);
    expect(answer).toMatch(/\rERR\|[^\r]*\|207\^/);
    expect((await gateway.refusals(first.finess))[0]?.refusal).toMatchObject({
      controlId: 'too-much',
      acknowledgement: 'AE',
    });
    expect(codeIn(await here.ask(admission('after-too-much')))).toBe('AA');
  });

  it('closes who dawdles in a frame, who is idle, and who opens too many; others notice nothing', async () => {
    for (const { socket } of open) socket.destroy();
    await pause(200);
    const slow = await client();
    const idle = await client();
    const dawdling = setInterval(() => slow.write(Buffer.from('x')), 100);
    slow.write(frame(admission('slow')).subarray(0, 40));
    const neighbour = await client(second.mllpPort);
    await slow.closed();
    clearInterval(dawdling);
    expect(codeIn(await neighbour.ask(admission('neighbour')))).toBe('AA');
    await idle.closed();

    const many = await Promise.all(Array.from({ length: 12 }, () => client()));
    await pause(500);
    expect(many.filter(({ isClosed }) => isClosed).length).toBe(4);
    expect(codeIn(await (await client(second.mllpPort)).ask(admission('still')))).toBe('AA');
    for (const { socket } of many) socket.destroy();
    await pause(200);
    expect(gateway.logged.join('')).toMatch(/frame-too-slow[^]*idle/);
  });

  it('answers a sender that closes its half of the connection right behind the message', async () => {
    const here = await client();
    here.write(frame(admission('half-open')));
    here.socket.end();
    expect(controlIdIn(await here.answer(1))).toBe('half-open');
    await here.closed();
  });

  it('stops reading a sender that floods without reading, and keeps serving the others', async () => {
    const flooding = await client();
    flooding.socket.pause();
    const packet = Buffer.concat(
      Array.from({ length: 50 }, (_, n) => frame(admission(`flood-${n}`, { padding: 10_000 }))),
    );
    let sentBytes = 0;
    for (let n = 0; n < 100; n++) {
      sentBytes += packet.byteLength;
      flooding.write(packet);
    }
    const asked = performance.now();
    expect(codeIn(await (await client(second.mllpPort)).ask(admission('unbothered')))).toBe('AA');
    expect(performance.now() - asked).toBeLessThan(2_000);
    // What the gateway has not read is still on the sender's side.
    expect(flooding.socket.writableLength).toBeGreaterThan(sentBytes / 4);
    flooding.close();
  });

  describe('over TLS', () => {
    const secure = async (certificate = first.certificate, ca = gateway.authority.certificate): Promise<MllpClient> => {
      const made = await MllpClient.secure(gateway.mllpsPort, {
        ca,
        cert: certificate.certificate,
        key: certificate.key,
      });
      open.add(made);
      return made;
    };

    it('knows the sender by its certificate, whatever the message says', async () => {
      expect(codeIn(await (await secure()).ask(admission('tls-1')))).toBe('AA');
      expect(codeIn(await (await secure(second.certificate)).ask(admission('tls-2')))).toBe('AA');
      const ids = async (finess: TestSender['finess']): Promise<readonly string[]> =>
        (await gateway.events(finess)).map(({ event }) => event.messageId);
      expect((await ids(first.finess)).filter((id) => id.startsWith('tls'))).toEqual(['tls-1']);
      expect((await ids(second.finess)).filter((id) => id.startsWith('tls'))).toEqual(['tls-2']);
    });

    const isRefused = async (opening: Promise<MllpClient>): Promise<boolean> => {
      try {
        // TLS 1.3 tells a client only after its own handshake is done.
        const made = await opening;
        open.add(made);
        return (await made.ask(admission('refused-tls'))) === '';
      } catch {
        return true;
      }
    };

    it('refuses no certificate, one of nobody known, one of another authority, one that is past, and TLS 1.1', async () => {
      const { authority, mllpsPort } = gateway;
      const other = await (await Authority.make()).client(first.name);
      const past = await authority.client(first.name, { until: new Date(Date.now() - 60_000) });
      expect(await isRefused(MllpClient.secure(mllpsPort, { ca: authority.certificate }))).toBe(true);
      expect(await isRefused(secure(await authority.client(first.name)))).toBe(true);
      expect(await isRefused(secure(other))).toBe(true);
      expect(await isRefused(secure(past))).toBe(true);
      const { certificate: cert, key } = first.certificate;
      const old = { ca: authority.certificate, cert, key, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' } as const;
      expect(await isRefused(MllpClient.secure(mllpsPort, { ...old, ciphers: 'ALL:@SECLEVEL=0' }))).toBe(true);
      expect(await isRefused(secure())).toBe(false);
    });
  });

  it('closes the listener and the connections of a sender that is no longer known', async () => {
    const plain = await client(second.mllpPort);
    const secure = await MllpClient.secure(gateway.mllpsPort, {
      ca: gateway.authority.certificate,
      cert: second.certificate.certificate,
      key: second.certificate.key,
    });
    gateway.revokeSecond();
    await Promise.all([plain.closed(), secure.closed()]);
    await expect(MllpClient.plain(second.mllpPort)).rejects.toThrow();
    expect(codeIn(await (await client()).ask(admission('still-known')))).toBe('AA');
  });
});

describe('the MLLP door, closing', () => {
  it('answers what has come whole, takes nothing more, and ends with every answer in the log', async () => {
    const gateway = await startTestGateway(testKafka().brokers);
    const [sender] = gateway.senders;
    const client = await MllpClient.plain(sender.mllpPort);
    const half = await MllpClient.plain(sender.mllpPort);
    half.write(frame(admission('half')).subarray(0, 50));
    for (let n = 0; n < 500; n++) client.write(frame(admission(`closing-${n}`)));
    await client.answer(20);
    const since = performance.now();
    await gateway.drain();
    expect(performance.now() - since).toBeLessThan(6_000);
    await Promise.all([client.closed(), half.closed()]);
    await expect(MllpClient.plain(sender.mllpPort)).rejects.toThrow();
    const inLog = (await gateway.events(sender.finess)).map(({ event }) => event.messageId);
    expect(client.answers.map((answer) => controlIdIn(answer))).toEqual(inLog);
    expect(inLog.length).toBeGreaterThanOrEqual(20);
    await gateway.stop();
  });
});
