import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { certifiedAs } from './wires.js';
import type { LocalSystem } from './local-system.js';
import { identity } from './messages.js';

/** Lines written straight into the directory's topic, as whoever reaches Kafka can; where it obeys rules, as its administrator. */
export const appendRaw = async (system: LocalSystem, lines: readonly string[]): Promise<void> => {
  const ssl = certifiedAs(system.credentials, 'reprise-admin');
  const kafka = new Kafka({ brokers: [system.ready.kafka], logLevel: logLevel.NOTHING, ...(ssl && { ssl }) });
  const producer = kafka.producer();
  await producer.connect();
  for (const value of lines) await producer.send({ topic: 'reprise.directory', messages: [{ value }] });
  await producer.disconnect();
};

/** What an owner of the host can do to a replica. */
export const asSuperuser = async (
  system: LocalSystem,
  replica: 'a' | 'b',
  work: (client: pg.Client) => Promise<unknown>,
): Promise<void> => {
  const file = join(system.ready.directory, `postgres-${replica}`, 'passwords.json');
  const { superuser } = JSON.parse(readFileSync(file, 'utf8')) as { superuser: string };
  const ssl = certifiedAs(system.credentials, 'postgres');
  const client = new pg.Client({
    ...(ssl && { ssl }),
    connectionString: `postgres://postgres:${superuser}@127.0.0.1:${system.ready.postgres[replica]}/reprise`,
  });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
};

/** So many records of a type that nobody names, and as many patients; returns when both replicas have them. */
export const fillWith = async (system: LocalSystem, count: number): Promise<void> => {
  const { finess } = system.sender();
  const mllp = await system.mllp();
  for (let i = 0; i < count; i += 1)
    await mllp.send(identity({ controlId: `F${i}`, ipp: `F${i}`, family: `REMPLI${i}` }));
  mllp.close();
  let position = 0;
  for (let i = 0; i < count; i += 1) {
    const id = `basic-${i}`;
    const answer = await system.publish('PUT', `/fhir/Basic/${id}`, { resourceType: 'Basic', id, code: { text: id } });
    await answer.arrayBuffer();
    position = Number(answer.headers.get('reprise-position'));
  }
  await system.applied(finess, position);
};
