import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { ByteBudget } from '#platform';
import { refusedStatus } from '#usecases';
import { describe, expect, it } from 'vitest';
import { unpack } from './unpack-bodies.js';

const bodyBytesMax = 100_000;
const unpacking = async (packed: Buffer, encoding: string, budget = new ByteBudget(1_000_000)) => {
  const unpacked = await unpack(packed, encoding, { bodyBytesMax, take: (bytes) => budget.take(bytes) });
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

  it('is not now when no more can be held', async () => {
    const { failure } = await unpacking(gzipSync(text), 'gzip', new ByteBudget(20_000));
    expect(failure?.code).toBe('log.unreachable');
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
