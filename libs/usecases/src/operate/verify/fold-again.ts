import { emptyChain, Instant, Position, type RecordedEvent, type RecordKey } from '#domain';
import type { Certificate } from '../../directory/directory-event.js';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type { Progress } from '../../ports/replica-store.js';
import { foldBatch, readEntries } from '../../replicate/fold-batch.js';
import { WholeState } from '../../restore/whole-state.js';

export interface FoldedAgain {
  readonly state: WholeState;
  readonly progress: Progress;
  readonly events: number;
}

type Certified = Pick<Certificate, 'establishment' | 'definition'>;

const patchedBy = (events: readonly RecordedEvent[]): readonly RecordKey[] =>
  events.flatMap(({ event }) =>
    event.changes.flatMap((change) => (change.kind === 'merge-patch' ? [change.record] : [])),
  );

/** Folds until something is patched whose content is not kept; from there on it only gathers what is. */
const foldKeeping = async (
  log: EstablishmentLog,
  { establishment, definition }: Certified,
  { to, kept }: { readonly to: Position; readonly kept: ReadonlySet<RecordKey> },
): Promise<FoldedAgain & { readonly missing: ReadonlySet<RecordKey> }> => {
  const state = new WholeState(Instant.of(0));
  state.keepContentsOf = kept;
  let progress: Progress = { logId: '', position: Position.none, chainHash: emptyChain, clock: Instant.of(0) };
  let events = 0;
  const missing = new Set<RecordKey>();
  if (to !== Position.none)
    for await (const entries of log.read(establishment, Position.of(0), to)) {
      const read = readEntries(entries);
      for (const record of patchedBy(read)) if (!kept.has(record)) missing.add(record);
      if (missing.size > 0) continue;
      events += entries.length;
      for (const folded of foldBatch(state, { entries, events: read }, definition, progress)) ({ progress } = folded);
    }
  return { state, progress, events, missing };
};

/**
 * The function that runs live and in a rebuild: what the certificate says, from the log alone. In memory are one small entry a record,
 * and contents of those records only that are patched somewhere in the log, which is then read twice.
 */
export const foldAgain = async (log: EstablishmentLog, certificate: Certified, to: Position): Promise<FoldedAgain> => {
  const folded = await foldKeeping(log, certificate, { to, kept: new Set() });
  return folded.missing.size === 0 ? folded : foldKeeping(log, certificate, { to, kept: folded.missing });
};
