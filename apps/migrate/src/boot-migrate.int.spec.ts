import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProcessLog } from '#platform';
import { assertSchema, openReplica } from '#postgres';
import { type FreshDatabase, freshDatabase } from '#testing';
import { bootMigrate } from './boot-migrate.js';

const log = new ProcessLog('migrate', { write: () => {} });

describe('the job that migrates', () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());

  it('brings an empty replica to the schema of this program, and changes nothing when it is run again', async () => {
    const replica = await openReplica(database.urls.replicator);
    try {
      await expect(assertSchema(replica)).rejects.toMatchObject({ code: 'replica.unreachable' });
      for (const _ of ['once', 'again']) {
        await bootMigrate({ postgresOwnerUrl: database.urls.owner }, log);
        await expect(assertSchema(replica)).resolves.toBeUndefined();
      }
    } finally {
      await replica.destroy();
    }
  });

  it('says that it is to be run again where no Postgres answers', async () => {
    const nowhere = new URL(database.urls.owner);
    nowhere.port = '1';
    await expect(bootMigrate({ postgresOwnerUrl: nowhere.href }, log)).rejects.toMatchObject({
      code: 'replica.unreachable',
      hint: 'run it again when Postgres takes connections',
    });
  });
});
