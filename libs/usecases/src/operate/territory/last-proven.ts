import type { Finess } from '#domain';
import type { Restore } from '../../directory/restore.js';

export interface ProvenRestore {
  readonly restoreId: string;
  /** RFC 3339. */
  readonly finishedAt: string;
}

/**
 * A certificate is given for what all replicas built alike; one of no events or no records examined nothing, which proves nothing,
 * as in `certificate verify`.
 */
export const lastProven = (restores: Iterable<Restore>, establishment: Finess): ProvenRestore | null => {
  const proven = [...restores]
    .flatMap(({ certificates }) => certificates)
    .filter((one) => one.establishment === establishment && one.events > 0 && one.records > 0)
    .toSorted((a, b) => Date.parse(a.finishedAt) - Date.parse(b.finishedAt))
    .at(-1);
  return proven ? { restoreId: proven.restoreId, finishedAt: proven.finishedAt } : null;
};
