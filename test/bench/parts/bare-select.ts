import pg from 'pg';
import { observationId } from '../observations.js';
import { percentile } from '../report.js';
import type { Loaded } from './mllp-load.js';
import { runPart } from './run-part.js';

export interface BareSelect {
  readonly url: string;
  readonly generation: number;
  readonly clients: number;
  readonly seconds: number;
  readonly records: number;
}

/** One prepared select by key on as many connections, one at a time each. */
await runPart(async ({ url, generation, clients, seconds, records }: BareSelect, mark): Promise<Loaded> => {
  const text = `select v.content from heads_g${generation} as h
    join versions_g${generation} as v on v.type = h.type and v.id = h.id and v.position = h.position
    where h.type = 'Observation' and h.id = $1`;
  const connected = await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
  let n = 0;
  const run = async (durationMs: number): Promise<number[]> => {
    const times: number[] = [];
    const startedAt = performance.now();
    const ask = async (client: pg.Client): Promise<void> => {
      while (performance.now() - startedAt < durationMs) {
        const askedAt = performance.now();
        await client.query({ name: 'read', text, values: [observationId((n++ * 7919) % records)] });
        times.push(performance.now() - askedAt);
      }
    };
    await Promise.all(connected.map(ask));
    return times.sort((a, b) => a - b);
  };
  await run(1000);
  await mark('begin');
  const startedAt = performance.now();
  const times = await run(seconds * 1000);
  const took = (performance.now() - startedAt) / 1000;
  await mark('end');
  await Promise.all(connected.map((client) => client.end()));
  return {
    done: times.length,
    refused: 0,
    seconds: took,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
  };
});
