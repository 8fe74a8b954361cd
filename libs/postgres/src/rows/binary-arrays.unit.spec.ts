import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binaryArrays } from './binary-arrays.js';
import { BinaryCopy } from './binary-copy.js';
import type { Column } from './column.js';

interface Row {
  readonly big: number | undefined;
  readonly text: string | undefined;
  readonly bytes: Uint8Array | undefined;
}
const columns: readonly Column<Row>[] = [
  { name: 'big', type: 'int8', of: ({ big }) => big },
  { name: 'text', type: 'text', of: ({ text }) => text },
  { name: 'bytes', type: 'bytea', of: ({ bytes }) => bytes },
];
const anyRow: fc.Arbitrary<Row> = fc.record({
  big: fc.option(fc.maxSafeInteger(), { nil: undefined }),
  text: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
  bytes: fc.option(fc.uint8Array(), { nil: undefined }),
});

/** A reader of its own, by the format as PostgreSQL documents it. */
class Bytes {
  at = 0;
  constructor(private readonly bytes: Buffer) {}
  int(size: number): number {
    this.at += size;
    return this.bytes.readIntBE(this.at - size, size);
  }
  value(): Buffer | undefined {
    const size = this.int(4);
    if (size < 0) return undefined;
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }
  skip(size: number): void {
    this.at += size;
  }
  get left(): number {
    return this.bytes.length - this.at;
  }
}

const rowOf = ([big, text, bytes]: readonly (Buffer | undefined)[]): Row => ({
  big: big && Number(big.readBigInt64BE()),
  text: text?.toString('utf8'),
  bytes: bytes && new Uint8Array(bytes),
});

describe('rows in the binary forms of Postgres', () => {
  it('come back out of arrays, one a column', () => {
    fc.assert(
      fc.property(fc.array(anyRow), (rows) => {
        const read = binaryArrays(columns, rows).map((array) => {
          const bytes = new Bytes(array);
          expect([bytes.int(4), bytes.int(4)]).toEqual([1, 1]);
          bytes.skip(4);
          expect([bytes.int(4), bytes.int(4)]).toEqual([rows.length, 1]);
          const values = rows.map(() => bytes.value());
          expect(bytes.left).toBe(0);
          return values;
        });
        expect(rows.map((_, index) => rowOf(read.map((values) => values[index])))).toEqual(rows);
      }),
    );
  });

  it('come back out of a COPY, whose buffer serves again', () => {
    fc.assert(
      fc.property(fc.array(anyRow), fc.nat(3), (rows, large) => {
        const all = [
          ...rows,
          ...Array.from({ length: large }, () => ({ big: 1, text: 'x', bytes: new Uint8Array(900_000) })),
        ];
        const copy = new BinaryCopy(columns, 100);
        for (const row of all) copy.add(row);
        copy.clear();
        for (const row of all) copy.add(row);
        const bytes = new Bytes(copy.end());
        bytes.skip(19);
        const read = all.map(() => {
          expect(bytes.int(2)).toBe(3);
          return rowOf([bytes.value(), bytes.value(), bytes.value()]);
        });
        expect(read).toEqual(all);
        expect([bytes.int(2), bytes.left]).toEqual([-1, 0]);
      }),
      { numRuns: 6 },
    );
  });

  it('take no more room than what is in them, whatever came before', () => {
    const small = Array.from({ length: 2_000 }, () => ({ big: 1, text: 'x', bytes: new Uint8Array(1) }));
    const large = { big: 1, text: 'é'.repeat(1_000_000), bytes: new Uint8Array(19_000_000) };
    // Node lays out what is small in pools of 64 kB.
    const roomFor = (rows: readonly Row[]): number[] =>
      binaryArrays(columns, rows).map(({ buffer, byteLength }) => buffer.byteLength / Math.max(byteLength, 65_536));
    for (const rows of [[large], small, [large, ...small]]) expect(Math.max(...roomFor(rows))).toBeLessThanOrEqual(2);
  });

  it('give back the room that one large row took, when their buffer serves again', () => {
    const copy = new BinaryCopy(columns, 1_000);
    copy.add({ big: 1, text: 'x', bytes: new Uint8Array(19_000_000) });
    expect(copy.held).toBeGreaterThan(19_000_000);
    copy.clear();
    expect(copy.held).toBe(1_000);
  });
});
