import { Instant } from '#domain';
import type { FoundSpike } from '../senders/find-spikes.js';
import { removedFloor, spikeFactor, type SpikeKind } from '../senders/spikes-in.js';
import type { SummaryRow } from './summary-row.js';

/** The cell of a summary, one type of one sender in one piece of time, that is worth a closer look. */
export interface CloserLook {
  /** `removed` and `rewritten` stand out against what the sender ever did; `busiest` is where most came. */
  readonly why: 'removed' | 'rewritten' | 'busiest';
  readonly establishment: string;
  readonly sender: string;
  readonly type: string;
  /** RFC 3339: the piece. */
  readonly since: string;
  readonly until: string;
}

/** A spike of one establishment. */
export type SpikeThere = FoundSpike & { readonly establishment: string };

const mostOf = (rows: readonly SummaryRow[], of: (row: SummaryRow) => number): SummaryRow | undefined =>
  rows.reduce<SummaryRow | undefined>((most, row) => (of(row) > (most ? of(most) : 0) ? row : most), undefined);

/** HL7 v2 messages rewrite by nature: only FHIR writes and CloudEvents are judged by what they rewrite. */
const isHl7 = ({ type }: SummaryRow): boolean => type.includes('^');

const rowsOf = (
  rows: readonly SummaryRow[],
  spikes: readonly SpikeThere[],
  kind: SpikeKind,
  pieceMs: number,
): readonly SummaryRow[] =>
  rows.filter(({ establishment, sender, from }) => {
    const begins = Date.parse(from);
    return spikes.some(
      (spike) =>
        spike.kind === kind &&
        spike.establishment === establishment &&
        spike.sender === sender &&
        begins < spike.until &&
        begins + pieceMs > spike.since,
    );
  });

/** Of days whose spikes nobody keeps: what is far more than this sender removed in any earlier piece of the interval. */
const standingOut = (rows: readonly SummaryRow[]): readonly SummaryRow[] =>
  rows.filter((row) => {
    const before = rows
      .filter((one) => one.establishment === row.establishment && one.sender === row.sender && one.from < row.from)
      .reduce((most, { removed }) => Math.max(most, removed), 0);
    return row.removed >= removedFloor && row.removed > spikeFactor * before;
  });

/** What an operator looks at next; null where nothing came. Of what is alike, the newest. */
export const closerLook = (
  rows: readonly SummaryRow[],
  spikes: readonly SpikeThere[],
  pieceMs: number,
): CloserLook | null => {
  const removed =
    mostOf(rowsOf(rows, spikes, 'removed', pieceMs), (row) => row.removed) ??
    mostOf(standingOut(rows), (row) => row.removed);
  const rewritten = mostOf(rowsOf(rows, spikes, 'written', pieceMs), (row) =>
    isHl7(row) ? 0 : row.records - row.removed,
  );
  const found = removed ?? rewritten ?? mostOf(rows, (row) => row.messages);
  if (!found) return null;
  const { establishment, sender, type, from } = found;
  return {
    why: found === removed ? 'removed' : found === rewritten ? 'rewritten' : 'busiest',
    establishment,
    sender,
    type,
    since: from,
    until: Instant.iso(Instant.of(Date.parse(from) + pieceMs)),
  };
};
