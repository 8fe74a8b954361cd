import { type DynamicModule, type FactoryProvider, Inject, Module, type OnModuleDestroy } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { Health, type HealthChecks } from './health.js';

/** /livez and /readyz. `readyz` turns false as soon as the app begins to stop. */
@Module({ controllers: [HealthController] })
export class HealthModule implements OnModuleDestroy {
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

  onModuleDestroy(): void {
    this.health.drain();
  }
}
