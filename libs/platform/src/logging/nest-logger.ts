import type { LoggerService } from '@nestjs/common';
import type { ProcessLog } from './process-log.js';

/** Nest's own words as events. Its chatter at start (`log`, `debug`, `verbose`) says nothing that an operator needs. */
export const nestLogger = (log: ProcessLog): LoggerService => {
  const fields = (message: unknown, more: readonly unknown[]) => ({
    ...(typeof message === 'string' && { text: message }),
    ...(typeof more.at(-1) === 'string' && { context: String(more.at(-1)) }),
  });
  const silent = (): void => undefined;
  return {
    log: silent,
    debug: silent,
    verbose: silent,
    warn: (message: unknown, ...more: unknown[]) => log.warn('nest.warned', fields(message, more)),
    error: (message: unknown, ...more: unknown[]) => log.warn('nest.failed', fields(message, more)),
    fatal: (message: unknown, ...more: unknown[]) => log.warn('nest.failed', fields(message, more)),
  };
};
