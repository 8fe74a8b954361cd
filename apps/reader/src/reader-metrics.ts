import type { Instant } from '#domain';
import { metrics } from '#platform';
import { ageSeconds, type Level } from '#usecases';
import { Counter, Gauge } from 'prom-client';
import type { CallerTurns } from './caller-turns.js';

export type Turn = 'keys' | 'searches';

const turns = new Map<Turn, CallerTurns>();

const refused = new Counter({
  name: 'reprise_reader_requests_refused_total',
  help: 'Requests that were turned away (429) because too many of the same caller waited; `turn`: reads by keys, or searches',
  labelNames: ['turn'],
  registers: [metrics],
});

new Gauge({
  name: 'reprise_reader_requests_waiting',
  help: 'Requests that wait for their turn, of all callers',
  labelNames: ['turn'],
  registers: [metrics],
  collect() {
    for (const [turn, { counts }] of turns) this.set({ turn }, counts.waiting);
  },
});

new Gauge({
  name: 'reprise_reader_requests_at_work',
  help: 'Requests that are being answered, of all callers',
  labelNames: ['turn'],
  registers: [metrics],
  collect() {
    for (const [turn, { counts }] of turns) this.set({ turn }, counts.atWork);
  },
});

/** `/metrics` tells of these turns from now on; gives what counts one that was turned away. */
export const showTurns = (turn: Turn, of: CallerTurns): (() => void) => {
  turns.set(turn, of);
  refused.inc({ turn }, 0);
  return () => refused.inc({ turn });
};

interface Ages {
  readonly replica: string;
  readonly levels: () => Promise<readonly Level[]>;
  readonly now: () => Instant;
}
let shown: Ages | undefined;

new Gauge({
  name: 'reprise_reader_data_age_seconds',
  help: 'What `Reprise-Watermark` says of an establishment: since this replica last held all that its log held',
  labelNames: ['replica', 'establishment'],
  registers: [metrics],
  async collect() {
    if (!shown) return;
    const { replica, levels, now } = shown;
    this.reset();
    // Of a replica that does not answer nothing is said rather than something old.
    for (const level of await levels().catch(() => []))
      this.set({ replica, establishment: level.establishment }, ageSeconds(level, now()));
  },
});

/** `/metrics` tells how old the data of this reader is from now on. */
export const showAges = (ages: Ages): void => {
  shown = ages;
};
