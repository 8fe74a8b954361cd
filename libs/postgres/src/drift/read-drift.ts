import type pg from 'pg';
import { driftOf } from './drift-of.js';
import type { Fact, FoundTable } from './facts.js';
import { readFacts } from './read-facts.sql.js';

/**
 * What is not as migrations and provisioning make it. Rejects where a look takes longer than `answerMsMax`. What is found is looked at
 * twice: a table that is dropped at this moment is half there.
 */
export const readDrift = async (pool: pg.Pool, answerMsMax: number): Promise<readonly string[]> => {
  const found = await look(pool, answerMsMax);
  if (found.length === 0) return [];
  const again = new Set(await look(pool, answerMsMax));
  return found.filter((sentence) => again.has(sentence));
};

const look = async (pool: pg.Pool, answerMsMax: number): Promise<readonly string[]> => {
  const query = { text: readFacts, query_timeout: answerMsMax };
  const answers = (await pool.query(query)) as unknown as readonly pg.QueryResult[];
  const [tables, facts] = answers.filter(({ command }) => command === 'SELECT');
  if (!tables || !facts) throw new Error('Postgres tells nothing of its catalogs');
  return driftOf(tables.rows as readonly FoundTable[], facts.rows as readonly Fact[]);
};
