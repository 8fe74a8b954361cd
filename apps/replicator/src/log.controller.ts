import { Controller, UseFilters } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type LogBatchEvent, PassFailures } from '#kafka';
import { ReplicateLog } from '#usecases';

/** Batches of the logs, as the transport brings them. */
@Controller()
@UseFilters(PassFailures)
export class LogController {
  constructor(private readonly replicate: ReplicateLog) {}

  @EventPattern('establishment.log', { ahead: true })
  apply(@Payload() batch: LogBatchEvent): Promise<void> {
    return this.replicate.apply(batch);
  }
}
