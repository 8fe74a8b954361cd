import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A row a process that writes this replica, for as long as it is missed: `started_at` and `heard_at` (when it last said that it lives) in
 * ms by this database's clock. `has_replaced`: it has taken the place of one that died before it started.
 */
const table = `
create table replicators (
  name text collate "C" primary key,
  started_at bigint not null,
  heard_at bigint not null,
  has_replaced boolean not null default false
) with (fillfactor = 50);
alter table replicators enable row level security, force row level security;
create policy replicator on replicators to reprise_replicator using (true) with check (true);
create policy control on replicators for select to reprise_control using (true);
grant select, insert, update, delete on replicators to reprise_replicator;
grant select on replicators to reprise_control;`;

export class Replicators1790000000009 implements MigrationInterface {
  readonly name = 'Replicators1790000000009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(table);
  }

  async down(): Promise<void> {
    throw new Error('a replica is dropped and follows its logs anew; its schema is not taken back');
  }
}
