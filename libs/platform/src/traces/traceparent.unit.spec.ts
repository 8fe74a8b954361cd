import { describe, expect, it } from 'vitest';
import { readTraceparent, writeTraceparent } from './traceparent.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

describe('traceparent', () => {
  it.each([true, false])('is read as it is written, sampled: %s', (isSampled) => {
    const context = { traceId, spanId, isSampled };
    expect(readTraceparent(writeTraceparent(context))).toEqual(context);
  });

  it('of a later version is read as far as version 00 goes', () => {
    expect(readTraceparent(`01-${traceId}-${spanId}-03-more`)).toEqual({ traceId, spanId, isSampled: true });
  });

  it.each([
    undefined,
    '',
    'PID|1||42',
    `00-${traceId}-${spanId}`,
    `00-${traceId}-${spanId}-01-more`,
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    ` 00-${traceId}-${spanId}-01`,
  ])('"%s" is none', (text) => {
    expect(readTraceparent(text)).toBeUndefined();
  });
});
