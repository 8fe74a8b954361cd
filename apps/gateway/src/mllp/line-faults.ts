import { Failure } from '#domain';
import type { FrameItem } from '#hl7v2';
import type { ProcessLog, SenderCaller } from '#platform';
import type { RefuseCutOff } from '#usecases';
import { lostBytes } from '../capture-metrics.js';
import type { Publishers } from '../publishers.js';

/** What is wrong with how a sender's bytes came; no message, and answered by nothing. */
export type LineFault =
  | Extract<FrameItem, { kind: 'cut-off' }>
  /** What stood between frames, line ends not counted. */
  | { readonly kind: 'outside-frame'; readonly sizeBytes: number }
  /** Whole frames that had not been begun when the connection ended. */
  | { readonly kind: 'not-taken'; readonly sizeBytes: number }
  | { readonly kind: 'without-cr' };

const tellEveryMs = 60_000;

interface Told {
  readonly atMs: number;
  /** Since then, and not told yet. */
  bytes: number;
}

/**
 * Bytes that came and made no message leave their trace: each in the metric, a sender's in the log once a minute, and what came of a
 * frame in the journal.
 */
export class LineFaults {
  private readonly told = new Map<string, Told>();

  constructor(
    private readonly publishers: Pick<Publishers, 'of'>,
    private readonly refuseCutOff: Pick<RefuseCutOff, 'of'>,
    private readonly log: Pick<ProcessLog, 'warn' | 'fault'>,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Never rejects: there is nobody to answer. */
  async tell(caller: SenderCaller, fault: LineFault): Promise<void> {
    const about = { sender: caller.name, establishment: caller.finess };
    if (fault.kind === 'without-cr') return this.log.warn('frame.without-cr', about);
    this.count(caller, fault.kind, fault.kind === 'cut-off' ? fault.bytes.byteLength : fault.sizeBytes);
    if (fault.kind !== 'cut-off') return;
    const publisher = this.publishers.of(caller);
    try {
      if (publisher instanceof Failure) throw publisher;
      await this.refuseCutOff.of(publisher, fault.bytes);
    } catch (error) {
      this.log.fault('frame.not-kept', error, about);
    }
  }

  private count({ name, finess }: SenderCaller, reason: Exclude<LineFault['kind'], 'without-cr'>, bytes: number): void {
    lostBytes.inc({ sender: name, reason }, bytes);
    const key = `${reason} ${name}`;
    const told = this.told.get(key) ?? { atMs: Number.NEGATIVE_INFINITY, bytes: 0 };
    told.bytes += bytes;
    this.told.set(key, told);
    if (this.nowMs() - told.atMs < tellEveryMs) return;
    this.told.set(key, { atMs: this.nowMs(), bytes: 0 });
    this.log.warn('bytes.lost', { sender: name, establishment: finess, text: reason, bytes: told.bytes });
  }
}
