import { describe, expect, it } from 'vitest';
import { planPorts } from './port-plan.js';
import { appProcesses, stopOrder } from './processes.js';
import { readyFile } from './ready-file.js';
import { localFiles } from './local-files.js';

const urls = { owner: 'postgres://o', replicator: 'postgres://p', reader: 'postgres://r', control: 'postgres://c' };
const surroundings = {
  ports: planPorts(31_000, {}),
  files: localFiles('/data'),
  territory: 'ght-demo',
  brokers: '127.0.0.1:31008',
  postgres: { a: urls, b: urls },
  rate: 5,
};

describe('the ready file', () => {
  it('is to the letter that of the contract', () => {
    const ready = readyFile({
      ports: surroundings.ports,
      senders: [{ name: 'his-1', mllpPort: 31_000 }],
      credentials: '/data/credentials.json',
      directory: '/data',
      processes: [{ name: 'kafka', pid: 1 }],
    });
    expect(ready).toEqual({
      gateway: 'http://127.0.0.1:31004',
      readers: { a: 'http://127.0.0.1:31005', b: 'http://127.0.0.1:31006' },
      control: 'http://127.0.0.1:31007',
      mllp: { 'his-1': 31_000 },
      mllps: 31_003,
      kafka: '127.0.0.1:31008',
      postgres: { a: 31_010, b: 31_011 },
      credentials: '/data/credentials.json',
      directory: '/data',
      processes: [{ name: 'kafka', pid: 1 }],
    });
  });
});

describe('the list of processes', () => {
  const names = (withFeed: boolean) => appProcesses(surroundings, withFeed).map(({ name }) => name);

  it('has a replicator and a reader per replica, and the simulator unless the feed is quiet', () => {
    expect(names(true)).toEqual([
      'control',
      'replicator-a',
      'reader-a',
      'replicator-b',
      'reader-b',
      'gateway',
      'simulator',
    ]);
    expect(names(false)).not.toContain('simulator');
  });

  it('has a place for each in the order of stopping', () => {
    for (const name of [...names(true), 'kafka', 'postgres-a', 'postgres-b'])
      expect(
        stopOrder.flat().filter((begin) => name.startsWith(begin)),
        name,
      ).toHaveLength(1);
  });
});
