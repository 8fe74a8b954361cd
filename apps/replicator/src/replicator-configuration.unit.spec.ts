import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '#platform';
import { ReplicatorConfiguration } from './replicator-configuration.js';

const good = {
  REPRISE_KAFKA_BROKERS: '127.0.0.1:29092',
  REPRISE_REPLICA: 'a',
  REPRISE_TERRITORY: 'ght-demo',
  REPRISE_TRUSTED_KEYS_DIR: 'keys',
  REPRISE_POSTGRES_URL: 'postgres://reprise_replicator@127.0.0.1/reprise',
};

describe('the settings of a replicator', () => {
  it('are these', () => {
    expect(loadConfiguration(ReplicatorConfiguration, good).replica).toBe('a');
  });

  it("do not include the owner's password: it does not start with it in its environment", () => {
    const owner = { REPRISE_POSTGRES_OWNER_URL: 'postgres://reprise_owner@127.0.0.1/reprise' };
    expect(() => loadConfiguration(ReplicatorConfiguration, { ...good, ...owner })).toThrow(
      'REPRISE_POSTGRES_OWNER_URL is not a setting of this app',
    );
  });
});
