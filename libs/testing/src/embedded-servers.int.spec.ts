import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { freshDatabase, testKafka } from './servers.js';

describe('the door', () => {
  it('gives a Kafka and an own database', async () => {
    const admin = new Kafka({ brokers: [testKafka().brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    expect((await admin.describeCluster()).brokers).toHaveLength(1);
    await admin.disconnect();
    const database = await freshDatabase();
    const client = new pg.Client({ connectionString: database.urls.owner });
    await client.connect();
    await client.query('create table t (x int)');
    await client.end();
    await database.drop();
  });
});
