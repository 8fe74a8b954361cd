import { describe, expect, it } from 'vitest';
import { encodeEvent, Finess, Instant, Position } from '#domain';
import { anEvent } from '../../../../testing/src/builders/feed.js';
import { aSender } from '../../../../testing/src/builders/sender.js';
import { MemoryEstablishmentLog } from '../../../../testing/src/memory-establishment-log.js';
import { MemoryRefusalJournal } from '../../../../testing/src/memory-refusal-journal.js';
import { Directory } from '../../directory/directory.js';
import type { DirectoryEvent } from '../../directory/directory-event.js';
import { openIncarnation } from './open-incarnation.js';
import { ReportSenders } from './report-senders.js';
import { WatchSenders } from './watch-senders.js';

const finess = Finess.parse('990000010');
const sender = aSender(finess);
const later = Instant.of(Date.now() + 3_600_000);
const word = { v: 1, at: Instant.of(0), by: 'control' } as const;
const msh = (id: string): Buffer => Buffer.from(`MSH|^~\\&|HIS|F|R|G|20261120||ADT^A01|${id}|P|2.5\r`);

const world = () => {
  const [log, journal, directory] = [
    new MemoryEstablishmentLog(() => Instant.of(1_790_000_000_000)),
    new MemoryRefusalJournal(),
    new Directory(),
  ];
  const tell = (event: DirectoryEvent): void => {
    directory.apply({ position: Position.of(0), appendedAt: Instant.of(0), event });
  };
  tell({ ...word, kind: 'sender-declared', sender });
  const watch = new WatchSenders(log, journal, []);
  const senders = new ReportSenders(watch);
  const send = async (from: number, to: number, era = 'a', incarnation = 1, padding = 0): Promise<void> => {
    for (let n = from; n <= to; n += 1) {
      const received = Buffer.concat([msh(`M${n}`), Buffer.from(`PID|${era}\r`), Buffer.alloc(padding, 'x')]);
      const event = anEvent([], { format: 'hl7v2', sender: 'his', messageId: `M${n}`, incarnation, received });
      await log.append(finess, encodeEvent(event), {});
    }
  };
  const refuse = (id: string): Promise<void> =>
    journal.append(finess, {
      sender: 'his',
      controlId: id,
      label: 'ADT^A01',
      charset: 'us-ascii',
      receivedAt: later,
      acknowledgement: 'AE',
      reasons: [],
      received: msh(id),
      answered: Buffer.alloc(0),
    });
  const show = (now = later) => senders.show(directory, 'his', now);
  return { directory, tell, send, refuse, show, senders, watch };
};

describe('a sender that names its authorities whole', () => {
  it('has those proposed that its profile does not declare, look after look', async () => {
    const { tell, send, show } = world();
    await send(1, 2, '1||A^^^HUNT&1.2.3&ISO^PI~B^^^GHT&1.2.4&ISO^PI');
    expect((await show()).authorities).toEqual([
      { namespace: 'GHT', oid: '1.2.4', messages: 2 },
      { namespace: 'HUNT', oid: '1.2.3', messages: 2 },
    ]);
    await send(3, 3, '1||A^^^HUNT&1.2.3&ISO^PI');
    expect((await show()).authorities[0]).toEqual({ namespace: 'HUNT', oid: '1.2.3', messages: 3 });
    tell({
      ...word,
      kind: 'sender-declared',
      sender: { ...sender, hl7: { authorities: [{ namespace: 'HUNT', oid: '1.2.3' }] } },
    });
    expect((await show()).authorities).toEqual([{ namespace: 'GHT', oid: '1.2.4', messages: 2 }]);
  });
});

