import { beforeEach, describe, expect, it } from 'vitest';
import { Failure, Finess, Instant, originalTimeline, Position } from '#domain';
import { Directory } from '../../directory/directory.js';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type { LiveReport, ReplicaStatus } from '../../ports/replica-status.js';
import { assumedRate } from '../restores/build-rate.js';
import type { WatchSenders } from '../senders/watch-senders.js';
import { ReportStatus } from './report-status.js';

const finess = Finess.parse('750712184');
const directory = new Directory();
directory.apply({
  position: Position.of(0),
  appendedAt: Instant.of(0),
  event: {
    v: 1,
    at: Instant.of(0),
    by: 'control',
    kind: 'establishment-declared',
    establishment: { finess, name: 'CH (démo)', sites: [], timeZone: 'Europe/Paris' },
  },
});
const begun = 1_790_000_000_000;

describe('a trend', () => {
  let report: LiveReport;
  let last: () => Promise<Position>;
  let status: ReportStatus;
  beforeEach(() => {
    const scrub = { position: '', lastFullRoundAt: null, firstDifference: null };
    report = {
      establishment: finess,
      timeline: originalTimeline,
      position: Position.of(5),
      levelAt: Instant.of(begun),
      heardSecondsAgo: 1,
      replicators: [],
      halted: '',
      parked: 0,
      scrub,
    } as unknown as LiveReport;
    last = async () => Position.of(9);
    const replica = { name: 'a', live: async () => [report] } as unknown as ReplicaStatus;
    const log = {
      range: async () => ({ last: await last() }),
      read: async function* () {
        yield [{ appendedAt: Instant.of(begun) }];
      },
    } as unknown as EstablishmentLog;
    const watch = { look: async () => [] } as unknown as WatchSenders;
    status = new ReportStatus([replica], log, watch);
  });
  const after = async (seconds: number) => {
    const [one] = await status.report(directory, Instant.of(begun + seconds * 1000), async () => assumedRate);
    expect(one?.trend).toBe(one?.replicas[0]?.trend);
    return one?.trend;
  };

  it('is what the lag of the last half minute says', async () => {
    await after(5);
    expect(await after(15)).toBe('rising');
    report = { ...report, levelAt: Instant.of(begun + 15_000) };
    expect(await after(20)).toBe('steady');
    report = { ...report, position: Position.of(9) };
    expect(await after(21)).toBe('falling');
  });

  it('of a replica that is level is steady; of one that is seen behind for the first time it is not known', async () => {
    expect(await after(5)).toBeNull();
    report = { ...report, position: Position.of(9) };
    expect(await after(60)).toBe('steady');
  });

  it('is not known while its replicator is not heard, however level it was', async () => {
    report = { ...report, position: Position.of(9), heardSecondsAgo: 27 };
    for (const seconds of [1, 5, 20]) expect(await after(seconds)).toBeNull();
    report = { ...report, heardSecondsAgo: null };
    expect(await after(21)).toBeNull();
  });

  it('is not known while the log does not answer', async () => {
    await after(5);
    last = () => Promise.reject(new Failure('log.unreachable', 'away'));
    expect(await after(15)).toBeNull();
  });
});
