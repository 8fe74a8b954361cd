import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instant, Position } from '#domain';
import type { DirectoryEvent, Refusal } from '#usecases';
import { directoryEntry, directoryValue, entryBytesMax, parseDirectoryValue } from './directory-value.js';
import { parseRefusalValue, refusalValue } from './refusal-value.js';

const tooNew = expect.objectContaining({ code: 'log.too-new' });

describe('values of the directory log', () => {
  const event: DirectoryEvent = {
    v: 1,
    at: Instant.of(1_790_000_000_000),
    by: 'operator-a',
    kind: 'territory-declared',
    code: 'ght-demo',
    name: 'Territoire (démo)',
  };

  it('come back as they were', () => {
    expect(parseDirectoryValue(directoryValue(event))).toEqual(event);
  });

  it.each([
    ['another version', JSON.stringify({ ...event, v: 2 })],
    ['an unknown kind', JSON.stringify({ ...event, kind: 'territory-abolished' })],
    ['a kind that every object has', JSON.stringify({ ...event, kind: 'toString' })],
  ])('are not guessed at: %s', (_, value) => {
    expect(() => parseDirectoryValue(Buffer.from(value))).toThrow(tooNew);
    const entry = { position: Position.of(7), appendedAt: Instant.of(0), value: Buffer.from(value) };
    expect(() => directoryEntry(entry)).toThrow(/^entry 7 of reprise\.directory: the directory log holds an entry of/);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'RP'],
    ['more than an entry may hold', `${JSON.stringify(event).slice(0, -1)},"more":"${'x'.repeat(entryBytesMax)}"}`],
    ['no object', '7'],
    ['bytes that are no text', '\xff\xfe'],
    ['no version', JSON.stringify({ ...event, v: undefined })],
    ['no kind', JSON.stringify({ ...event, kind: undefined })],
    ['a version that stands twice', `{"v":2,${JSON.stringify(event).slice(1)}`],
    ['a version of tomorrow behind ours', `${JSON.stringify(event).slice(0, -1)},"\\u0076":2}`],
    ['another name behind the first', `${JSON.stringify(event).slice(0, -1)},"name":"Territoire"}`],
  ])('are passed over where they are none: %s', (_, value) => {
    expect(parseDirectoryValue(Buffer.from(value, 'latin1'))).toMatchObject({ kind: 'unreadable', as: 'unknown' });
  });
});

describe('values of a journal', () => {
  const refusal = fc.record({
    sender: fc.string(),
    controlId: fc.string(),
    label: fc.string(),
    charset: fc.constantFrom('utf-8', 'iso-8859-1'),
    receivedAt: fc.integer({ min: 0 }).map((ms) => Instant.of(ms)),
    acknowledgement: fc.constantFrom('AE', '422'),
    reasons: fc.array(fc.record({ code: fc.string(), location: fc.string(), text: fc.string() })),
    received: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    answered: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  });

  it('come back as they were', () => {
    fc.assert(
      fc.property(refusal, (value: Refusal) => {
        expect(parseRefusalValue(refusalValue(value))).toEqual(value);
      }),
    );
  });

  it('are not guessed at', () => {
    expect(() => parseRefusalValue(Buffer.from('RJ\u0002'))).toThrow(tooNew);
  });
});
