import { Controller, UseFilters } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type LogBatchEvent, PassFailures } from '#kafka';
import { ReplicateLog } from '#usecases';
import { ReplicatorMetrics } from './replicator-metrics.js';

/** Batches of the logs, as the transport brings them. */
@Controller()
@UseFilters(PassFailures)
export class LogController {
  constructor(
    private readonly replicate: ReplicateLog,
    private readonly numbers: ReplicatorMetrics,
  ) {}

  @EventPattern('establishment.log', { ahead: true })
  async apply(@Payload() batch: LogBatchEvent): Promise<void> {
    const since = performance.now();
    await this.replicate.apply(batch);
    this.numbers.applied(batch.establishment, batch.entries, performance.now() - since);
  }
}
