import { frame } from '#hl7v2';
import { metrics } from '#platform';
import { testKafka } from '#testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admission } from '../../test/messages.spec.js';
import { MllpClient } from '../../test/mllp-client.spec.js';
import { startTestGateway, type TestGateway } from '../../test/a-gateway.spec.js';

const codeIn = (answer: string | Buffer | undefined): string | undefined =>
  /\rMSA\|(\w\w)/.exec(answer?.toString() ?? '')?.[1];
const connectionsMax = 64;

describe('connections of one sender, more than it may have', () => {
  let gateway: TestGateway;
  const open = new Set<MllpClient>();
  const client = async (): Promise<MllpClient> => {
    const made = await MllpClient.plain(gateway.senders[0].mllpPort);
    open.add(made);
    return made;
  };
  const clients = (count: number): Promise<readonly MllpClient[]> =>
    Promise.all(Array.from({ length: count }, () => client()));
  const start = async (limits: NonNullable<Parameters<typeof startTestGateway>[1]>['limits'] = {}): Promise<void> => {
    gateway = await startTestGateway(testKafka().brokers, { limits });
  };
  const openOf = (all: readonly MllpClient[]): readonly MllpClient[] => all.filter(({ isClosed }) => !isClosed);
  /** Closings are seen a little later at this end. */
  const untilOpen = (all: readonly MllpClient[], count: number): Promise<void> =>
    expect.poll(() => openOf(all).length, { timeout: 20_000 }).toBe(count);
  const countOf = async (reason: string): Promise<number> =>
    (await metrics.getMetricsAsJSON())
      .filter(({ name }) => name === 'reprise_mllp_connections_closed_total')
      .flatMap(({ values }) => values)
      .filter(({ labels }) => labels['reason'] === reason)
      .reduce((sum, { value }) => sum + Number(value), 0);
  let before: { readonly gaveWay: number; readonly tooMany: number };
  beforeEach(async () => {
    before = { gaveWay: await countOf('gave-way'), tooMany: await countOf('too-many') };
  });
  afterEach(async () => {
    for (const { socket } of open) socket.destroy();
    open.clear();
    await gateway.stop();
  });

  it('500 that never sent a frame cost no sender its own, whether it was there before them or comes behind', async () => {
    await start();
    const earlier = await client();
    expect(codeIn(await earlier.ask(admission('earlier')))).toBe('AA');
    const idle = await clients(500);
    const later = await client();
    expect(codeIn(await later.ask(admission('later')))).toBe('AA');
    expect(codeIn(await earlier.ask(admission('earlier-2')))).toBe('AA');
    await untilOpen(idle, connectionsMax - 2);
    expect([earlier.isClosed, later.isClosed]).toEqual([false, false]);
    // The oldest went first.
    expect(openOf(idle)).toEqual(idle.slice(-(connectionsMax - 2)));
    expect((await countOf('gave-way')) - before.gaveWay).toBe(500 - (connectionsMax - 2));
    expect((await countOf('too-many')) - before.tooMany).toBe(0);
    const told = gateway.logged.filter((line) => line.includes('gave-way'));
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThan(10);
    expect(told.join('')).toContain(gateway.senders[0].name);
  }, 60_000);

  it('senders that speak at once are served in the midst of 500 that say nothing', async () => {
    await start();
    const opened = Array.from({ length: 520 }, async (_, n) => {
      const made = await client();
      return n % 26 === 0 ? codeIn(await made.ask(admission(`amid-${n}`))) : undefined;
    });
    const codes = await Promise.all(opened);
    expect(codes.filter((code) => code === 'AA')).toHaveLength(20);
  }, 60_000);

  it('one in the midst of a frame never gives way; where all are, the new one is closed', async () => {
    await start({ connectionsPerSenderMax: 8, quietMsMin: 0 });
    const message = frame(admission('in-the-midst'));
    const midst = await clients(8);
    for (const one of midst) one.write(message.subarray(0, 40));
    const more = await clients(20);
    await untilOpen(more, 0);
    expect(openOf(midst)).toEqual(midst);
    expect((await countOf('too-many')) - before.tooMany).toBe(20);
    expect(await countOf('gave-way')).toBe(before.gaveWay);
    for (const one of midst) one.write(message.subarray(40));
    for (const one of midst) expect(codeIn(await one.answer(1))).toBe('AA');
  }, 60_000);

  it('over TLS it is the same', async () => {
    await start({ connectionsPerSenderMax: 8 });
    const { mllpsPort, authority, senders } = gateway;
    const { certificate: cert, key } = senders[0].certificate;
    const secure = async (): Promise<MllpClient> => {
      const made = await MllpClient.secure(mllpsPort, { ca: authority.certificate, cert, key });
      open.add(made);
      return made;
    };
    const idle = await Promise.all(Array.from({ length: 20 }, secure));
    expect(codeIn(await (await secure()).ask(admission('over-tls')))).toBe('AA');
    await untilOpen(idle, 7);
  }, 60_000);

  it('a sender that closes all of its own and opens them anew at once has them', async () => {
    await start({ connectionsPerSenderMax: 8, quietMsMin: 600_000 });
    for (let round = 0; round < 5; round++) {
      const all = await clients(8);
      for (const [n, one] of all.entries()) expect(codeIn(await one.ask(admission(`round-${round}-${n}`)))).toBe('AA');
      // Half of them close their end alone, and would stay a while.
      for (const [n, one] of all.entries())
        if (n % 2 === 0) one.close();
        else one.socket.end();
    }
    expect((await countOf('too-many')) - before.tooMany).toBe(0);
    expect((await countOf('gave-way')) - before.gaveWay).toBe(0);
  }, 60_000);

  it('those that sent of late stay, those that sent long ago give way, longest quiet first', async () => {
    await start({ connectionsPerSenderMax: 8, quietMsMin: 600_000 });
    const inUse = await clients(8);
    for (const [n, one] of inUse.entries()) expect(codeIn(await one.ask(admission(`in-use-${n}`)))).toBe('AA');
    const refused = await clients(5);
    await untilOpen(refused, 0);
    expect(openOf(inUse)).toEqual(inUse);
    await gateway.stop();

    await start({ connectionsPerSenderMax: 8, quietMsMin: 0 });
    const quiet = await clients(8);
    for (const [n, one] of quiet.entries()) expect(codeIn(await one.ask(admission(`quiet-${n}`)))).toBe('AA');
    for (let n = 0; n < 3; n++) expect(codeIn(await (await client()).ask(admission(`newcomer-${n}`)))).toBe('AA');
    await untilOpen(quiet, 5);
    expect(openOf(quiet)).toEqual(quiet.slice(3));
  }, 60_000);
});
