import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Finess } from '#domain';
import { KafkaAccess, KafkaClient } from '#kafka';
import { ConfigurationFault, ProcessLog } from '#platform';
import { Authority, freePorts, type RunningKafka, startKafka } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootGrant } from './boot-grant.js';

const finess = Finess.parse('990000010');
const territory = {
  territory: { code: 'ght-demo', name: 'GHT (démo)' },
  establishments: [{ finess, name: 'CH (démo)', sites: [], timeZone: 'Europe/Paris' }],
  memberships: [],
};

describe('the job that grants', () => {
  let folder: string;
  let kafka: RunningKafka;
  let authority: Authority;
  const said: string[] = [];
  const log = new ProcessLog('grant', { write: (line) => void said.push(line) });
  const certified = async (name: string): Promise<string> => {
    const { certificate, key } = await authority.client(name);
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'tls.crt'), certificate);
    writeFileSync(join(path, 'tls.key'), key);
    writeFileSync(join(path, 'ca.crt'), authority.certificate);
    return path;
  };
  const grant = async (as: string): Promise<void> => {
    const settings = {
      kafkaBrokers: [kafka.brokers],
      kafkaTlsDir: await certified(as),
      territoryFile: join(folder, 'territory.json'),
      replicaNames: ['a', 'b'],
    };
    await (await bootGrant(settings, log)).close();
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'grant-'));
    writeFileSync(join(folder, 'territory.json'), JSON.stringify(territory));
    authority = await Authority.make();
    const [port = 0, controllerPort = 0] = await freePorts(2);
    const tls = { authority: authority.certificate, server: await authority.server('reprise-broker') };
    kafka = await startKafka({ port, controllerPort, dataDir: join(folder, 'kafka'), tls });
  });
  afterAll(async () => {
    await kafka.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('makes the rules of the territory, says which, and changes nothing when it is run again', async () => {
    await grant('reprise-admin');
    expect(said.join('')).toContain('granted: reprise-gateway may WRITE topic reprise.990000010.log');
    expect(said.join('')).toContain('"name":"access.granted","count":24');
    await grant('reprise-admin');
    expect(said.at(-1)).toContain('"name":"access.granted","count":0');
    const { certificate: cert, key } = await authority.client('reprise-control');
    const ssl = () => ({ ca: authority.certificate, cert, key });
    const seen = new KafkaAccess(new KafkaClient({ brokers: [kafka.brokers], ssl }), ['a', 'b']);
    expect(await seen.wrong([finess])).toEqual([]);
  });

  it('is nobody’s but an administrator’s', async () => {
    await expect(grant('reprise-gateway')).rejects.toThrow('Kafka does not let this process look at its rules');
  });

  it('speaks to a broker elsewhere over TLS only', async () => {
    const settings = { kafkaBrokers: ['kafka.example:9092'], territoryFile: join(folder, 'territory.json') };
    await expect(bootGrant({ ...settings, replicaNames: ['a'] }, log)).rejects.toThrow(ConfigurationFault);
  });
});
