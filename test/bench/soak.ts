import type { BenchSystem } from './bench-system.js';
import { mainSender } from './declared-territory.js';
import { startGateway } from './gateway-under-test.js';
import { measured } from './measured.js';
import type { MllpLoad } from './parts/mllp-load.js';
import { residentMbOf } from './process-costs.js';
import { cpuPerEvent, type Report } from './report.js';

const connections = 64;
const everyMs = 250;

interface Sample {
  /** Milliseconds since the first message. */
  readonly at: number;
  readonly mb: number;
}

/** Of the straight line that is nearest to the samples (least squares): megabytes a millisecond. */
const slopeOf = (samples: readonly Sample[]): number => {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [at, mb] = [mean((sample) => sample.at), mean((sample) => sample.mb)];
  return mean((sample) => (sample.at - at) * (sample.mb - mb)) / mean((sample) => (sample.at - at) ** 2);
};

/** Many messages over MLLP, as fast as they go: what the gateway holds meanwhile. The rate is even enough for time to tell the share. */
export const benchSoak = async (system: BenchSystem, messages: number): Promise<Report> => {
  const gateway = await startGateway(system, [mainSender]);
  const load: MllpLoad = {
    port: gateway.portOf(mainSender),
    finess: mainSender.finess,
    connections,
    messages,
    warmUp: connections,
    secondsMax: 3_600,
  };
  const startedAt = performance.now();
  const samples: Sample[] = [];
  const sampling = setInterval(
    () => samples.push({ at: performance.now() - startedAt, mb: residentMbOf(gateway.pid) }),
    everyMs,
  );
  const sent = await measured(system, { gateway: gateway.pid, kafka: system.kafka.pid }, ['mllp-load', load]);
  clearInterval(sampling);
  await gateway.stop();
  const share = (part: number): number =>
    samples[Math.min(Math.floor(samples.length * part), samples.length - 1)]?.mb ?? 0;
  const settled = samples.slice(Math.floor(samples.length / 10));
  return {
    bench: `soak, ${messages} messages`,
    lines: [
      {
        name: `MLLP, ${connections} connections`,
        rate: sent.done / sent.seconds,
        unit: 'messages/s',
        p50Ms: sent.p50Ms,
        p99Ms: sent.p99Ms,
        cpuUs: cpuPerEvent(sent.costs, sent.done),
        aim: '<= 250 MB, flat',
      },
    ],
    peakMb: { gateway: sent.costs.peakMb['gateway'] ?? 0 },
    figures: {
      'gateway, resident MB after 10 %': share(0.1),
      'after 50 %': share(0.5),
      'after 100 %': share(1),
      'MB more a million messages, from 10 % on': (slopeOf(settled) * 1e9) / (sent.done / sent.seconds),
    },
  };
};
