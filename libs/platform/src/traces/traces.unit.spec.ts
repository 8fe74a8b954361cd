import { noTracing } from '#usecases';
import { describe, expect, it } from 'vitest';
import { ConfigurationFault } from '../configuration/load-configuration.js';
import { ProcessLog } from '../logging/process-log.js';
import { openTraces } from './traces.js';

const log = new ProcessLog('test', { write: () => {} });

describe('the traces of a process', () => {
  it('without an address are none', async () => {
    const traces = await openTraces('gateway', { tracesRatio: 1 }, log);
    expect([traces.tracing, traces.request]).toEqual([noTracing, undefined]);
  });

  it.each(['http://collector:4318/v1/traces', 'http://127.0.0.1.example/', 'ftp://127.0.0.1/'])(
    'do not go to %s',
    async (tracesUrl) => {
      await expect(openTraces('gateway', { tracesUrl }, log)).rejects.toThrow(ConfigurationFault);
    },
  );

  it('begin with a frame, and are recorded as often as asked: never', async () => {
    const traces = await openTraces('gateway', { tracesUrl: 'http://127.0.0.1:9/', tracesRatio: 0 }, log);
    const seen = traces.tracing.span('gateway.frame', {}, (span) => span.traceparent);
    expect([seen, traces.request?.(undefined, {})]).toEqual([undefined, undefined]);
    await traces.close();
  });

  it('keep what is done at once and its failures as they are, and carry the context of the step on', async () => {
    const traces = await openTraces('gateway', { tracesUrl: 'http://127.0.0.1:9/', tracesRatio: 1 }, log);
    const { tracing } = traces;
    const fault = new Error('as it is');
    expect(() =>
      tracing.span('gateway.frame', {}, () => {
        throw fault;
      }),
    ).toThrow(fault);
    const later = tracing.span('gateway.frame', {}, async (outer) => {
      await Promise.resolve();
      return tracing.span('gateway.map', {}, (inner) => [outer.traceparent, inner.traceparent]);
    });
    const ids = (await later).map((one) => one?.split('-'));
    expect(ids[1]?.[1]).toBe(ids[0]?.[1]);
    expect(ids[1]?.[2]).not.toBe(ids[0]?.[2]);
    expect(tracing.span('log.append', {}, (span) => span.traceparent)).toBeUndefined();
    await traces.close();
  });
});
