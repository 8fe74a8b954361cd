import type { Position } from '#domain';
import {
  columnsCompared,
  type ComparedTable,
  comparedTables,
  type ReplicaSnapshot,
  type ServedRow,
} from '../../ports/replica-status.js';
import type { Difference } from '../../ports/replica-scrub.js';

async function* each<T>(pages: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const page of pages) yield* page;
}

const named = (table: ComparedTable, { record, position }: ServedRow, column: string): Difference => ({
  record,
  what: `${table}.${column}${record.startsWith('event ') ? '' : ` at ${position}`}`,
});

const compareTable = async (
  [one, other]: readonly [ReplicaSnapshot, ReplicaSnapshot],
  table: ComparedTable,
  upTo: Position,
): Promise<{ readonly rows: number; readonly firstDifference?: Difference }> => {
  const isSameRule = one.searchVersion === other.searchVersion;
  const columns = columnsCompared[table].filter((column) => column !== 'tokens' || isSameRule);
  const others = each(other.served(table, upTo));
  let rows = 0;
  for await (const row of each(one.served(table, upTo))) {
    const { value } = await others.next();
    rows += 1;
    const beside = value as ServedRow | undefined;
    if (beside?.record !== row.record || beside.position !== row.position)
      return { rows, firstDifference: named(table, row, 'row') };
    const differing = columns.find((_, index) => row.values[index] !== beside.values[index]);
    if (differing !== undefined) return { rows, firstDifference: named(table, row, differing) };
  }
  const more = await others.next();
  return more.done === true ? { rows } : { rows, firstDifference: named(table, more.value, 'row') };
};

/**
 * Two replicas of one log, column by column of what readers are served. What waits is compared where both stand at one position: what was drained
 * since is gone.
 */
export const compareServed = async (
  both: readonly [ReplicaSnapshot, ReplicaSnapshot],
  upTo: Position,
): Promise<{ readonly rows: number; readonly firstDifference?: Difference }> => {
  const isLevel = both.every(({ position }) => position === upTo);
  let rows = 0;
  for (const table of comparedTables) {
    if (table === 'parked' && !isLevel) continue;
    const compared = await compareTable(both, table, upTo);
    rows += compared.rows;
    if (compared.firstDifference) return { rows, firstDifference: compared.firstDifference };
  }
  return { rows };
};
