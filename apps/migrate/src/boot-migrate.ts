import { Failure } from '#domain';
import { postgresWires, type ProcessLog, type RunningApp } from '#platform';
import { migrate } from '#postgres';
import type { MigrateConfiguration } from './migrate-configuration.js';

/** All of its work is done when it has booted. */
export const bootMigrate = async (settings: Readonly<MigrateConfiguration>, log: ProcessLog): Promise<RunningApp> => {
  const wires = postgresWires(settings.postgresTlsDir, log);
  try {
    await migrate(wires.to(settings.postgresOwnerUrl, settings.postgresPasswordFile));
  } catch (error) {
    if (!Failure.is(error, 'replica.unreachable')) throw error;
    throw new Failure(error.code, error.message, 'run it again when Postgres takes connections', { cause: error });
  }
  return { close: async () => wires.close() };
};
