import type pg from 'pg';
import type { SelfCheck } from '#usecases';
import type { SearchRule } from '../rows/search-rule.js';
import { checkPage, firstPlace, type Place, standingGeneration } from './check-page.js';
import type { PageBounds } from './rows-that-differ.sql.js';

/** One statement's share of a verification: what is in memory at one time. */
export const verifyPage: PageBounds = { rows: 2_000, bytes: 16 << 20 };

/** Every row of a generation, within the transaction that the client is in. It stops at the first difference. */
export const checkGeneration = async (
  client: pg.ClientBase,
  generation: number,
  rule: SearchRule,
): Promise<SelfCheck> => {
  const standing = await standingGeneration(client, generation);
  if (!standing) return { rows: 0 };
  let rows = 0;
  for (let place: Place | undefined = firstPlace; place; ) {
    const page = await checkPage(client, standing, place, rule, verifyPage);
    rows += page.rows;
    if (page.found) return { rows, firstDifference: page.found };
    place = page.next;
  }
  return { rows };
};
