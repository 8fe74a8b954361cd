import { getHeapStatistics } from 'node:v8';
import { Gauge } from 'prom-client';
import { release } from '../release.js';
import { type Health, metrics } from './health.js';

new Gauge({
  name: 'reprise_build_info',
  help: 'Always 1; the label says which release this process runs',
  labelNames: ['version'],
  registers: [metrics],
}).set({ version: release.software.version }, 1);

new Gauge({
  name: 'reprise_nodejs_heap_size_limit_bytes',
  help: 'Heap that this process may use: beyond it, it ends',
  registers: [metrics],
}).set(getHeapStatistics().heap_size_limit);

let shown: Health | undefined;

new Gauge({
  name: 'reprise_dependency_up',
  help: 'What this process depends on, as its /readyz names it: 1 it is there, 0 it is not',
  labelNames: ['dependency'],
  registers: [metrics],
  async collect() {
    if (!shown) return;
    const { dependencies } = await shown.readiness();
    this.reset();
    for (const [dependency, { ok }] of Object.entries(dependencies)) this.set({ dependency }, ok ? 1 : 0);
  },
});

/** `/metrics` says from now on what this process's `/readyz` says. */
export const showDependencies = (health: Health): void => {
  shown = health;
};
