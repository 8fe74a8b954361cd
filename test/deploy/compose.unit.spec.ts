import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { exampleEnvironment, installationPaths, type Service, services, targetOf } from './compose-file.js';
import { targets } from './dockerfile.js';
import { settingFaults } from './setting-faults.js';

const all = Object.entries(services());
const service = (name: string): Service => {
  const found = services()[name];
  if (!found) throw new Error(`no service ${name}`);
  return found;
};

describe('deploy/compose', () => {
  it('runs two of each', () => {
    const count = (target: string): number => all.filter(([, one]) => targetOf(one) === target).length;
    expect(['gateway', 'replicator', 'reader', 'control'].map(count)).toEqual([2, 4, 4, 1]);
    expect(all.filter(([name]) => name.startsWith('kafka-')).length).toBe(3);
    expect(all.filter(([name]) => name.startsWith('postgres-')).length).toBe(2);
  });

  it('gives each app the settings that it has, all that it needs, and no other', () => {
    const ours = all.filter(([, one]) => targetOf(one) !== undefined && targetOf(one) !== 'cli');
    expect(ours.length).toBeGreaterThan(14);
    for (const [name, one] of ours) expect(settingFaults(targetOf(one) ?? '', one.environment ?? {}), name).toEqual([]);
  });

  it('names only images that the Dockerfile makes', () => {
    const made = targets().map(({ name }) => name);
    const wanted = all.flatMap(([, one]) => targetOf(one) ?? []);
    expect(wanted.filter((target) => !made.includes(target))).toEqual([]);
  });

  it('has no password in an environment: a file, or a folder of files', () => {
    for (const [name, { environment = {} }] of all)
      for (const [key, value] of Object.entries(environment)) {
        if (/PASSWORD|SECRET|TOKEN|KEY/.test(key)) expect(value, `${name} ${key}`).toMatch(/^\/installation\//);
        for (const url of value.match(/\w+:\/\/[^,]+/g) ?? []) expect(new URL(url).password, `${name} ${key}`).toBe('');
      }
    expect(Object.keys(exampleEnvironment()).filter((key) => /PASSWORD|SECRET|TOKEN/.test(key))).toEqual([]);
  });

  it('closes each container: root read-only, no capability, memory and logs bounded', () => {
    for (const [name, one] of all) {
      expect(one, name).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
      expect(one.mem_limit, name).toMatch(/^\d+[mg]$/);
      expect(one.logging?.options, name).toMatchObject({ 'max-size': '20m', 'max-file': '5' });
    }
  });

  it('mounts what is of this installation read-only, and gives no service the folder of another', () => {
    for (const [name, { volumes = [] }] of all) {
      const mounted = volumes.filter((volume) => volume.includes('/installation'));
      for (const volume of mounted) expect(volume, name).toMatch(/^\.\/installation\/[a-z0-9-]+:\/installation:ro$/);
      expect(mounted.length, name).toBeLessThan(2);
    }
    expect(installationPaths(service('gateway-1'))).toContain('gateway/secrets.json');
  });

  it('publishes the doors alone to others, all else on this machine', () => {
    for (const [name, { ports = [] }] of all)
      if (name !== 'doors') for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(service('doors').ports?.length).toBe(5);
  });
});

describe('three servers', () => {
  const readme = readFileSync('deploy/compose/README.md', 'utf8');
  const rows = readme.split('\n').filter((line) => /^ +\| `docker compose /.test(line));
  const cells = rows.map((row) => row.split('|').slice(2, 5));
  const on = (server: number): readonly string[] =>
    cells.flatMap((row) => row[server]?.match(/[a-z0-9-]+/g) ?? []).toSorted();

  it('run each service, the doors twice', () => {
    const named = [0, 1, 2].flatMap((server) => on(server)).toSorted();
    const expected = [...all.map(([name]) => name).filter((name) => name !== 'cli'), 'doors'].toSorted();
    expect(named).toEqual(expected);
  });

  it('are two sites and a third broker: whichever is lost, two brokers and one of each are left', () => {
    for (const [server, site] of ['a', 'b'].entries()) {
      expect(on(server)).toContain(`postgres-${site}`);
      expect(on(server)).toContain('doors');
    }
    for (const server of [0, 1, 2]) expect(on(server).filter((name) => name.startsWith('kafka-')).length).toBe(1);
  });

  it('start nothing before what it waits for', () => {
    const rowOf = (name: string): number =>
      cells.findIndex((row) =>
        row
          .join(' ')
          .match(/[a-z0-9-]+/g)
          ?.includes(name),
      );
    for (const [name, { depends_on: needed = {} }] of all)
      for (const other of Object.keys(needed))
        if (name !== 'cli') expect(rowOf(other), `${other} before ${name}`).toBeLessThan(rowOf(name));
  });
});

describe('what stands beside the compose file', () => {
  /** Who can be reached from the doors' network, by name. */
  const reachable = all.filter(([, { networks = [] }]) => networks.includes('doors')).map(([name]) => name);

  it('balances over services that there are, both of each', () => {
    const servers = [
      ...readFileSync('deploy/compose/doors/haproxy.cfg', 'utf8').matchAll(/^ {2}server (\S+) (\S+):/gm),
    ];
    expect(servers.length).toBe(9);
    for (const [, name, host] of servers) {
      expect(host).toBe(name);
      expect(reachable).toContain(host);
    }
  });

  it('asks services that there are whether they are ready', () => {
    const hosts = [...readFileSync('deploy/compose/ready/ready.mjs', 'utf8').matchAll(/': '([a-z0-9-]+):\d+'/g)].map(
      ([, host]) => host,
    );
    expect(hosts.length).toBe(10);
    for (const host of hosts) expect(reachable).toContain(host);
  });

  it('scrapes every process that has numbers', () => {
    const { scrape_configs: jobs } = parse(readFileSync('deploy/prometheus/prometheus.yml', 'utf8')) as {
      scrape_configs: readonly { static_configs: readonly { targets: readonly string[] }[] }[];
    };
    const scraped = jobs.flatMap((job) => job.static_configs.flatMap((config) => config.targets)).toSorted();
    const measured = all.flatMap(([name, { environment }]) => {
      const port = environment?.['REPRISE_METRICS_PORT'];
      return port === undefined ? [] : [`${name}:${port}`];
    });
    expect(scraped).toEqual(measured.toSorted());
  });
});
