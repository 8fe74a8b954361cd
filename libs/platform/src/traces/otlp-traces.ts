import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Context,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import type { Span, SpanFields, SpanName, TraceCarried, Tracing } from '#usecases';
import type { ProcessLog } from '../logging/process-log.js';
import type { RequestSpan, Traces } from './process-traces.js';
import { spanAttributes, type TraceFields } from './span-attributes.js';
import { readTraceparent, writeTraceparent } from './traceparent.js';

/** A collector that does not answer keeps nothing waiting. */
const exportTimeoutMs = 2_000;
const farewellMs = 3_000;

const kinds: Record<SpanName, SpanKind> = {
  'gateway.frame': SpanKind.SERVER,
  'gateway.map': SpanKind.INTERNAL,
  'log.append': SpanKind.PRODUCER,
  'replica.commit': SpanKind.CONSUMER,
};

/** Of a broker's client; the others say nothing beside their fields. */
const fixed: Partial<Record<SpanName, Readonly<Record<string, string>>>> = {
  'log.append': { 'messaging.system': 'kafka', 'messaging.operation.type': 'send' },
  'replica.commit': { 'messaging.system': 'kafka', 'messaging.operation.type': 'process' },
};

/** Steps after which a line is logged: where a message came in, and where it is in a row. */
const toldSteps: ReadonlySet<string> = new Set(['gateway.frame', 'log.append', 'replica.commit'] satisfies SpanName[]);

/** One step that has begun. */
class Step implements Span {
  readonly context: Context;
  private fields: TraceFields;

  constructor(
    private readonly name: string,
    private readonly span: OtelSpan,
    fields: TraceFields,
    private readonly log: Pick<ProcessLog, 'often'>,
    private readonly since = performance.now(),
  ) {
    this.fields = fields;
    this.context = trace.setSpan(ROOT_CONTEXT, span);
  }

  get traceparent(): string | undefined {
    if (!this.span.isRecording()) return undefined;
    const { traceId, spanId } = this.span.spanContext();
    return writeTraceparent({ traceId, spanId, isSampled: true });
  }

  note(more: SpanFields): void {
    this.fields = { ...this.fields, ...more };
  }

  /** What was thrown stays here: it may quote what it choked on. */
  end(hasFailed = false): void {
    if (!this.span.isRecording()) return;
    if (hasFailed) this.span.setStatus({ code: SpanStatusCode.ERROR });
    this.span.setAttributes(spanAttributes(this.fields)).end();
    if (!toldSteps.has(this.name)) return;
    const { sender, establishment, position, outcome, replica } = this.fields;
    this.log.often('message.traced', {
      context: this.name,
      correlationId: this.span.spanContext().traceId,
      ...(sender !== undefined && { sender }),
      ...(establishment !== undefined && { establishment }),
      ...(position !== undefined && { position }),
      ...(outcome !== undefined && { state: outcome }),
      ...(replica !== undefined && { replica }),
      ms: Math.round((performance.now() - this.since) * 10) / 10,
    });
  }
}

/** Spans by OpenTelemetry, to a collector over OTLP. Nothing is global: two of them in one process do not meet. */
export class OtlpTraces implements Traces {
  private readonly provider: BasicTracerProvider;
  private readonly current = new AsyncLocalStorage<Step>();
  readonly tracing: Tracing = {
    span: (name, fields, work) => this.span(name, fields, work),
    ending: (name, ofEach, work) => this.ending(name, ofEach, work),
  };

  constructor(
    service: string,
    { url, ratio }: { readonly url: string; readonly ratio: number },
    private readonly log: Pick<ProcessLog, 'often'>,
  ) {
    const exporter = new OTLPTraceExporter({ url, timeoutMillis: exportTimeoutMs });
    this.provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': `reprise-${service}` }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
      spanProcessors: [new BatchSpanProcessor(exporter, { exportTimeoutMillis: exportTimeoutMs })],
    });
  }

  readonly request = (traceparent: string | undefined, fields: TraceFields): RequestSpan | undefined => {
    const name = `${fields.method ?? 'HTTP'} ${fields.route ?? ''}`.trim();
    const step = this.begin(name, SpanKind.SERVER, fields, carried(traceparent));
    const sent = step.traceparent;
    if (sent === undefined) return undefined;
    return {
      traceId: readTraceparent(sent)?.traceId ?? '',
      run: (work) => this.current.run(step, work),
      end: (more) => {
        step.note(more);
        step.end((more.status ?? 0) >= 500);
      },
    };
  };

  async close(): Promise<void> {
    await Promise.race([this.provider.shutdown().catch(() => {}), sleep(farewellMs, undefined, { ref: false })]);
  }

  private begin(name: string, kind: SpanKind, fields: TraceFields, parent: Context | undefined): Step {
    const tracer = this.provider.getTracer('reprise');
    const attributes = fixed[name as SpanName] ?? {};
    return new Step(name, tracer.startSpan(name, { kind, attributes }, parent ?? ROOT_CONTEXT), fields, this.log);
  }

  private span<T>(name: SpanName, fields: SpanFields, work: (span: Span) => T): T {
    const within = this.current.getStore();
    // Each frame is a trace of its own; what is done for a request that is not recorded is not recorded either.
    if (!within && name !== 'gateway.frame') return work({ traceparent: undefined, note: () => {} });
    const step = this.begin(name, kinds[name], fields, name === 'gateway.frame' ? undefined : within?.context);
    let isLater = false;
    let hasFailed = true;
    try {
      const done = this.current.run(step, () => work(step));
      hasFailed = false;
      if (done instanceof Promise) {
        isLater = true;
        done.then(
          () => step.end(),
          () => step.end(true),
        );
      }
      return done;
    } finally {
      if (!isLater) step.end(hasFailed);
    }
  }

  private async ending<T>(name: SpanName, ofEach: readonly TraceCarried[], work: () => Promise<T>): Promise<T> {
    const steps = ofEach.flatMap(({ traceparent, fields }) => {
      const parent = carried(traceparent);
      return parent ? [this.begin(name, kinds[name], fields, parent)] : [];
    });
    try {
      const done = await work();
      for (const step of steps) {
        step.note({ outcome: 'committed' });
        step.end();
      }
      return done;
    } catch (error) {
      for (const step of steps) {
        step.note({ outcome: 'failed' });
        step.end(true);
      }
      throw error;
    }
  }
}

const carried = (traceparent: string | undefined): Context | undefined => {
  const context = readTraceparent(traceparent);
  if (!context) return undefined;
  const { traceId, spanId, isSampled } = context;
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
};
