import { Failure, Finess } from '#domain';
import { metrics } from '#platform';
import type { BuildOfReplica, EstablishmentReport, Problem, RestoreReport } from '#usecases';
import { beforeEach, describe, expect, it } from 'vitest';
import { showInSync, showProblems, showRestores, showStatus } from './show-numbers.js';
import { toldSettings } from './tell-numbers.js';

const one = Finess.parse('990000010');

const lines = async (beginning: string): Promise<readonly string[]> =>
  (await metrics.metrics()).split('\n').filter((line) => line.startsWith(beginning));

describe('what control tells as numbers', () => {
  beforeEach(() => metrics.resetMetrics());

  it('counts the sentences of one code about one thing, and forgets them when they are said no more', async () => {
    const drift: Problem = { code: 'postgres.drift', state: 'wrong', text: '', command: '', replica: 'b' };
    const silent: Problem = {
      code: 'sender.silent',
      state: 'warning',
      text: '',
      command: '',
      establishment: one,
      sender: 'his',
    };
    showProblems([drift, drift, silent], 5_000);
    expect(await lines('reprise_problems{')).toEqual([
      'reprise_problems{code="postgres.drift",state="wrong",establishment="",replica="b",sender=""} 2',
      'reprise_problems{code="sender.silent",state="warning",establishment="990000010",replica="",sender="his"} 1',
    ]);
    showProblems([], 15_000);
    expect(await lines('reprise_problems{')).toEqual([]);
    expect(await lines('reprise_problems_looked')).toEqual(['reprise_problems_looked_timestamp_seconds 15']);
  });

  const following = { timeline: 1, position: '7', lagSeconds: 2.5, lagEvents: 4, trend: null, parked: 1, scrub: null };
  const unknown = { timeline: null, position: null, lagSeconds: null, lagEvents: null, trend: null, parked: null };
  const report: EstablishmentReport = {
    establishment: one,
    name: '',
    source: 'live',
    lastRecordedAt: null,
    silentSeconds: 3,
    logEnd: '11',
    lagSeconds: 2.5,
    trend: null,
    parked: 1,
    sealAgeSeconds: null,
    rtoSeconds: 60,
    rtoBasis: 'assumed',
    lastProvenRestore: { restoreId: 'r', finishedAt: '2026-11-01T00:00:00Z' },
    replicas: [
      { replica: 'a', state: 'following', reason: '', heardSecondsAgo: 1, ...following },
      { replica: 'b', state: 'unreachable', reason: '', heardSecondsAgo: null, ...unknown, scrub: null },
    ],
    senders: [
      {
        name: 'his',
        incarnation: 1,
        source: 'live',
        silentSeconds: 3,
        silentAfterSeconds: 300,
        missing: null,
        alarms: null,
        isIncarnationProposed: false,
      },
    ],
  };

  it('tells the tables of status, and of what is not known nothing', async () => {
    showStatus([report]);
    expect(await lines('reprise_log_events')).toEqual(['reprise_log_events{establishment="990000010"} 12']);
    expect(await lines('reprise_restore_proven')).toEqual([
      `reprise_restore_proven_timestamp_seconds{establishment="990000010"} ${Date.UTC(2026, 10, 1) / 1000}`,
    ]);
    expect(await lines('reprise_replica_lag_seconds')).toEqual([
      'reprise_replica_lag_seconds{replica="a",establishment="990000010"} 2.5',
    ]);
    expect(await lines('reprise_replica_following')).toEqual([
      'reprise_replica_following{replica="a",establishment="990000010"} 1',
      'reprise_replica_following{replica="b",establishment="990000010"} 0',
    ]);
    expect(await lines('reprise_sender_missing')).toEqual([]);
    expect(await lines('reprise_sender_silent_after')).toEqual([
      'reprise_sender_silent_after_seconds{establishment="990000010",sender="his"} 300',
    ]);
  });

  it('counts restores that are open, and those whose replicas built two states of one log', async () => {
    const build = (replica: string, stateDigest: string): BuildOfReplica => ({
      establishment: one,
      replica,
      state: 'built',
      phase: 'done',
      eventsDone: 3,
      eventsTotal: 5,
      eventTimeReached: '',
      stateDigest,
      failure: '',
    });
    const restore = (state: RestoreReport['state'], builds: readonly BuildOfReplica[]) =>
      ({ state, builds, eventsDone: 3, eventsTotal: 5 }) as unknown as RestoreReport;
    showRestores([
      restore('running', [build('a', ''), build('b', '')]),
      restore('failed', [build('a', 'x'), build('b', 'y')]),
      restore('promoted', [build('a', 'x'), build('b', 'y')]),
    ]);
    expect(await lines('reprise_restores{')).toEqual([
      'reprise_restores{state="running"} 1',
      'reprise_restores{state="built"} 0',
      'reprise_restores{state="approved"} 0',
      'reprise_restores{state="failed"} 1',
      'reprise_restores{state="differing"} 1',
    ]);
    expect(await lines('reprise_restore_events_left')).toEqual(['reprise_restore_events_left 2']);
  });

  it('tells how many brokers hold a log', async () => {
    showInSync([{ establishment: one, assigned: 3, inSync: 2 }]);
    expect(await lines('reprise_log_in_sync_brokers{')).toEqual([
      'reprise_log_in_sync_brokers{establishment="990000010"} 2',
    ]);
  });

  it('says that settings are wrong until they are right; a log that is away keeps the word that it has', async () => {
    const says = async (failure?: Failure): Promise<readonly string[]> => {
      await toldSettings(async () => {
        if (failure) throw failure;
      })().catch(() => undefined);
      return lines('reprise_log_settings_wrong');
    };
    expect(await says(new Failure('log.settings', 'retention.ms is 1'))).toEqual(['reprise_log_settings_wrong 1']);
    expect(await says(new Failure('log.unreachable', 'away'))).toEqual(['reprise_log_settings_wrong 1']);
    expect(await says()).toEqual(['reprise_log_settings_wrong 0']);
  });
});
