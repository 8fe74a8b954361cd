import { type DynamicModule, Module } from '@nestjs/common';
import { HealthModule, type HealthChecks } from '#platform';
import { CaptureMessage } from '#usecases';
import { CloudEventsController } from './cloud-events/cloud-events.controller.js';
import { MetadataController } from './fhir/metadata.controller.js';
import { WriteController } from './fhir/write.controller.js';
import { Publishers } from './publishers.js';
import { SenderShares } from './sender-shares.js';

@Module({ controllers: [WriteController, CloudEventsController, MetadataController] })
export class GatewayModule {
  static of(parts: {
    readonly publishers: Publishers;
    readonly capture: CaptureMessage;
    readonly shares: SenderShares;
    readonly checks: HealthChecks;
  }): DynamicModule {
    return {
      module: GatewayModule,
      imports: [HealthModule.forRoot(parts.checks)],
      providers: [
        { provide: Publishers, useValue: parts.publishers },
        { provide: CaptureMessage, useValue: parts.capture },
        { provide: SenderShares, useValue: parts.shares },
      ],
    };
  }
}
