import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How far each generation is read through, again and again. `place`: where the present round stands, null between two. `found`: the first
 * difference of the present round; when it is full, that is the `difference` that is told, or that there is none any more.
 */
const table = `
create table scrubs (
  generation int primary key,
  establishment text collate "C" not null,
  place jsonb,
  rows bigint not null default 0,
  bytes bigint not null default 0,
  began_at bigint not null,
  last_full_round_at bigint,
  found jsonb,
  difference jsonb
) with (fillfactor = 50);
alter table scrubs enable row level security, force row level security;
create policy replicator on scrubs to reprise_replicator using (true) with check (true);
create policy control on scrubs for select to reprise_control using (true);
grant select, insert, update on scrubs to reprise_replicator;
grant select on scrubs to reprise_control;`;

/** A reader sees of both what a watermark is made of: a column that is not shown need not be proven. */
const grants = `
revoke select on establishments, generations from reprise_reader;
grant select (establishment, live_generation, level_at) on establishments to reprise_reader;
grant select (generation, establishment, timeline, position, search_version) on generations to reprise_reader;`;

export class Scrub1790000000003 implements MigrationInterface {
  readonly name = 'Scrub1790000000003';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [table, grants]) await runner.query(sql);
  }

  async down(): Promise<void> {
    throw new Error('a replica is dropped and follows its logs anew; its schema is not taken back');
  }
}
