import { createSecretKey } from 'node:crypto';
import { type Establishment, Finess, Instant, type Sender } from '#domain';
import { runSources } from '#testing';
import { readHl7, recordIds } from '#usecases';
import { afterAll, describe, expect, it } from 'vitest';
import { ReadingThread } from './reading-thread.js';

const finess = Finess.parse('010780062');
const secret = createSecretKey(Buffer.alloc(32, 7));
const establishment: Establishment = { finess, name: 'CH (démo)', sites: [], timeZone: 'Europe/Paris' };
const sender: Sender = {
  name: 'lab',
  finess,
  language: 'fr',
  foreignFiness: 'warn',
  testIdentities: 'warn',
  productionIdentities: 'accept',
  acknowledgement: 'as-asked',
  incarnation: 1,
};
const publisher = { sender, establishment, idOf: recordIds(secret) };
const result = (observations: number, pid = '42^^^D&1.2.3&ISO^PI'): Buffer =>
  Buffer.from(
    [
      'MSH|^~\\&|LAB|B|C|D|20261120143000+0100||ORU^R01^ORU_R01|r1|P|2.5',
      `PID|1||${pid}||TESTINE^ALICE^^^^^L`,
      'OBR|1|P1|F1|NFS^Numération^L',
      ...Array.from({ length: observations }, (_, n) => `OBX|${n + 1}|NM|${n}^A^L||1.5|g/L|||||F`),
      '',
    ].join('\r'),
  );
const message = (received: Buffer) => ({ received, receivedAt: Instant.of(1_790_000_000_000) });

describe('a thread that reads large messages', () => {
  const thread = new ReadingThread(new Map([[finess, secret]]), { execArgv: [...runSources] });
  afterAll(() => thread.close());

  it.each([
    ['accepted', result(300)],
    ['accepted in a part of a larger buffer', result(300).subarray(0)],
    ['refused', result(2, '')],
  ])('reads what is %s as it is read without one', async (_what, received) => {
    const before = Buffer.from(received);
    const read = await thread.read(publisher, message(received));
    expect(read).toEqual(asPlain(readHl7(publisher, message(received))));
    expect(received).toEqual(before);
  });

  it('answers each in turn', async () => {
    const sizes = [200, 1, 100];
    const read = await Promise.all(sizes.map((size) => thread.read(publisher, message(result(size)))));
    const expected = sizes.map((size) => readHl7(publisher, message(result(size))));
    expect(read).toEqual(expected.map(asPlain));
  });

  it('leaves its own to others: whoever asks goes on meanwhile', async () => {
    let isRead = false;
    const reading = thread.read(publisher, message(result(3_000))).then(() => (isRead = true));
    let turns = 0;
    while (!isRead) {
      await new Promise(setImmediate);
      turns++;
    }
    await reading;
    // One that is read here takes the one turn that it is read in.
    expect(turns).toBeGreaterThan(20);
  });

  it('tells a fault to whoever asked, and goes on with the others; an end in the midst of it, too', async () => {
    const other = { ...establishment, finess: Finess.parse('010780054') };
    const failed = thread.read({ ...publisher, establishment: other }, message(result(1)));
    await expect(failed).rejects.toThrow('an establishment without a secret');
    expect(await thread.read(publisher, message(result(1)))).toMatchObject({ accepted: true });
    const cutOff = thread.read(publisher, message(result(3_000)));
    await thread.close();
    await expect(cutOff).rejects.toThrow('the reading thread has ended');
    expect(await thread.read(publisher, message(result(1)))).toMatchObject({ accepted: true });
  });
});

/** Bytes come over as bytes, whatever they were a part of. */
const asPlain = (read: ReturnType<typeof readHl7>): unknown => ({ ...read, received: new Uint8Array(read.received) });
