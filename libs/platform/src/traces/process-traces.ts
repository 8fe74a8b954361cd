import type { Tracing } from '#usecases';
import type { TraceFields } from './span-attributes.js';

/** A request to a door of this process, as a step. */
export interface RequestSpan {
  readonly traceId: string;
  /** What the work begins, now and later, lies within the request. */
  run(work: () => void): void;
  end(fields: TraceFields): void;
}

/** The traces of one process. */
export interface Traces {
  /** `noTracing` where none are wanted. */
  readonly tracing: Tracing;
  /** Where traces are wanted; `traceparent`: as the caller sent it. Undefined where this request is not recorded. */
  readonly request?: (traceparent: string | undefined, fields: TraceFields) => RequestSpan | undefined;
  /** Sends what waits. */
  close(): Promise<void>;
}
