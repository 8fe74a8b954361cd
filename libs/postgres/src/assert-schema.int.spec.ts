import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FreshDatabase, freshDatabase } from '#testing';
import { assertSchema } from './assert-schema.js';
import { openReplica } from './data-source.js';
import { migrate } from './migrate.js';

let database: FreshDatabase;
beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(() => database.drop());

const asOwner = async (sql: string): Promise<void> => {
  const owner = new pg.Client({ connectionString: database.urls.owner });
  await owner.connect();
  try {
    await owner.query(sql);
  } finally {
    await owner.end();
  }
};
const look = async (): Promise<void> => {
  const replica = await openReplica(database.urls.replicator);
  try {
    await assertSchema(replica);
  } finally {
    await replica.destroy();
  }
};
const older = {
  code: 'replica.unreachable',
  message: expect.stringContaining('older'),
  hint: expect.stringContaining('apps/migrate'),
};

describe('a program and the schema of its replica', () => {
  it('go together when the migrations of the program were run, and no others', async () => {
    await migrate(database.urls.owner);
    await expect(look()).resolves.toBeUndefined();
  });

  it('do not, where nothing was run yet, or nothing that lets the replicator look', async () => {
    await expect(look()).rejects.toMatchObject(older);
    await migrate(database.urls.owner);
    await asOwner('revoke select on migrations from reprise_replicator');
    await expect(look()).rejects.toMatchObject(older);
  });

  it('do not, where the newest migration is missing', async () => {
    await migrate(database.urls.owner);
    await asOwner('delete from migrations where id = (select max(id) from migrations)');
    await expect(look()).rejects.toMatchObject(older);
  });

  it('do not, where a newer one was run: its name is said', async () => {
    await migrate(database.urls.owner);
    await asOwner(`insert into migrations (timestamp, name) values (1890000000001, 'Later1890000000001')`);
    await expect(look()).rejects.toMatchObject({
      code: 'refused-by-policy',
      message: 'the schema of this replica is newer than this program: Later1890000000001',
    });
  });
});
