import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chain,
  emptyChain,
  Failure,
  Finess,
  Instant,
  mergePatch,
  parseLossless,
  Position,
  RecordKey,
  StateDigest,
  VersionId,
} from './index.js';

const refused = (make: () => unknown): boolean => {
  try {
    make();
    return false;
  } catch (error) {
    return Failure.is(error, 'input.invalid');
  }
};

describe('values that come from outside', () => {
  it('FINESS: format decides, the key only warns', () => {
    expect(Finess.keyHolds('750712184')).toBe(true);
    expect(Finess.keyHolds('000897406')).toBe(false);
    expect(Finess.keyHolds('2A0000014')).toBe(true);
    expect(Finess.parse('000897406')).toBe('000897406');
    for (const raw of ['75071218', '7507121844', '75071218x', '', '../750712'])
      expect(
        refused(() => Finess.parse(raw)),
        raw,
      ).toBe(true);
  });

  it('positions and versions are decimal', () => {
    expect(Position.parse('812')).toBe(812);
    expect(VersionId.parse(VersionId.of(2, Position.of(812)))).toEqual({ timeline: 2, position: 812 });
    for (const raw of ['-2', '1e3', '0x1', '', ' 1', '99999999999999999999'])
      expect(
        refused(() => Position.parse(raw)),
        raw,
      ).toBe(true);
    expect(VersionId.parse('1-')).toBeUndefined();
  });

  it('instants need a zone', () => {
    expect(Instant.parse('2026-11-20T14:30:00+01:00')).toBe(Date.UTC(2026, 10, 20, 13, 30));
    for (const raw of ['2026-11-20T14:30:00Z', '2026-11-20t14:30:00z', '2026-11-20 14:30:00z'])
      expect(Instant.parse(raw)).toBe(Date.UTC(2026, 10, 20, 14, 30));
    expect(() => Instant.parse('DUPONT')).toThrow(/^(?!.*DUPONT)/);
    for (const raw of ['2026-11-20T14:30:00', '2026-11-20', 'now', '2026-13-01T00:00:00Z'])
      expect(
        refused(() => Instant.parse(raw)),
        raw,
      ).toBe(true);
  });

  it('instants are on days and at hours that there are', () => {
    const two = (n: number): string => String(n).padStart(2, '0');
    const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    const field = (max: number) => fc.integer({ min: 0, max });
    const law = fc.property(
      fc.integer({ min: 1890, max: 2110 }),
      fc.tuple(field(13), field(32), field(25), field(61)),
      (year, [month, day, hour, minute]) => {
        const days = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
        const raw = `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:07.5+02:00`;
        if (day < 1 || day > days || hour > 23 || minute > 59) expect(refused(() => Instant.parse(raw))).toBe(true);
        else expect(Instant.parse(raw)).toBe(Date.UTC(year, month - 1, day, hour - 2, minute, 7, 500));
      },
    );
    fc.assert(law, { numRuns: 2000 });
    for (const raw of ['2026-02-29', '2026-02-30', '2026-02-31', '2026-04-31', '2100-02-29'])
      expect([raw, refused(() => Instant.parse(`${raw}T10:00:00Z`))]).toEqual([raw, true]);
    expect(Instant.parse('2024-02-29T10:00:00Z')).toBe(Date.UTC(2024, 1, 29, 10));
    expect(refused(() => Instant.parse('2026-01-01T24:00:00Z'))).toBe(true);
  });

  it('record keys are Type/id', () => {
    expect(RecordKey.type(RecordKey.parse('Patient/a-1.b'))).toBe('Patient');
    for (const raw of ['patient/a', 'Patient/', 'Patient/a/b', 'Patient/é', `Patient/${'x'.repeat(65)}`])
      expect(
        refused(() => RecordKey.parse(raw)),
        raw,
      ).toBe(true);
  });
});

describe('JSON that keeps its numbers', () => {
  it.each(['1.30', '-0', '12345678901234567890', '1e2', '0.10', '[1.0,2]', '{"a":{"b":[1.50]}}'])(
    '%s is written as it was',
    (text) => {
      expect(JSON.stringify(parseLossless(text))).toBe(text);
    },
  );

  it('parses what JSON.parse parses', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(JSON.parse(JSON.stringify(parseLossless(text)))).toEqual(JSON.parse(text));
      }),
    );
  });

  // RFC 7396, appendix A.
  it.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['["a","b"]', '["c"]', '["c"]'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('%s patched by %s is %s', (target, patch, result) => {
    expect(JSON.stringify(mergePatch(parseLossless(target), parseLossless(patch)))).toBe(result);
  });
});

describe('hashes', () => {
  const record = (key: string, over = {}) => ({
    key: RecordKey.parse(key),
    timeline: 1,
    position: Position.of(3),
    deleted: false,
    contentHash: Buffer.alloc(32, 1),
    ...over,
  });
  const digest = (...records: ReturnType<typeof record>[]): string => {
    const state = new StateDigest();
    for (const one of records) state.add(one);
    return state.finish([]);
  };

  it('the state digest sees every fact', () => {
    const all = [
      digest(),
      digest(record('Patient/a')),
      digest(record('Patient/b')),
      digest(record('Patient/a', { deleted: true })),
      digest(record('Patient/a', { position: Position.of(4) })),
      digest(record('Patient/a', { timeline: 2 })),
      digest(record('Patient/a', { contentHash: Buffer.alloc(32, 2) })),
      new StateDigest().finish([Position.of(1)]),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('the state digest insists on its order', () => {
    expect(() => digest(record('Patient/b'), record('Patient/a'))).toThrow(/order/);
    expect(() => digest(record('Patient/a'), record('Patient/a'))).toThrow(/order/);
    expect(() => digest(record('Aa/z'), record('Aab/a'))).not.toThrow();
  });

  it.each([5, 64 * 1024 - 48, 64 * 1024 - 47, 1_000_000])(
    'the chain is what docs/log-format.md says, of %i bytes',
    (size) => {
      const [value, before] = [Buffer.alloc(size, 'value'), Buffer.alloc(32, 7)];
      const place = Buffer.from('000000000000032c0000019fa8c40000', 'hex');
      const expected = createHash('sha256').update(before).update(place).update(value).digest('hex');
      const at = Instant.of(Number(place.readBigInt64BE(8)));
      expect(Buffer.from(chain(before, Position.of(812), at, value)).toString('hex')).toBe(expected);
    },
  );

  it('the chain sees bytes, place, stamp and what was before', () => {
    const link = (before = emptyChain, position = 0, stamp = 5, value = 'x'): string =>
      Buffer.from(chain(before, Position.of(position), Instant.of(stamp), Buffer.from(value))).toString('hex');
    expect(
      new Set([
        link(),
        link(Buffer.alloc(32, 1)),
        link(emptyChain, 1),
        link(emptyChain, 0, 6),
        link(emptyChain, 0, 5, 'y'),
      ]).size,
    ).toBe(5);
  });
});
