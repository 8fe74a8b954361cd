import { type DynamicModule, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { HealthModule, type HealthChecks } from '#platform';
import { ReadRecords } from '#usecases';
import { EstablishmentController } from './establishment.controller.js';
import { MetadataController } from './metadata.controller.js';
import { ReaderContext } from './reader-context.js';
import { ReplicasController } from './replicas.controller.js';
import { TakeTurns } from './take-turns.js';
import { TerritoryController } from './territory.controller.js';
import { WritesController } from './writes.controller.js';

@Module({
  controllers: [EstablishmentController, TerritoryController, MetadataController, ReplicasController, WritesController],
})
export class ReaderModule {
  static of(parts: {
    readonly context: ReaderContext;
    readonly reads: ReadRecords;
    readonly checks: HealthChecks;
  }): DynamicModule {
    return {
      module: ReaderModule,
      imports: [HealthModule.forRoot(parts.checks)],
      providers: [
        { provide: APP_INTERCEPTOR, useClass: TakeTurns },
        { provide: ReaderContext, useValue: parts.context },
        { provide: ReadRecords, useValue: parts.reads },
      ],
    };
  }
}
