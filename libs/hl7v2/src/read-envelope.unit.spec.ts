import { describe, expect, it } from 'vitest';
import { contextOf, er7 } from './fixtures/context.js';
import { readBatch } from './mllp/batch.js';
import { readEnvelope } from './read-envelope.js';

const message = 'MSH|^~\\&|GAM|CH|EAI|GHT|20260310||ADT^A31|M1|P|2.5\rPID|1||42';
const fhs = 'FHS|^~\\&|GAM|CH|EAI|GHT|20260310091500||essai.hl7||F1';
const bhs = 'BHS|^~\\&|GAM|CH|EAI|GHT|20260310091500|||é|B1';

const envelopeOf = (...segments: readonly string[]) => {
  const file = readBatch(er7(...segments));
  return file && readEnvelope(file, contextOf());
};

describe('what stands around the messages of a batch', () => {
  it('is an event that changes nothing, under the id and time of its first segment', () => {
    const event = envelopeOf(fhs, bhs, message, 'BTS|1', 'FTS|1');
    expect(event).toMatchObject({ format: 'hl7v2', label: 'FHS', messageId: 'FHS F1', changes: [], warnings: [] });
    expect(new Date(event?.sentAt ?? 0).toISOString()).toBe('2026-03-10T08:15:00.000Z');
    expect(Buffer.from(event?.received ?? []).toString()).toBe(`${fhs}\r${bhs}\rBTS|1\rFTS|1\r`);
    expect(envelopeOf(bhs, message)).toMatchObject({ label: 'BHS', messageId: 'BHS B1', charset: 'utf-8' });
    expect(envelopeOf('BTS|1')).toMatchObject({ label: 'BTS', messageId: '', warnings: [] });
  });

  it('brings nothing that the law forbids into the log', () => {
    const event = envelopeOf(bhs, message, `BTS|1|x\fPID|1||42||N^P|||F||QZXRACE|||||||QZXFAITH`);
    const kept = Buffer.from(event?.received ?? []).toString();
    expect(kept).toContain('BTS|1|x');
    expect(kept).not.toContain('QZX');
    expect(event?.warnings.map(({ code, location }) => `${code} ${location}`)).toEqual([
      'field-forbidden PID-10',
      'field-forbidden PID-17',
    ]);
  });

  it('is nothing where there are messages alone', () => {
    expect(envelopeOf(message, message)).toBeUndefined();
  });

  it('tells which of its batches has lost messages, or has some of another', () => {
    const warned = envelopeOf(bhs, message, 'BTS|1', bhs, message, 'BTS|5', bhs, 'BTS|1')?.warnings;
    expect(warned?.map(({ code, location }) => `${code} ${location}`)).toEqual([
      'batch-miscounted BTS[2]-1',
      'batch-miscounted BTS[3]-1',
    ]);
  });
});
