import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openReplicaView } from './live.js';
import type { BenchSystem } from './bench-system.js';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const shownFunctions = 25;

/** Functions by the time that they themselves took, in a profile that `--cpu-prof` wrote. */
const topFunctions = (file: string): string => {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as Profile;
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const place = url.replace(/^.*\/(?:dist|node_modules)\//, '');
      return [id, `${functionName || '(anonymous)'} ${place === '' ? '' : `${place}:${lineNumber + 1}`}`] as const;
    }),
  );
  const selfUs = new Map<string, number>();
  samples.forEach((id, index) => {
    const name = names.get(id) ?? '?';
    selfUs.set(name, (selfUs.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  });
  return [...selfUs]
    .sort(([, a], [, b]) => b - a)
    .slice(0, shownFunctions)
    .map(([name, us]) => `${String(Math.round(us / 1000)).padStart(8)} ms  ${name}`)
    .join('\n');
};

export const topFunctionsIn = (profileDir: string): string =>
  readdirSync(profileDir)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => `${name}\n${topFunctions(join(profileDir, name))}`)
    .join('\n\n');

/** Postgres statements by the time that they took altogether. */
export const topStatements = async (system: BenchSystem): Promise<string> => {
  const client = await openReplicaView(system);
  await client.query('create extension if not exists pg_stat_statements');
  const { rows } = await client.query<{ ms: number; calls: number; rows: number; query: string }>(
    `select round(total_exec_time)::float8 as ms, calls::float8, rows::float8, query
     from pg_stat_statements order by total_exec_time desc limit 20`,
  );
  await client.end();
  return rows
    .map(({ ms, calls, rows: count, query }) => {
      const text = query.replaceAll(/\s+/g, ' ').trim().slice(0, 110);
      return `${String(ms).padStart(8)} ms ${String(calls).padStart(8)} calls ${String(count).padStart(9)} rows  ${text}`;
    })
    .join('\n');
};
