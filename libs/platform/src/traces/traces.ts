import { noTracing } from '#usecases';
import { ConfigurationFault } from '../configuration/load-configuration.js';
import type { ProcessLog } from '../logging/process-log.js';
import { isLoopback } from '../wires/loopback.js';
import type { Traces } from './process-traces.js';

export interface TraceSettings {
  /** OTLP over HTTP, JSON. */
  readonly tracesUrl?: string;
  /** Of the traces that begin here, how many are recorded, 0 to 1. */
  readonly tracesRatio?: number;
}

const usualRatio = 0.01;

/** Without an address nothing is recorded, and nothing of OpenTelemetry is loaded. Throws `ConfigurationFault`. */
export const openTraces = async (
  service: string,
  { tracesUrl, tracesRatio = usualRatio }: TraceSettings,
  log: Pick<ProcessLog, 'often'>,
): Promise<Traces> => {
  if (tracesUrl === undefined) return { tracing: noTracing, close: async () => {} };
  const { protocol, hostname } = new URL(tracesUrl);
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
    throw new ConfigurationFault(['REPRISE_TRACES_URL must be https: outside loopback nothing is spoken in the clear']);
  const { OtlpTraces } = await import('./otlp-traces.js');
  return new OtlpTraces(service, { url: tracesUrl, ratio: tracesRatio }, log);
};
