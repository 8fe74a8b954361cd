import { setTimeout as pause } from 'node:timers/promises';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { frame } from '#hl7v2';
import { testKafka } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admission, withoutPatient } from '../../test/messages.spec.js';
import { MllpClient } from '../../test/mllp-client.spec.js';
import { startTestGateway, type TestGateway, type TestSender } from '../../test/a-gateway.spec.js';

const codesIn = (answer: string | Buffer | undefined): readonly string[] =>
  [...(answer?.toString('latin1') ?? '').matchAll(/\rMSA\|(\w\w)\|([^|\r]*)/g)].map(([, code, id]) => `${code} ${id}`);

describe('the MLLP door on bad days', () => {
  let gateway: TestGateway;
  let first: TestSender;
  let second: TestSender;
  const open = new Set<MllpClient>();
  const kept = (made: MllpClient): MllpClient => {
    open.add(made);
    return made;
  };
  const client = async (port = first.mllpPort): Promise<MllpClient> => kept(await MllpClient.plain(port));
  beforeAll(async () => {
    gateway = await startTestGateway(testKafka().brokers, { limits: { answerMsMax: 2_000 } });
    [first, second] = gateway.senders;
  });
  afterAll(async () => {
    for (const { socket } of open) socket.destroy();
    await gateway.stop();
  });

  const idsInLog = async (): Promise<readonly string[]> =>
    (await gateway.events(first.finess)).map(({ event }) => event.messageId);
  const batch = (...messages: readonly Buffer[]): Buffer =>
    Buffer.concat([
      Buffer.from('FHS|^~\\&|HIS|CH|REPRISE|GHT|20261120||lot||F1\rBHS|^~\\&|HIS|CH|REPRISE|GHT|20261120||||B1\r'),
      ...messages,
      Buffer.from(`BTS|${messages.length}\rFTS|1\r`),
    ]);

  it('takes a batch in its order, refuses of it what must be, and answers it in one frame', async () => {
    const here = await client();
    const ids = Array.from({ length: 200 }, (_, n) => `in-batch-${n}`);
    const messages = ids.map((id) => admission(id));
    const answer = await here.ask(batch(...messages.slice(0, 100), withoutPatient('bad'), ...messages.slice(100)));
    expect(answer).toMatch(/^FHS[^]*\rBHS[^]*\|B1\rMSH[^]*\rBTS\|201\rFTS\|1\r$/);
    const told = codesIn(answer);
    expect(told.filter((one) => one.startsWith('AA'))).toEqual(ids.map((id) => `AA ${id}`));
    expect(told[100]).toBe('AE bad');
    expect((await idsInLog()).filter((id) => id.startsWith('in-batch'))).toEqual(ids);
    expect((await gateway.refusals(first.finess))[0]?.refusal.controlId).toBe('bad');
    const events = await gateway.events(first.finess);
    expect(Buffer.from(events.find(({ event }) => event.messageId === 'in-batch-0')?.event.received ?? [])).toEqual(
      messages[0],
    );
  });

  it('takes a batch whose envelope comes in frames of its own', async () => {
    const here = await client();
    expect(codesIn(await here.ask(Buffer.from('BHS|^~\\&|HIS|CH|REPRISE|GHT|20261120||||B9\r')))).toEqual(['AA B9']);
    expect(codesIn(await here.ask(admission('between')))).toEqual(['AA between']);
    expect(await here.ask(Buffer.from('BTS|1\r'))).toMatch(/\rMSA\|AA\r$/);
    expect(await idsInLog()).toContain('between');
  });

  it('tells of a batch that has lost messages on its way', async () => {
    const cut = Buffer.from(batch(admission('counted')).toString().replace('BTS|1', 'BTS|3'));
    expect(await (await client()).ask(cut)).toContain('BTS|1|BTS-1 annonce 3 messages, 1 sont arriv');
    expect(gateway.logged.join('')).toContain('batch.miscounted');
  });

  it('takes CR, LF and CRLF, a byte-order mark, and noise between frames', async () => {
    const here = await client();
    const text = (id: string): string => admission(id).toString();
    here.write(Buffer.from('GET / HTTP/1.1\r\n\r\n\0\0'));
    const forms = [
      text('cr'),
      text('lf').replaceAll('\r', '\n'),
      text('crlf').replaceAll('\r', '\r\n'),
      `\u{feff}${text('bom')}`,
    ];
    for (const form of forms) expect(codesIn(await here.ask(Buffer.from(form)))[0]).toMatch(/^AA (?:cr|lf|crlf|bom)$/);
  });

  it('is not slowed by one byte now and then, and answers who has half closed', async () => {
    const slow = await client();
    const bytes = frame(admission('loris'));
    for (const byte of bytes.subarray(0, 30)) {
      slow.write(Uint8Array.of(byte));
      await pause(2);
    }
    const asked = performance.now();
    expect(codesIn(await (await client(second.mllpPort)).ask(admission('beside')))).toEqual(['AA beside']);
    expect(performance.now() - asked).toBeLessThan(1_500);
    slow.socket.end(bytes.subarray(30));
    expect(codesIn(await slow.answer(1))).toEqual(['AA loris']);
    await slow.closed();
  });

  it('closes who does not read its answers', async () => {
    const deaf = await client();
    deaf.socket.pause();
    // Its control id comes back twice: answers that fill what the two systems hold for a connection.
    for (let n = 0; n < 150; n++) deaf.write(frame(admission(`${n}-${'x'.repeat(100_000)}`)));
    await expect.poll(() => gateway.logged.join('').includes('answer-not-read'), { timeout: 60_000 }).toBe(true);
    deaf.close();
  }, 90_000);

  it('keeps a quiet sender quick beside one that floods with large messages', async () => {
    const flood = await Promise.all(Array.from({ length: 16 }, () => client()));
    const large = admission('flood', { padding: 2_000_000 });
    let isOver = false;
    const flooding = flood.map(async (one) => {
      for (let sent = 0; !isOver && !one.isClosed; sent++) await one.ask(large);
    });
    const quiet = await client(second.mllpPort);
    const times: number[] = [];
    for (let n = 0; n < 60; n++) {
      const asked = performance.now();
      expect(codesIn(await quiet.ask(admission(`quiet-${n}`)))).toEqual([`AA quiet-${n}`]);
      times.push(performance.now() - asked);
      await pause(10);
    }
    isOver = true;
    await Promise.all(flooding);
    times.sort((a, b) => a - b);
    // Much on an idle machine, where it is some 30 ms; without a share of its own it would be seconds.
    expect(times[54]).toBeLessThan(1_000);
  }, 60_000);

  describe('over TLS', () => {
    const options = (certificate = first.certificate) => ({
      ca: gateway.authority.certificate,
      cert: certificate.certificate,
      key: certificate.key,
    });

    it('knows the sender again when a session is resumed', async () => {
      for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
        const one = kept(await MllpClient.secure(gateway.mllpsPort, { ...options(), maxVersion }));
        const session = new Promise<Buffer>((resolve) => one.socket.once('session', resolve));
        expect(codesIn(await one.ask(admission(`full-${maxVersion}`)))).toEqual([`AA full-${maxVersion}`]);
        const known = maxVersion === 'TLSv1.3' ? await session : (one.socket as TLSSocket).getSession();
        if (!known) throw new Error('no session');
        one.close();
        const again = kept(await MllpClient.secure(gateway.mllpsPort, { ...options(), maxVersion, session: known }));
        expect(codesIn(await again.ask(admission(`resumed-${maxVersion}`)))).toEqual([`AA resumed-${maxVersion}`]);
        expect((again.socket as TLSSocket).isSessionReused()).toBe(true);
      }
    });

    it('lets nobody stand at the door for ever, nor in the place of a sender', async () => {
      const stranger = async (): Promise<{ readonly socket: Socket; readonly closed: Promise<unknown> }> => {
        const socket = connect(gateway.mllpsPort, '127.0.0.1').on('error', () => undefined);
        await once(socket, 'connect');
        return { socket, closed: once(socket, 'close') };
      };
      const longest = await stranger();
      const gone = await stranger();
      gone.socket.end();
      const silent = await Promise.all(Array.from({ length: 256 }, stranger));
      await longest.closed;
      const sender = kept(await MllpClient.secure(gateway.mllpsPort, options()));
      expect(codesIn(await sender.ask(admission('beside-strangers')))).toEqual(['AA beside-strangers']);
      await Promise.all([gone, ...silent].map(({ closed }) => closed));
    }, 30_000);

    it('speaks no suite without forward secrecy or authenticated encryption', async () => {
      for (const ciphers of ['AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-SHA256', 'ECDHE-RSA-AES128-SHA'])
        await expect(
          MllpClient.secure(gateway.mllpsPort, { ...options(), maxVersion: 'TLSv1.2', ciphers }),
        ).rejects.toThrow();
    });
  });
});

describe('a certificate that ends', () => {
  it('ends its connection, and a resumed session does not outlive it', async () => {
    const until = new Date(Date.now() + 12_000);
    const gateway = await startTestGateway(testKafka().brokers, { certificatesUntil: until });
    const [{ certificate }] = gateway.senders;
    const options = { ca: gateway.authority.certificate, cert: certificate.certificate, key: certificate.key };
    const here = await MllpClient.secure(gateway.mllpsPort, options);
    const session = new Promise<Buffer>((resolve) => here.socket.once('session', resolve));
    expect(codesIn(await here.ask(admission('before-the-end')))).toEqual(['AA before-the-end']);
    const known = await session;
    await here.closed();
    expect(Date.now()).toBeGreaterThan(until.getTime() - 1_000);
    const again = await MllpClient.secure(gateway.mllpsPort, { ...options, session: known }).catch(() => undefined);
    expect((await again?.ask(admission('after-the-end'))) ?? '').toBe('');
    expect(gateway.logged.join('')).toContain('certificate-past');
    await gateway.stop();
  }, 60_000);
});
