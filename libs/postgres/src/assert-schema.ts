import type { DataSource } from 'typeorm';
import { Failure } from '#domain';
import { withClient } from './data-source.js';

/** No table of migrations, or not ours to read: nothing was run yet, or nothing that this program knows how to ask about. */
const isOlder = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === '42P01' || error.code === '42501');

/**
 * Is the schema of this replica the one that this program was written for? Throws `replica.unreachable` where migrations are still
 * to be run (the job may be at it: ask again), `refused-by-policy` where some were run that this program does not know.
 */
export const assertSchema = async (replica: DataSource): Promise<void> => {
  const run = await withClient(replica, async (client) => {
    try {
      const { rows } = await client.query<{ name: string }>('select name from public.migrations');
      return new Set(rows.map(({ name }) => name));
    } catch (error) {
      if (isOlder(error)) return new Set<string>();
      throw error;
    }
  });
  const known = replica.migrations.map(({ name }) => name ?? '');
  const missing = known.filter((name) => !run.has(name));
  if (missing.length > 0)
    throw new Failure(
      'replica.unreachable',
      `the schema of this replica is older than this program (${missing.length} migrations are missing)`,
      'run apps/migrate of this version with REPRISE_POSTGRES_OWNER_URL; it is waited for',
    );
  const unknown = [...run].filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Failure(
      'refused-by-policy',
      `the schema of this replica is newer than this program: ${unknown.join(', ')}`,
      'run the version of Reprise that brought the schema there, or a newer one',
    );
};
