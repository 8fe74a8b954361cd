import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `heard_at`: when the process that writes this replica last said that it lives, ms by this database's clock; 0 = never.
 * `halted`: why it no longer follows this establishment; null while it does.
 */
const columns = `alter table establishments add column heard_at bigint not null default 0, add column halted text;`;

export class Heartbeat1790000000006 implements MigrationInterface {
  readonly name = 'Heartbeat1790000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(columns);
  }

  async down(): Promise<void> {
    throw new Error('a replica is dropped and follows its logs anew; its schema is not taken back');
  }
}
