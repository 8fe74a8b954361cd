import type { PostgresAddress } from './address.js';
import { openOwner, withClient } from './data-source.js';

/** Held while migrations run: two processes that start together run them once. Any number that no one else uses. */
const lock = 7_265_707_269;

/** Brings the schema of a replica up to date. Every migration is one transaction. Throws `replica.unreachable`. */
export const migrate = async (owner: PostgresAddress): Promise<void> => {
  const source = await openOwner(owner);
  try {
    await withClient(source, async (client) => {
      await client.query('select pg_advisory_lock($1)', [lock]);
      try {
        await source.runMigrations();
      } finally {
        await client.query('select pg_advisory_unlock($1)', [lock]);
      }
    });
  } finally {
    await source.destroy();
  }
};
