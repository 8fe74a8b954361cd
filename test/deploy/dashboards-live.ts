import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isPortFree } from '#testing';
import { LocalSystem } from '../system/local-system.js';
import { type DeployCheck, failed, held, notChecked } from './check.js';
import { dashboards, queriesOf } from './dashboards.js';

/** ms of work before the panels are asked: rates over 30 s need it. */
const workMs = 50_000;

/** A replicator of the local system has whichever port is free, and says it in its log. */
const replicatorAt = (system: LocalSystem, replica: 'a' | 'b'): string => {
  const log = readFileSync(join(system.ready.directory, 'logs', `replicator-${replica}.log`), 'utf8');
  const [, port = ''] = /"name":"replicator\.ready".*"port":(\d+)/.exec(log) ?? [];
  return `127.0.0.1:${port}`;
};

const scrapeConfig = (system: LocalSystem): string => {
  const { gateway, readers, control } = system.ready;
  const at = (url: string): string => new URL(url).host;
  const jobs = {
    gateway: [at(gateway)],
    reader: [at(readers.a), at(readers.b)],
    control: [at(control)],
    replicator: [replicatorAt(system, 'a'), replicatorAt(system, 'b')],
  };
  const scrapes = Object.entries(jobs).map(([job, targets]) => ({
    job_name: `reprise-${job}`,
    static_configs: [{ targets }],
  }));
  return JSON.stringify({ global: { scrape_interval: '5s' }, scrape_configs: scrapes });
};

const freePort = async (): Promise<number> => {
  for (let port = 15_900; port < 16_000; port += 1) if (await isPortFree(port)) return port;
  throw new Error('no free port');
};

/** Reads as clinicians' systems do, until the time is over. */
const readFor = async (system: LocalSystem, ms: number): Promise<void> => {
  const { finess } = system.sender();
  for (const endsAt = Date.now() + ms; Date.now() < endsAt; await pause(500))
    for (const replica of ['a', 'b'] as const)
      await (await system.read(replica, finess, 'Patient?_count=2')).arrayBuffer().catch(() => undefined);
};

/** The numbers that Prometheus has for a query now. */
const ask = async (url: string, query: string): Promise<readonly number[]> => {
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { status, error, data } = (await answer.json()) as {
    readonly status: string;
    readonly error?: string;
    readonly data?: { readonly result: readonly { readonly value: readonly [number, string] }[] };
  };
  if (status !== 'success') throw new Error(`${query}: ${error}`);
  return (data?.result ?? []).map(({ value }) => Number(value[1])).filter((value) => Number.isFinite(value));
};

const askAll = async (url: string, finess: string): Promise<{ faults: string[]; asked: number; excused: string[] }> => {
  const [faults, excused]: [string[], string[]] = [[], []];
  let asked = 0;
  for (const { uid, panels } of dashboards())
    for (const panel of panels)
      for (const query of queriesOf(panel, finess)) {
        asked += 1;
        if ((await ask(url, query)).length > 0) continue;
        if (panel.emptyUnless === undefined) faults.push(`${uid}, ${panel.title}: nothing for ${query}`);
        else excused.push(`${panel.title} (empty unless ${panel.emptyUnless})`);
      }
  return { faults, asked, excused };
};

const startPrometheus = async (folder: string, port: number): Promise<ChildProcess> => {
  const listen = `--web.listen-address=127.0.0.1:${port}`;
  const args = [`--config.file=${join(folder, 'scrape.yaml')}`, `--storage.tsdb.path=${join(folder, 'data')}`, listen];
  const child = spawn('prometheus', args, { stdio: 'ignore' });
  const isReady = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (let tries = 0; tries < 60; tries += 1, await pause(500)) if (await isReady()) return child;
  child.kill();
  throw new Error('Prometheus does not begin');
};

/** Every query of every panel against a real Prometheus that scrapes a running system: none is empty. */
export const dashboardsLive: DeployCheck = {
  name: 'Grafana dashboards on live numbers',
  run: async () => {
    if (spawnSync('prometheus', ['--version']).error)
      return notChecked('prometheus is not there (Debian: apt-get install prometheus)');
    const folder = mkdtempSync(join(tmpdir(), 'reprise-prometheus-'));
    const system = await LocalSystem.start('--rate', '10');
    let prometheus: ChildProcess | undefined;
    try {
      writeFileSync(join(folder, 'scrape.yaml'), scrapeConfig(system), { mode: 0o600 });
      const port = await freePort();
      prometheus = await startPrometheus(folder, port);
      await readFor(system, workMs);
      const { faults, asked, excused } = await askAll(`http://127.0.0.1:${port}`, system.sender().finess);
      if (faults.length > 0) return failed(faults);
      return held(`queries that show something: ${asked - excused.length} of ${asked}; excused: ${excused.join('; ')}`);
    } finally {
      prometheus?.kill();
      await system.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
