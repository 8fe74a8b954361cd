import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationFault } from '../configuration/load-configuration.js';
import { ProcessLog } from '../logging/process-log.js';
import { doorsOf } from './doors.js';
import { kafkaWire } from './kafka-wire.js';
import { isLoopback } from './loopback.js';
import { postgresWires } from './postgres-wire.js';
import { secretFile } from './secret-file.js';

const log = new ProcessLog('test', { write: () => {} });

describe('nothing in the clear outside loopback', () => {
  let folder: string;
  let authority: Authority;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wires-'));
    authority = await Authority.make();
    const { certificate, key } = await authority.server('gateway');
    writeFileSync(join(folder, 'ca.crt'), authority.certificate);
    writeFileSync(join(folder, 'tls.crt'), certificate);
    writeFileSync(join(folder, 'tls.key'), key);
    writeFileSync(join(folder, 'password'), 'one\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(['127.0.0.1', '127.9.9.9', 'localhost', '::1', '[::1]'])('%s is loopback', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', 'kafka', '127.0.0.1.example', 'localhost.example', '1127.0.0.1', ''])(
    '"%s" is not',
    (host) => {
      expect(isLoopback(host)).toBe(false);
      expect(() => doorsOf({ host }, log)).toThrow(ConfigurationFault);
    },
  );

  it('holds for doors', () => {
    expect(doorsOf({ host: '127.0.0.1' }, log)).toBeUndefined();
    const doors = doorsOf({ host: '0.0.0.0', tlsDir: folder }, log);
    expect(doors?.material.ca).toBe(authority.certificate);
    doors?.close();
  });

  it('holds for Kafka, if one broker of several is elsewhere, and for a password anywhere', () => {
    expect(kafkaWire({ kafkaBrokers: ['127.0.0.1:9092', '[::1]:9092'] }, log).ssl).toBeUndefined();
    const several = { kafkaBrokers: ['127.0.0.1:9092', 'kafka:9092'] };
    expect(() => kafkaWire(several, log)).toThrow('REPRISE_KAFKA_TLS_DIR is missing');
    const user = { kafkaUser: 'reprise-gateway', kafkaPasswordFile: join(folder, 'password') };
    expect(() => kafkaWire({ kafkaBrokers: ['127.0.0.1:9092'], ...user }, log)).toThrow(
      'nothing is spoken in the clear',
    );
    const wire = kafkaWire({ ...several, kafkaTlsDir: folder }, log);
    expect(wire.ssl?.()).toMatchObject({ ca: authority.certificate, minVersion: 'TLSv1.2', rejectUnauthorized: true });
    wire.close();
    const scram = kafkaWire({ ...several, kafkaTlsDir: folder, ...user }, log);
    expect([scram.sasl?.username, scram.sasl?.password()]).toEqual(['reprise-gateway', 'one']);
    scram.close();
  });

  it('takes a user of Kafka only with a password', () => {
    const settings = { kafkaBrokers: ['kafka:9092'], kafkaTlsDir: folder };
    for (const half of [{ kafkaUser: 'a' }, { kafkaPasswordFile: join(folder, 'password') }])
      expect(() => kafkaWire({ ...settings, ...half }, log)).toThrow('come together');
  });

  it('holds for Postgres', () => {
    const open = postgresWires(undefined, log);
    expect(open.to('postgres://r@127.0.0.1:5432/reprise').ssl).toBeUndefined();
    expect(() => open.to('postgres://r@postgres:5432/reprise')).toThrow('REPRISE_POSTGRES_TLS_DIR is missing');
    const closed = postgresWires(folder, log);
    const { ssl, password } = closed.to('postgres://r@postgres:5432/reprise', join(folder, 'password'));
    expect(ssl?.()).toMatchObject({ ca: authority.certificate, rejectUnauthorized: true });
    expect(password?.()).toBe('one');
    closed.close();
  });

  it('reads a password again each time it is asked for, and never repeats it in a fault', () => {
    const file = join(folder, 'changing');
    writeFileSync(file, 'one');
    const password = secretFile(file);
    writeFileSync(file, 'two\n');
    expect(password()).toBe('two');
    writeFileSync(file, '\n');
    expect(() => secretFile(file)).toThrow(`the password file ${file} is empty`);
    expect(() => secretFile(join(folder, 'none'))).toThrow('cannot be read');
  });
});
