import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `search_version`: every row of the generation has the tokens of this search rule or of a newer one. What was there before has those
 * of rule 1. `search_progress`: how far they are computed anew; null while nothing is.
 */
const columns = `
alter table generations add column search_version int not null default 1, add column search_progress jsonb;`;

/** History is only ever added to, and what is derived from it computed anew: the writer may change nothing but the tokens of a version. */
const grants = `
do $$
declare name text;
begin
  for name in select inhrelid::regclass::text from pg_inherits where inhparent = 'versions'::regclass loop
    execute format('grant update (tokens) on %s to reprise_replicator', name);
  end loop;
end $$;`;

export class SearchRule1790000000002 implements MigrationInterface {
  readonly name = 'SearchRule1790000000002';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [columns, grants]) await runner.query(sql);
  }

  async down(): Promise<void> {
    throw new Error('a replica is dropped and follows its logs anew; its schema is not taken back');
  }
}
