import type pg from 'pg';
import type { DataSource } from 'typeorm';

/** Connections of a pool at this moment: all that are open, those of them that nobody uses, and who waits for one. */
export const poolState = ({ driver }: DataSource): { open: number; idle: number; waiting: number } => {
  const { totalCount, idleCount, waitingCount } = (driver as unknown as { readonly master: pg.Pool }).master;
  return { open: totalCount, idle: idleCount, waiting: waitingCount };
};
