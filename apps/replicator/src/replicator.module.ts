import { type DynamicModule, Module } from '@nestjs/common';
import { ReplicateLog } from '#usecases';
import { LogController } from './log.controller.js';

@Module({ controllers: [LogController] })
export class ReplicatorModule {
  static of(replicate: ReplicateLog): DynamicModule {
    return { module: ReplicatorModule, providers: [{ provide: ReplicateLog, useValue: replicate }] };
  }
}
