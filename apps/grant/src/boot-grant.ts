import { readFileSync } from 'node:fs';
import { Failure } from '#domain';
import { KafkaAccess, KafkaClient } from '#kafka';
import { kafkaWire, type ProcessLog, type RunningApp } from '#platform';
import { parseTerritory } from '#usecases';
import type { GrantConfiguration } from './grant-configuration.js';

/** All of its work is done when it has booted. */
export const bootGrant = async (settings: Readonly<GrantConfiguration>, log: ProcessLog): Promise<RunningApp> => {
  const { establishments } = parseTerritory(readFileSync(settings.territoryFile, 'utf8'));
  const wire = kafkaWire(settings, log);
  const access = new KafkaAccess(new KafkaClient({ ...wire, clientId: 'reprise.grant' }), settings.replicaNames);
  try {
    const done = await access.grant(establishments.map(({ finess }) => finess));
    for (const text of done) log.info('rule.changed', { text });
    log.info('access.granted', { count: done.length });
  } catch (error) {
    if (!Failure.is(error, 'log.unreachable')) throw error;
    throw new Failure(error.code, error.message, 'run it again when Kafka answers', { cause: error });
  }
  return { close: async () => wire.close() };
};
