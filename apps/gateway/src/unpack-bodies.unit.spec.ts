import { randomBytes } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { ByteBudget } from '#platform';
import { refusedStatus } from '#usecases';
import { describe, expect, it } from 'vitest';
import { anyRatioBytes, unpack, unpackedRatioMax } from './unpack-bodies.js';

const bodyBytesMax = 100_000;
const unpacking = async (packed: Buffer, encoding: string, budget = new ByteBudget(1_000_000)) => {
  const take = (bytes: number): boolean => budget.take(bytes);
  const unpacked = await unpack(packed, encoding, { bodyBytesMax, take, letGo: () => budget.giveBack(budget.held) });
  const { body } = unpacked;
  return { body, budget, failure: 'failure' in unpacked ? unpacked.failure : undefined };
};
const text = Buffer.from('{"resourceType":"Patient"}'.repeat(1_000));

describe('a packed body', () => {
  it.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
  ])('is unpacked: %s, and held as what it became', async (encoding, packed) => {
    const { body, failure, budget } = await unpacking(packed, encoding);
    expect([failure, body.equals(text), budget.held]).toEqual([undefined, true, text.byteLength]);
  });

  it('is taken at the largest size and refused above, its beginning kept', async () => {
    expect((await unpacking(gzipSync(Buffer.alloc(bodyBytesMax)), 'gzip')).failure).toBeUndefined();
    const { failure, body } = await unpacking(gzipSync(Buffer.alloc(bodyBytesMax + 1)), 'gzip');
    expect([failure && refusedStatus(failure), body.byteLength]).toEqual([413, 4096]);
  });

  it('that is a bomb is held no further than one piece beyond the limit', async () => {
    const { failure, budget } = await unpacking(gzipSync(Buffer.alloc(20_000_000)), 'gzip');
    expect([failure?.code, budget.held <= bodyBytesMax]).toEqual(['input.too-large', true]);
  });

  it('that becomes more than a hundred times its size is refused as soon as it has, with the limit', async () => {
    const packed = gzipSync(Buffer.alloc(15_000_000));
    let held = 0;
    const take = (bytes: number): boolean => (held += bytes) > 0;
    const letGo = (): void => undefined;
    const unpacked = await unpack(packed, 'gzip', { bodyBytesMax: 20_000_000, take, letGo });
    const failure = 'failure' in unpacked ? unpacked.failure : undefined;
    expect([failure && refusedStatus(failure), failure?.message]).toEqual([413, expect.stringContaining('100 times')]);
    expect(held).toBeLessThan(packed.byteLength * unpackedRatioMax + 100_000);
  });

  it('may become anything up to a megabyte, and a hundred times its size', async () => {
    const taken = async (bytes: Buffer): Promise<boolean> => {
      const bounds = { bodyBytesMax: 20_000_000, take: () => true, letGo: () => undefined };
      const unpacked = await unpack(gzipSync(bytes), 'gzip', bounds);
      return !('failure' in unpacked) && unpacked.body.equals(bytes);
    };
    expect(await taken(Buffer.alloc(anyRatioBytes))).toBe(true);
    expect(await taken(Buffer.concat([randomBytes(50_000), Buffer.alloc(4_900_000)]))).toBe(true);
  });

  it('is not now when no more can be held', async () => {
    const { failure, body, budget } = await unpacking(gzipSync(text), 'gzip', new ByteBudget(20_000));
    expect([failure?.code, body.equals(gzipSync(text)), budget.held]).toEqual(['log.unreachable', true, 0]);
  });

  it.each([
    ['a bomb', gzipSync(Buffer.alloc(20_000_000)), 413, 'larger than'],
    ['half a gzip', gzipSync(text).subarray(0, -20), 422, 'Content-Encoding'],
  ])('that is %s is told so, not sent again later, when no more can be held', async (_what, packed, status, says) => {
    const { failure, budget } = await unpacking(packed, 'gzip', new ByteBudget(20_000));
    expect([failure && refusedStatus(failure), failure?.message]).toEqual([status, expect.stringContaining(says)]);
    expect(budget.held).toBe(0);
  });

  it('of a bomb keeps its beginning for the journal when nothing can be held', async () => {
    const { body } = await unpacking(gzipSync(Buffer.alloc(20_000_000, 'x')), 'gzip', new ByteBudget(0));
    expect(body.equals(Buffer.alloc(4096, 'x'))).toBe(true);
  });

  it.each([
    ['no gzip', 'gzip', text],
    ['half a gzip', 'gzip', gzipSync(text).subarray(0, -20)],
    ['no brotli', 'br', gzipSync(text)],
  ])('is refused when it is %s, as it came', async (_what, encoding, packed) => {
    const { failure, body } = await unpacking(packed, encoding);
    expect([failure && refusedStatus(failure), failure?.message, body]).toEqual([
      422,
      expect.stringContaining('Content-Encoding'),
      packed,
    ]);
  });

  it.each(['zstd', 'gzip, br', 'compress', 'constructor', '*'])('is refused by name: %s', async (encoding) => {
    const { failure } = await unpacking(text, encoding);
    expect([failure && refusedStatus(failure), failure?.message]).toEqual([
      415,
      expect.stringContaining('Content-Encoding'),
    ]);
  });
});
