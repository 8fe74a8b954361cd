import type { Finess, Instant, Position } from '#domain';
import { metrics } from '#platform';
import { Counter, Gauge, Histogram } from 'prom-client';

const labelNames = ['replica', 'establishment'] as const;
const registers = [metrics];
const batchSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const applied = new Counter({
  name: 'reprise_replicator_events_applied_total',
  help: 'Events that this process has written into its replica; one that was there already counts as well',
  labelNames,
  registers,
});
const position = new Gauge({
  name: 'reprise_replicator_position',
  help: 'Position of the newest event that this process has written; -1 before the first',
  labelNames,
  registers,
});
let shown: ReplicatorMetrics | undefined;

const lag = new Gauge({
  name: 'reprise_replicator_lag_seconds',
  help: 'Since the replica last held all that the log held; since this process began to follow where it has not yet',
  labelNames,
  registers,
  collect: () => shown?.tellLags(),
});
const parked = new Gauge({
  name: 'reprise_replicator_parked_events',
  help: 'Events that wait behind a fault in this replica',
  labelNames,
  registers,
  collect: () => shown?.tellParked(),
});
const halted = new Gauge({
  name: 'reprise_replicator_halted_establishments',
  help: 'Establishments that this process follows no longer, each for a reason that `reprise status` tells',
  labelNames: ['replica'],
  registers,
});
const heartbeat = new Gauge({
  name: 'reprise_replicator_heartbeat_timestamp_seconds',
  help: 'When this process last told its replica that it lives; every 2 s while all is well',
  labelNames: ['replica'],
  registers,
});
const batch = new Histogram({
  name: 'reprise_replicator_batch_duration_seconds',
  help: 'A batch of one log, from its arrival until all of it is committed: looked up, folded, written',
  labelNames: ['replica'],
  buckets: batchSeconds,
  registers,
});
const transaction = new Histogram({
  name: 'reprise_replicator_transaction_duration_seconds',
  help: 'One transaction of a batch, from when it is asked for until it is committed',
  labelNames: ['replica'],
  buckets: batchSeconds,
  registers,
});

/** What one replicator tells of itself. A batch costs four numbers, however many events it holds. */
export class ReplicatorMetrics {
  private readonly halts = new Set<Finess>();
  private readonly levelAt = new Map<Finess, Instant>();

  constructor(
    private readonly replica: string,
    private readonly now: () => Instant,
    private readonly parkedNow: () => Promise<ReadonlyMap<Finess, number>>,
  ) {
    halted.set({ replica }, 0);
  }

  /** It follows from here on. */
  begun(establishment: Finess, at: Position): void {
    position.set(this.of(establishment), at);
    applied.inc(this.of(establishment), 0);
    if (!this.levelAt.has(establishment)) this.levelAt.set(establishment, this.now());
  }

  /** Another process follows it now, and tells of it. */
  lost(establishment: Finess): void {
    this.levelAt.delete(establishment);
    for (const gauge of [position, lag]) gauge.remove(this.of(establishment));
  }

  applied(establishment: Finess, entries: readonly { readonly position: Position }[], ms: number): void {
    const last = entries.at(-1);
    if (last) position.set(this.of(establishment), last.position);
    applied.inc(this.of(establishment), entries.length);
    batch.observe({ replica: this.replica }, ms / 1000);
  }

  written(ms: number): void {
    transaction.observe({ replica: this.replica }, ms / 1000);
  }

  level(establishment: Finess, at: Instant): void {
    // What was lost meanwhile is another process's to tell.
    if (this.levelAt.has(establishment)) this.levelAt.set(establishment, at);
  }

  halted(establishment: Finess): void {
    this.halts.add(establishment);
    halted.set({ replica: this.replica }, this.halts.size);
  }

  beaten(): void {
    heartbeat.set({ replica: this.replica }, this.now() / 1000);
  }

  private of(establishment: Finess): { readonly replica: string; readonly establishment: string } {
    return { replica: this.replica, establishment };
  }

  tellLags(): void {
    for (const [establishment, at] of this.levelAt)
      lag.set(this.of(establishment), Math.max(0, this.now() - at) / 1000);
  }

  /** A replica that does not answer is told by `reprise_dependency_up`; here nothing is then said rather than something old. */
  async tellParked(): Promise<void> {
    parked.reset();
    for (const [establishment, events] of await this.parkedNow().catch(() => new Map<Finess, number>()))
      parked.set(this.of(establishment), events);
  }
}

/** `/metrics` tells of this replicator from now on. */
export const showReplicator = (numbers: ReplicatorMetrics): void => {
  shown = numbers;
};
