import { Controller, Inject, UseFilters } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type LogBatchEvent, PassFailures } from '#kafka';
import { noTracing, ReplicateLog, type Tracing } from '#usecases';
import { ReplicatorMetrics } from './replicator-metrics.js';

/** Where the traces of messages end. */
export class Traced {
  constructor(
    readonly tracing: Tracing,
    readonly replica: string,
  ) {}
}

/** Batches of the logs, as the transport brings them. */
@Controller()
@UseFilters(PassFailures)
export class LogController {
  constructor(
    @Inject(ReplicateLog) private readonly replicate: ReplicateLog,
    @Inject(ReplicatorMetrics) private readonly numbers: ReplicatorMetrics,
    @Inject(Traced) private readonly traced: Traced,
  ) {}

  @EventPattern('establishment.log', { ahead: true })
  async apply(@Payload() batch: LogBatchEvent): Promise<void> {
    const since = performance.now();
    await this.ofMessages(batch);
    this.numbers.applied(batch.establishment, batch.entries, performance.now() - since);
  }

  /** Each message that is traced ends where its batch is committed. */
  private ofMessages(batch: LogBatchEvent): Promise<void> {
    const { establishment, entries } = batch;
    const { tracing, replica } = this.traced;
    if (tracing === noTracing) return this.replicate.apply(batch);
    const carried = entries.flatMap(({ traceparent, position }) =>
      traceparent === undefined ? [] : [{ traceparent, fields: { establishment, position, replica } }],
    );
    return tracing.ending('replica.commit', carried, () => this.replicate.apply(batch));
  }
}
