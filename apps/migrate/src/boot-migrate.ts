import { Failure } from '#domain';
import type { RunningApp } from '#platform';
import { migrate } from '#postgres';
import type { MigrateConfiguration } from './migrate-configuration.js';

/** All of its work is done when it has booted. */
export const bootMigrate = async (settings: Readonly<MigrateConfiguration>): Promise<RunningApp> => {
  try {
    await migrate(settings.postgresOwnerUrl);
  } catch (error) {
    if (!Failure.is(error, 'replica.unreachable')) throw error;
    throw new Failure(error.code, error.message, 'run it again when Postgres takes connections', { cause: error });
  }
  return { close: () => Promise.resolve() };
};
