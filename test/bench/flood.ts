import type { BenchSystem } from './bench-system.js';
import type { Loaded, MllpLoad } from './parts/mllp-load.js';

/** As many connections as one sender may have, each with its next message as soon as it is answered. */
const usualConnections = 64;

export interface Flood extends Pick<MllpLoad, 'port' | 'finess' | 'observations'> {
  readonly seconds: number;
  readonly connections?: number;
}

/** Does some work while a sender floods for so many seconds; gives what it came to, and the flood's rate. */
export const besideFlood = async <T>(
  system: BenchSystem,
  { seconds, connections = usualConnections, ...flooded }: Flood,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly rate: number }> => {
  const load: MllpLoad = {
    ...flooded,
    connections,
    messages: Number.MAX_SAFE_INTEGER,
    warmUp: connections,
    secondsMax: seconds,
  };
  let flooding: Promise<Loaded> | undefined;
  await new Promise<void>((resolve, reject) => {
    flooding = system.part<Loaded>('mllp-load', load, (mark) => {
      if (mark === 'begin') resolve();
    });
    flooding.catch(reject);
  });
  const result = await work();
  const flood = await flooding;
  if (!flood || flood.refused > 0) throw new Error('the flood was not taken');
  return { result, rate: flood.done / flood.seconds };
};
