import type pg from 'pg';
import type { DataSource } from 'typeorm';

/** Connections of a pool at this moment: all that are open, those of them that nobody uses, and who waits for one. Of a pool that has ended, none. */
export const poolState = ({ driver }: DataSource): { open: number; idle: number; waiting: number } => {
  const { master } = driver as unknown as { readonly master?: pg.Pool };
  return { open: master?.totalCount ?? 0, idle: master?.idleCount ?? 0, waiting: master?.waitingCount ?? 0 };
};
