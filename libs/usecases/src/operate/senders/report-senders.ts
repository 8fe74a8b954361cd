import { type Finess, Instant, type Sender } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { IncarnationEvidence } from '../../directory/directory-event.js';
import { senderNamed } from './open-incarnation.js';
import type { SenderWatch, WatchSenders } from './watch-senders.js';

/** One era of a sender's numbering, as it was opened. */
export interface IncarnationReport {
  readonly number: number;
  /** RFC 3339. */
  readonly at: string;
  readonly by: string;
  readonly reason: string;
  readonly evidence: readonly IncarnationEvidence[];
}

/** What `sender show` tells. */
export interface SenderReport extends SenderWatch {
  readonly establishment: Finess;
  /** RFC 3339. */
  readonly declaredAt: string;
  readonly profile: Omit<Sender, 'name' | 'incarnation'>;
  readonly incarnations: readonly IncarnationReport[];
}

/** Declared senders with what their messages tell. */
export class ReportSenders {
  constructor(private readonly watch: WatchSenders) {}

  async list(directory: Directory, now: Instant): Promise<readonly SenderReport[]> {
    const establishments = [...new Set([...directory.senders.values()].map(({ finess }) => finess))];
    const watched = await Promise.all(establishments.map((finess) => this.watch.look(directory, finess, now)));
    return watched
      .flat()
      .map((one) => reportOf(directory, one))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Throws `not-found`. */
  async show(directory: Directory, name: string, now: Instant): Promise<SenderReport> {
    const { finess } = senderNamed(directory, name);
    const found = (await this.watch.look(directory, finess, now)).find((one) => one.name === name);
    if (!found) throw new Error('a declared sender is watched');
    return reportOf(directory, found);
  }
}

const reportOf = (directory: Directory, watch: SenderWatch): SenderReport => {
  const { name: _name, incarnation: _incarnation, ...profile } = senderNamed(directory, watch.name);
  const history = directory.senderHistories.get(watch.name);
  return {
    ...watch,
    establishment: profile.finess,
    declaredAt: Instant.iso(history?.declaredAt ?? Instant.of(0)),
    profile,
    incarnations: (history?.incarnations ?? []).map(({ at, ...opened }) => ({ ...opened, at: Instant.iso(at) })),
  };
};
