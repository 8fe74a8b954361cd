import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { Health, type HealthChecks } from './health.js';
import { showDependencies } from './process-metrics.js';

/** /livez and /readyz, and what they say as numbers. `readyz` turns false as soon as the app begins to stop. */
@Module({ controllers: [HealthController] })
export class HealthModule implements OnModuleInit, OnModuleDestroy {
  constructor(@Inject(Health) private readonly health: Health) {}

  static forRoot(checks: HealthChecks): DynamicModule {
    return { module: HealthModule, providers: [{ provide: Health, useValue: new Health(checks) }] };
  }

  /** Checks that ask providers of other modules. */
  static forRootAsync(options: {
    readonly imports?: DynamicModule['imports'];
    readonly inject: FactoryProvider['inject'];
    readonly useFactory: (...providers: never[]) => HealthChecks;
  }): DynamicModule {
    const { imports = [], inject = [], useFactory } = options;
    return {
      module: HealthModule,
      imports,
      providers: [
        {
          provide: Health,
          inject,
          useFactory: (...providers: never[]) => new Health(useFactory(...providers)),
        },
      ],
    };
  }

  onModuleInit(): void {
    showDependencies(this.health);
  }

  onModuleDestroy(): void {
    this.health.drain();
  }
}
