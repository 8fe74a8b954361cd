import { Gauge } from 'prom-client';
import { metrics } from './health.js';

/** Connections of one pool to a database, at this moment. */
export interface PoolState {
  readonly open: number;
  /** Of these, those that nobody uses. */
  readonly idle: number;
  /** Who waits for one. */
  readonly waiting: number;
}

const pools = new Map<string, () => PoolState>();

new Gauge({
  name: 'reprise_postgres_connections',
  help: 'Connections to Postgres that are open, by what they are for; `state` is busy or idle',
  labelNames: ['pool', 'state'],
  registers: [metrics],
  collect() {
    for (const [pool, state] of pools) {
      const { open, idle } = state();
      this.set({ pool, state: 'idle' }, idle);
      this.set({ pool, state: 'busy' }, open - idle);
    }
  },
});

new Gauge({
  name: 'reprise_postgres_requests_waiting',
  help: 'Requests of this process that wait for a connection to Postgres',
  labelNames: ['pool'],
  registers: [metrics],
  collect() {
    for (const [pool, state] of pools) this.set({ pool }, state().waiting);
  },
});

/** `/metrics` tells of this pool from now on. */
export const showPool = (pool: string, state: () => PoolState): void => {
  pools.set(pool, state);
};
