import { emptyChain, FoldMemory, Instant, Position } from '#domain';
import type { Certificate } from '../../directory/directory-event.js';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type { Progress } from '../../ports/replica-store.js';
import { foldBatch, readEntries } from '../../replicate/fold-batch.js';

export interface FoldedAgain {
  readonly state: FoldMemory;
  readonly progress: Progress;
  readonly events: number;
}

/** The function that runs live and in a rebuild, over memory that keeps contents because patches need them: what the certificate says, from the log alone. */
export const foldAgain = async (
  log: EstablishmentLog,
  { establishment, definition }: Pick<Certificate, 'establishment' | 'definition'>,
  to: Position,
): Promise<FoldedAgain> => {
  const state = new FoldMemory(Instant.of(0));
  let progress: Progress = { logId: '', position: Position.none, chainHash: emptyChain, clock: Instant.of(0) };
  let events = 0;
  if (to !== Position.none)
    for await (const entries of log.read(establishment, Position.of(0), to)) {
      events += entries.length;
      ({ progress } = foldBatch(state, { entries, events: readEntries(entries) }, definition, progress));
    }
  return { state, progress, events };
};
