import { Histogram } from 'prom-client';
import { metrics } from '../health/health.js';

const duration = new Histogram({
  name: 'http_server_request_duration_seconds',
  help: 'HTTP requests from their head until their answer is gone, by route pattern (empty: no route) and class of the status',
  labelNames: ['http_request_method', 'http_route', 'http_response_status_class'],
  // As OpenTelemetry's conventions for this metric advise.
  buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  registers: [metrics],
});

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Counts an answer. A method that a stranger made up is `_OTHER`: whatever is sent, the number of series is bounded. */
export const countRequest = (asked: {
  readonly method: string | undefined;
  /** Its pattern, never the address. */
  readonly route: string | undefined;
  readonly status: number;
  readonly ms: number;
}): void => {
  const { method = '', route = '', status, ms } = asked;
  duration.observe(
    {
      http_request_method: methods.has(method) ? method : '_OTHER',
      http_route: route,
      http_response_status_class: `${Math.floor(status / 100)}xx`,
    },
    ms / 1000,
  );
};
