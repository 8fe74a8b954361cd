import { setTimeout as pause } from 'node:timers/promises';
import { Failure, type Finess } from '#domain';
import { heartbeatEveryMs, type OwnedEstablishment, type ReplicaStore } from '#usecases';
import type { ReplicatorMetrics } from './replicator-metrics.js';

/** A halt as operators read it; of a bug only that it is one, since its message may quote a row. */
const sentenceOf = (cause: unknown): string =>
  Failure.is(cause) ? `${cause.code}: ${cause.message}` : 'an error of the program: see the log of the replicator';

/**
 * Says to the replica, again and again, that this process lives, and what it no longer follows. A process that is stopped, frozen
 * or deaf says nothing, and that is seen where its rows are read.
 */
export class Heartbeat {
  private readonly halted = new Map<Finess, string>();
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: Pick<ReplicaStore, 'beat' | 'leave'>,
    private readonly numbers: Pick<ReplicatorMetrics, 'beaten' | 'halted'>,
    /** Of this process among those that write the replica. */
    private readonly name: string,
    private readonly owned: () => readonly OwnedEstablishment[],
  ) {}

  halt(establishment: Finess, cause: unknown): void {
    this.halted.set(establishment, sentenceOf(cause));
    this.numbers.halted(establishment);
  }

  start(): void {
    this.running = this.beat();
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await this.running;
    // Whoever ends in good order is missed by nobody.
    await this.store.leave(this.name).catch(() => undefined);
  }

  private async beat(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      // A replica that is away is told by whoever asks it; here the next beat is soon.
      await this.store.beat({ name: this.name, owned: this.owned(), halted: this.halted }).then(
        () => this.numbers.beaten(),
        () => undefined,
      );
      await pause(heartbeatEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
