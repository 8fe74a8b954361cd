import type { BenchSystem } from './bench-system.js';
import { declareTerritory } from './declared-territory.js';
import { type Costs, startMeter } from './process-costs.js';
import { against, cpuPerEvent, type Report } from './report.js';
import type { Build, Built } from './parts/build.js';
import type { CopyFloor } from './parts/copy-floor.js';
import type { FillLog } from './parts/fill-log.js';

/** Log -> generation with its whole history, indexes, and the digest that was verified. */
export const benchRestore = async (system: BenchSystem, events: number): Promise<Report> => {
  const { kafka, postgres } = system;
  const { brokers } = kafka;
  await declareTerritory(brokers);
  await system.part('fill-log', { brokers, events } satisfies FillLog);
  const build: Build = {
    brokers,
    replicatorUrl: postgres.urls.replicator,
    ownerUrl: postgres.urls.owner,
    restoreId: 'bench',
  };
  let stop: (() => Costs) | undefined;
  let costs: Costs | undefined;
  const built = await system.part<Built>('build', build, (mark, pid) => {
    if (mark === 'begin') stop = startMeter({ node: pid, postgres: postgres.pid, kafka: kafka.pid });
    else costs = stop?.();
  });
  if (!costs) throw new Error('the build was not measured');
  const { rate: floor } = await system.part<{ rate: number }>('copy-floor', {
    ownerUrl: postgres.urls.owner,
    events,
  } satisfies CopyFloor);
  const rate = built.events / built.seconds;
  return {
    bench: `restore of ${built.events} events`,
    lines: [
      {
        name: 'log to built, history, indexes, digest',
        rate,
        unit: 'events/s',
        cpuUs: cpuPerEvent(costs, built.events),
        floor: against(rate, 'binary COPY of the versions', floor),
        aim: '>= 45,000 events/s',
      },
    ],
    peakMb: costs.peakMb,
    figures: Object.fromEntries(Object.entries(built.phases).map(([phase, seconds]) => [`${phase} s:`, seconds])),
  };
};
