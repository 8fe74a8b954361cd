import { describe, expect, it } from 'vitest';
import { ConfigurationFault, keyOf, loadConfiguration } from './load-configuration.js';
import { Addresses, Count, NamedUrls, Port, PostgresUrl, Text, Url } from './settings.js';

class Sample {
  @Addresses() kafkaBrokers: readonly string[];
  @Count() logReplication: number;
  @Port() gatewayPort: number;
  @Text() tlsDir: string;
  @Url() postgresUrl: string;
  @NamedUrls() readers: Readonly<Record<string, string>>;
}

const good = {
  REPRISE_KAFKA_BROKERS: '127.0.0.1:29092, 127.0.0.1:29093',
  REPRISE_LOG_REPLICATION: '1',
  REPRISE_GATEWAY_PORT: '8080',
  REPRISE_TLS_DIR: 'tls',
  REPRISE_POSTGRES_URL: 'postgres://u:secret@127.0.0.1:25432/reprise',
  REPRISE_READERS: 'a=http://127.0.0.1:8081,b=http://127.0.0.1:8082',
  PATH: 'not ours',
};

const faultsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    loadConfiguration(Sample, environment);
  } catch (error) {
    if (error instanceof ConfigurationFault) return error.faults;
    throw error;
  }
  return [];
};

describe('loading the configuration', () => {
  it('names the variable of a property', () => {
    expect(keyOf('mllpsPort')).toBe('REPRISE_MLLPS_PORT');
    expect(keyOf('postgresOwnerUrl')).toBe('REPRISE_POSTGRES_OWNER_URL');
  });

  it('reads every setting into its type', () => {
    expect({ ...loadConfiguration(Sample, good) }).toEqual({
      kafkaBrokers: ['127.0.0.1:29092', '127.0.0.1:29093'],
      logReplication: 1,
      gatewayPort: 8080,
      tlsDir: 'tls',
      postgresUrl: 'postgres://u:secret@127.0.0.1:25432/reprise',
      readers: { a: 'http://127.0.0.1:8081', b: 'http://127.0.0.1:8082' },
    });
  });

  it('is frozen', () => {
    expect(() => {
      (loadConfiguration(Sample, good) as Sample).gatewayPort = 1;
    }).toThrow(TypeError);
  });

  it('tells every missing, malformed and unknown key at once, and never repeats a value', () => {
    const { REPRISE_TLS_DIR: _, ...rest } = good;
    const faults = faultsOf({
      ...rest,
      REPRISE_GATEWAY_PORT: '80800',
      REPRISE_LOG_REPLICATION: '0',
      REPRISE_KAFKA_BROKERS: 'http://nowhere',
      REPRISE_POSTGRES_URL: 'hunter2',
      REPRISE_READERS: 'a=hunter2',
      REPRISE_GATWAY_PORT: 'hunter2',
    });
    expect(faults).toEqual([
      'REPRISE_GATEWAY_PORT must be a port, 0 to 65535',
      'REPRISE_GATWAY_PORT is not a setting of this app',
      'REPRISE_KAFKA_BROKERS must be host:port, several divided by commas',
      'REPRISE_LOG_REPLICATION must be a whole number of at least 1',
      'REPRISE_POSTGRES_URL must be a URL',
      'REPRISE_READERS must be name=https://host:port (on loopback http:// too), several divided by commas, each name once',
      'REPRISE_TLS_DIR is missing',
    ]);
    expect(faults.join()).not.toContain('hunter2');
  });

  it('takes no name twice: one of two processes would be looked at by nobody', () => {
    expect(faultsOf({ ...good, REPRISE_READERS: 'a=http://127.0.0.1:1,a=http://127.0.0.1:2' })).toEqual([
      'REPRISE_READERS must be name=https://host:port (on loopback http:// too), several divided by commas, each name once',
    ]);
  });

  it('takes an empty variable for a missing one', () => {
    expect(faultsOf({ ...good, REPRISE_TLS_DIR: '' })).toEqual(['REPRISE_TLS_DIR is missing']);
  });

  class Wired {
    @PostgresUrl() postgresUrl: string;
    @NamedUrls() readers: Readonly<Record<string, string>>;
  }
  const wired = { REPRISE_POSTGRES_URL: 'postgres://r@db:5432/reprise', REPRISE_READERS: 'a=https://reader:8081' };
  const refused = (environment: Record<string, string>): boolean => {
    try {
      loadConfiguration(Wired, { ...wired, ...environment });
      return false;
    } catch (error) {
      expect(String(error)).not.toContain('hunter2');
      return error instanceof ConfigurationFault;
    }
  };

  it('takes no password in an address of Postgres, wherever it stands, and nothing that would be ignored', () => {
    expect(refused({})).toBe(false);
    for (const url of ['postgres://r:hunter2@db/reprise', 'postgres://r@db/reprise?password=hunter2'])
      expect(refused({ REPRISE_POSTGRES_URL: url }), url).toBe(true);
    for (const url of ['postgres://r@db/reprise?sslmode=disable', 'postgres://db/reprise', 'https://r@db/reprise'])
      expect(refused({ REPRISE_POSTGRES_URL: url }), url).toBe(true);
  });

  it('takes no door in the clear outside loopback', () => {
    expect(refused({ REPRISE_READERS: 'a=http://127.0.0.1:8081,b=http://localhost:8082' })).toBe(false);
    for (const url of ['a=http://10.9.9.9:80', 'a=https://reader:1,b=http://reader:2', 'a=ftp://reader'])
      expect(refused({ REPRISE_READERS: url }), url).toBe(true);
  });
});