describe('a sender that numbers', () => {
  it('has its gaps told, look after look, but not what was refused', async () => {
    const { send, refuse, show } = world();
    await send(1, 30);
    expect((await show()).numbering).toMatchObject({ state: 'numbered', by: 'MSH-10', missing: 0, highest: 30 });
    await send(35, 40);
    await refuse('M32');
    expect((await show()).numbering).toMatchObject({
      missing: 3,
      gaps: [
        { from: 31, to: 31, count: 1 },
        { from: 33, to: 34, count: 2 },
      ],
      examined: 36,
    });
    expect((await show(Instant.of(0))).numbering.missing).toBe(0);
    await send(31, 34);
    expect((await show()).numbering).toMatchObject({ missing: 0, gaps: [] });
  });

  it('is looked back for by what has to be read: of large messages the newest are heard', async () => {
    const { send, show } = world();
    const mebibyte = 1024 * 1024;
    await send(1, 3);
    await send(4, 100, 'a', 1, mebibyte);
    const { numbering } = await show();
    expect(numbering).toMatchObject({ missing: 0, highest: 100 });
    expect(numbering.examined).toBeGreaterThan(55);
    expect(numbering.examined).toBeLessThan(64);
  });

  it('has all refusals looked at that came since the last look, page after page', async () => {
    const { send, refuse, show } = world();
    await send(1, 30);
    for (let n = 40; n < 50; n += 1) await refuse(`M${n}`);
    expect((await show()).numbering.missing).toBe(0);
    await send(160, 165);
    for (let n = 31; n < 160; n += 1) await refuse(`M${n}`);
    expect((await show()).numbering).toMatchObject({ missing: 0, highest: 165 });
  });

  it('that begins anew has an incarnation proposed; it is opened once, kept over a declaration, and ends the proposal', async () => {
    const { directory, tell, send, show } = world();
    await send(100, 200);
    await send(150, 170, 'b');
    const { proposal } = await show();
    expect(proposal).toMatchObject({
      number: 2,
      evidence: [{ code: 'numbering-restarted', highest: 200, begins: 150 }],
    });
    tell(
      openIncarnation(directory, 'his', { by: 'ana', at: later, reason: 'backup', evidence: proposal?.evidence ?? [] }),
    );
    tell({ ...word, kind: 'sender-declared', sender: { ...sender, language: 'en' } });
    await send(171, 200, 'b', 2);
    expect(await show()).toMatchObject({
      incarnation: 2,
      profile: { language: 'en' },
      proposal: null,
      numbering: { state: 'numbered', missing: 0, highest: 200 },
      incarnations: [{ number: 2, by: 'ana', reason: 'backup', evidence: [{ code: 'numbering-restarted' }] }],
    });
  });

  it('that begins anew each night does so by habit: nothing is proposed, nothing is called missing', async () => {
    const { send, show } = world();
    for (const night of ['a', 'b', 'c', 'd']) await send(1, 60, night);
    expect(await show()).toMatchObject({ proposal: null, numbering: { state: 'irregular', missing: null } });
  });

  it('has no incarnation opened on nothing', async () => {
    const { directory } = world();
    const order = { by: 'ana', at: later, reason: '', evidence: [] };
    expect(() => openIncarnation(directory, 'his', order)).toThrow(/nothing says/);
    expect(() => openIncarnation(directory, 'hers', { ...order, reason: 'x' })).toThrow(/no sender/);
    expect(openIncarnation(directory, 'his', { ...order, reason: 'x' })).toMatchObject({
      sender: 'his',
      opened: { number: 2 },
    });
  });

  it('is told of as it was last seen to who cannot wait, and as not known before it was', async () => {
    const { directory, send, show, watch } = world();
    expect(watch.lastSeen(directory, finess)).toMatchObject([{ name: 'his', numbering: { state: 'unknown' } }]);
    await send(1, 30);
    const { numbering } = await show();
    expect(numbering.state).toBe('numbered');
    expect(watch.lastSeen(directory, finess)).toMatchObject([{ name: 'his', numbering }]);
  });

  it('is told of as not known while the log is away, and as silent before its first message', async () => {
    expect(await world().show()).toMatchObject({ lastReceivedAt: null, alarms: null, numbering: { state: 'unknown' } });
  });
});
