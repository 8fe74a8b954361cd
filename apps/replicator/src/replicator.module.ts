import { type DynamicModule, Module } from '@nestjs/common';
import { ReplicateLog } from '#usecases';
import { LogController, Traced } from './log.controller.js';
import { ReplicatorMetrics } from './replicator-metrics.js';

@Module({ controllers: [LogController] })
export class ReplicatorModule {
  static of(replicate: ReplicateLog, numbers: ReplicatorMetrics, traced: Traced): DynamicModule {
    return {
      module: ReplicatorModule,
      providers: [
        { provide: ReplicateLog, useValue: replicate },
        { provide: ReplicatorMetrics, useValue: numbers },
        { provide: Traced, useValue: traced },
      ],
    };
  }
}
