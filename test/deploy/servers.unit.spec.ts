import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { exampleEnvironment, type Service, services, targetOf } from './compose-file.js';
import { settingFaults } from './setting-faults.js';

const folder = 'deploy/servers';
const all = Object.entries(services(folder));
const profiles = ['server-1', 'server-2', 'server-3'] as const;
const of = (profile: string): readonly (readonly [string, Service])[] =>
  all.filter(([, one]) => one.profiles?.includes(profile));
const namesOf = (profile: string): readonly string[] => of(profile).map(([name]) => name);

/** Ports of a server, as others see them: `BIND:PORT:…`. */
const publishedBy = (profile: string): readonly string[] =>
  of(profile).flatMap(([, { ports = [] }]) => ports.map((port) => port.split(':')[1] ?? ''));

const page = readFileSync(`${folder}/README.md`, 'utf8');

/** Every `SERVER:PORT` that a service is told of, by the number of the server. */
const spokenTo = (): readonly (readonly [string, string])[] => {
  const example = exampleEnvironment(folder);
  const numberOf = (host: string | undefined): string =>
    ['1', '2', '3'].find((number) => example[`SERVER_${number}`] === host) ?? '';
  const values = all.flatMap(([, { environment = {} }]) => Object.values(environment));
  return values
    .flatMap((value) => [...value.matchAll(/([a-z0-9-]+\.ght\.example):(\d+)/g)])
    .map(([, host, port = '']) => [`server-${numberOf(host)}`, port] as const);
};

describe('deploy/servers', () => {
  it('runs every service of the compose way but its page and its one door, each on one server', () => {
    const compose = Object.keys(services()).filter((name) => !['doors', 'ready', 'cli'].includes(name));
    const here = all.map(([name]) => name).filter((name) => !['doors-a', 'doors-b', 'cli'].includes(name));
    expect(here.toSorted()).toEqual(compose.toSorted());
    for (const [name, one] of all) expect(one.profiles?.length, name).toBe(1);
  });

  it('has site A on server 1, site B on server 2, a vote and what watches on server 3', () => {
    const site = (letter: string, number: number): readonly string[] => [
      `kafka-${number}`,
      `gateway-${number}`,
      ...['postgres', 'provision', 'migrate', 'doors'].map((name) => `${name}-${letter}`),
      ...['replicator', 'reader'].flatMap((name) => [`${name}-${letter}-1`, `${name}-${letter}-2`]),
    ];
    expect(namesOf('server-1').toSorted()).toEqual([...site('a', 1), 'grant', 'control'].toSorted());
    expect(namesOf('server-2').toSorted()).toEqual([...site('b', 2)].toSorted());
    expect(namesOf('server-3').toSorted()).toEqual(['grafana', 'kafka-3', 'prometheus']);
  });

  it('gives each app the settings that it has, all that it needs, and no other', () => {
    const ours = all.filter(([, one]) => targetOf(one) !== undefined && targetOf(one) !== 'cli');
    expect(ours.length).toBe(16);
    for (const [name, one] of ours) expect(settingFaults(targetOf(one) ?? '', one.environment ?? {}), name).toEqual([]);
  });

  it('publishes no port twice on a server', () => {
    for (const profile of profiles) {
      const ports = publishedBy(profile);
      expect(new Set(ports).size, profile).toBe(ports.length);
    }
  });

  it('waits for no service of another server', () => {
    for (const profile of profiles)
      for (const [name, { depends_on: awaited = {} }] of of(profile))
        for (const other of Object.keys(awaited)) expect(namesOf(profile), name).toContain(other);
  });

  it('speaks between servers to ports that are published there', () => {
    const spoken = spokenTo();
    expect(spoken.length).toBeGreaterThan(20);
    for (const [server, port] of spoken) expect(publishedBy(server), `${server}:${port}`).toContain(port);
  });

  it('scrapes every process that has numbers, where its port is published', () => {
    const { scrape_configs: jobs } = parse(readFileSync(`${folder}/prometheus/prometheus.yml`, 'utf8')) as {
      scrape_configs: readonly { static_configs: readonly { targets: readonly string[] }[] }[];
    };
    const scraped = jobs.flatMap((job) => job.static_configs.flatMap((config) => config.targets));
    const published = profiles.flatMap((profile, index) =>
      of(profile).flatMap(([, { ports = [] }]) =>
        ports.filter((port) => port.endsWith(':9464')).map((port) => `SERVER_${index + 1}:${port.split(':')[1] ?? ''}`),
      ),
    );
    expect(scraped.toSorted()).toEqual(published.toSorted());
    expect(scraped.length).toBe(7);
  });

  it('closes each container and mounts one folder of the installation, read-only', () => {
    for (const [name, one] of all) {
      expect(one, name).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
      expect(one.mem_limit, name).toMatch(/^\d+[mg]$/);
      const mounted = (one.volumes ?? []).filter((volume) => volume.includes('/installation'));
      expect(mounted.length, name).toBe(1);
      expect(mounted[0], name).toMatch(/^\.\/installation\/[a-z0-9-]+:\/installation:ro$/);
    }
  });

  it('says each port that a server publishes to others in the firewall table, and no other', () => {
    const rows = new Set([...page.matchAll(/^ {3}\| (\d+) \|/gm)].map(([, port]) => port));
    const published = profiles.flatMap((profile) =>
      of(profile).flatMap(([, { ports = [] }]) =>
        ports.filter((port) => !port.startsWith('127.')).map((port) => port.split(':')[1]),
      ),
    );
    expect(rows).toEqual(new Set(published));
    expect(rows.size).toBe(11);
  });
});
