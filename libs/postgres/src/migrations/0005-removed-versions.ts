import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What was removed, by when: `status` and `messages --summary` count it. Versions that remove nothing, nearly all, have no entry in it:
 * for them the writer and a restore pay one look at a boolean.
 */
const index = `
create index versions_removed on versions (recorded_at, position) where deleted;`;

export class RemovedVersions1790000000005 implements MigrationInterface {
  readonly name = 'RemovedVersions1790000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(index);
  }

  async down(): Promise<void> {
    throw new Error('a replica is dropped and follows its logs anew; its schema is not taken back');
  }
}
