import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '#domain';
import { postgresWires, type ProcessLog, type RunningApp, secretFile } from '#platform';
import { createDatabase, createRoles, type PostgresRole } from '#postgres';
import type { ProvisionConfiguration } from './provision-configuration.js';

const scopeKeyIn = (path: string): string => {
  const key = readFileSync(path, 'utf8').trim();
  if (/^[0-9a-f]{64}$/i.test(key)) return key;
  throw new Failure('input.invalid', `${path} holds no scope key`, 'write 64 hex digits into it: openssl rand -hex 32');
};

/** All of its work is done when it has booted. */
export const bootProvision = async (
  settings: Readonly<ProvisionConfiguration>,
  log: ProcessLog,
): Promise<RunningApp> => {
  const wires = postgresWires(settings.postgresTlsDir, log);
  const superuser = wires.to(settings.postgresSuperuserUrl, settings.postgresPasswordFile);
  const password = (role: PostgresRole): string => secretFile(join(settings.rolePasswordsDir, role))();
  const scopeKey = scopeKeyIn(settings.scopeKeyFile);
  const passwords = {
    owner: password('owner'),
    replicator: password('replicator'),
    reader: password('reader'),
    control: password('control'),
  };
  try {
    await createRoles(superuser, passwords);
    await createDatabase(superuser, 'reprise', scopeKey);
  } catch (error) {
    throw new Failure('replica.unreachable', sentenceOf(error), 'mend it and run it again: it is safe to repeat', {
      cause: error,
    });
  }
  log.info('replica.provisioned');
  return { close: async () => wires.close() };
};

/** What Postgres or the socket says; neither repeats a password. */
const sentenceOf = (error: unknown): string =>
  `the roles and the database cannot be made: ${error instanceof Error ? error.message : 'no answer'}`;
