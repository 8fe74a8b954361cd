/** All that is ever said of a step in a trace: names, labels, numbers; never content, never what a record is known by. */
export interface SpanFields {
  readonly sender?: string;
  readonly establishment?: string;
  /** `ADT^A01`, `PUT Patient`. */
  readonly label?: string;
  readonly position?: number;
  /** What became of the message, or of the batch. */
  readonly outcome?: string;
  readonly replica?: string;
}

/** `gateway.frame` begins a trace, the others lie within one. */
export type SpanName = 'gateway.frame' | 'gateway.map' | 'log.append' | 'replica.commit';

export interface Span {
  /** W3C trace context of this step, to be carried on; none where the trace is not recorded. */
  readonly traceparent: string | undefined;
  note(more: SpanFields): void;
}

/** Traces of messages on their way. What is done does not depend on it: neither its result, nor its order, nor when it begins. */
export interface Tracing {
  /** Does the work at once; the step ends when the work does, or when what it promises is there. */
  span<T>(name: SpanName, fields: SpanFields, work: (span: Span) => T): T;
  /** The work is the last step of traces that began elsewhere: each of them has it as a span of its own, with the fields beside it. */
  ending<T>(name: SpanName, ofEach: readonly TraceCarried[], work: () => Promise<T>): Promise<T>;
}

export interface TraceCarried {
  /** As it came; one that is none is passed over. */
  readonly traceparent: string;
  readonly fields: SpanFields;
}

const nobody: Span = { traceparent: undefined, note: () => {} };

export const noTracing: Tracing = {
  span: (_name, _fields, work) => work(nobody),
  ending: (_name, _ofEach, work) => work(),
};
