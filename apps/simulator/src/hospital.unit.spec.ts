import {
  decodeEvent,
  encodeEvent,
  evolve,
  Finess,
  FoldMemory,
  Instant,
  type LogEvent,
  originalTimeline,
  Position,
} from '#domain';
import { readMessage } from '#hl7v2';
import { mostIn, removedFloor, type SenderMinute } from '#usecases';
import { describe, expect, it } from 'vitest';
import { Hospital } from './hospital.js';

const source = { finess: '750000018', application: 'HIS', timeZone: 'Europe/Paris' };
const start = Date.parse('2026-11-20T10:00:00Z');

const feed = (seed: number, count: number): string[] => {
  const hospital = new Hospital(source, seed, 'T');
  return Array.from({ length: count }, (_, i) => {
    const published = hospital.next(start + i * 1000);
    return published.by === 'mllp' ? published.message : published.body;
  });
};

const context: Parameters<typeof readMessage>[1] = {
  establishment: { finess: Finess.parse(source.finess), name: 'CH (démo)', sites: [], timeZone: source.timeZone },
  sender: {
    name: 'his',
    finess: Finess.parse(source.finess),
    language: 'fr',
    foreignFiness: 'refuse',
    testIdentities: 'warn',
    productionIdentities: 'refuse',
    acknowledgement: 'as-asked',
    incarnation: 1,
  },
  idOf: (...parts) => Buffer.from(parts.join(' ')).toString('hex').slice(0, 40),
};

describe('the simulated hospital', () => {
  it('is repeatable: the same seed says the same, another seed something else', () => {
    expect(feed(7, 300)).toEqual(feed(7, 300));
    expect(feed(7, 300)).not.toEqual(feed(8, 300));
  });

  it('says nothing that the strictest profile would refuse, and every kind of message', () => {
    const labels = new Set<string>();
    for (const message of feed(1, 600).filter((text) => text.startsWith('MSH'))) {
      const reading = readMessage(Buffer.from(message), context);
      expect(reading.accepted, message).toBe(true);
      if (!reading.accepted) continue;
      expect(reading.event.changes.length, message).toBeGreaterThan(0);
      labels.add(reading.event.label);
    }
    expect([...labels].sort()).toEqual(['ADT^A01', 'ADT^A02', 'ADT^A03', 'ADT^A31', 'ADT^A40', 'ADT^Z99', 'ORU^R01']);
  });

  it('removes far fewer records than a spike is, at ten messages a second for some minutes', () => {
    const memory = new FoldMemory(Instant.of(0));
    const hospital = new Hospital(source, 3, 'T');
    const minutes: SenderMinute[] = [];
    let versions = 0;
    for (let n = 0; n < 2400; n += 1) {
      const at = Instant.of(start + n * 100);
      const published = hospital.next(at);
      // Its FHIR bundles put, and remove nothing.
      if (published.by !== 'mllp') continue;
      const reading = readMessage(Buffer.from(published.message), context);
      if (!reading.accepted) throw new Error('refused');
      const event: LogEvent = {
        ...reading.event,
        sender: 'his',
        incarnation: 1,
        receivedAt: at,
        acknowledgement: 'AA',
      };
      const recorded = { position: Position.of(n), appendedAt: at, ...decodeEvent(encodeEvent(event)) };
      const effects = evolve(memory, recorded, originalTimeline);
      memory.absorb(effects);
      versions += effects.versions.length;
      const removed = effects.versions.filter(({ deleted }) => deleted).length;
      if (removed > 0) minutes.push({ from: at, sender: 'his', removed, written: 0 });
    }
    expect(versions).toBeGreaterThan(2000);
    expect(mostIn(minutes).get('his')?.removed ?? 0).toBeLessThan(removedFloor / 2);
  });
});
