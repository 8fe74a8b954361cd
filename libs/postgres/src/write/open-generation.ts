import type { DataSource } from 'typeorm';
import { emptyChain, type Finess, FOLD_VERSION, type Timeline } from '#domain';
import type { Generation } from '#usecases';
import { withClient } from '../data-source.js';
import { generationOf, type GenerationRow } from '../rows/generation-row.js';
import { inTransaction } from '../in-transaction.js';
import {
  insertGeneration,
  lockEstablishment,
  lowerSearchVersion,
  selectGenerationOfRestore,
} from '../sql/generations.sql.js';

/** The generation of this restore, made where there is none yet; `null` is the first one of the establishment. */
export const openGeneration = (
  replica: DataSource,
  establishment: Finess,
  timeline: Timeline,
  restoreId: string | null,
  searchVersion: number,
): Promise<Generation> =>
  withClient(replica, (client) =>
    inTransaction(client, 'begin', async () => {
      await client.query(lockEstablishment, [establishment]);
      const inserted = [establishment, restoreId, JSON.stringify(timeline), timeline.number, FOLD_VERSION, emptyChain];
      await client.query(insertGeneration, [...inserted, searchVersion]);
      const { rows } = await client.query<GenerationRow>(selectGenerationOfRestore, [establishment, restoreId]);
      const [row] = rows;
      if (!row) throw new Error('a generation that was inserted is not there');
      await client.query(lowerSearchVersion, [row.generation, searchVersion]);
      return generationOf(row);
    }),
  );
