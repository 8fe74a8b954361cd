import { Finess, Instant, Position } from '#domain';
import { metrics } from '#platform';
import { beforeEach, describe, expect, it } from 'vitest';
import { ReplicatorMetrics, showReplicator } from './replicator-metrics.js';

const one = Finess.parse('990000010');

describe('what a replicator tells of itself', () => {
  let nowMs = 10_000;
  let parked: () => Promise<ReadonlyMap<Finess, number>> = async () => new Map([[one, 3]]);
  let numbers: ReplicatorMetrics;

  beforeEach(() => {
    metrics.resetMetrics();
    nowMs = 10_000;
    numbers = new ReplicatorMetrics(
      'a',
      () => Instant.of(nowMs),
      () => parked(),
    );
    showReplicator(numbers);
  });

  const value = async (name: string): Promise<string | undefined> =>
    (await metrics.metrics())
      .split('\n')
      .find((line) => line.startsWith(`reprise_replicator_${name}`))
      ?.split(' ')
      .at(-1);

  it('says where it stands from the beginning, and what it applied, a batch at a time', async () => {
    numbers.begun(one, Position.of(41));
    expect([await value('position'), await value('events_applied_total')]).toEqual(['41', '0']);
    numbers.applied(one, [{ position: Position.of(42) }, { position: Position.of(43) }], 20);
    expect([await value('position'), await value('events_applied_total')]).toEqual(['43', '2']);
    expect(await value('batch_duration_seconds_sum')).toBe('0.02');
  });

  it('is as old as the moment at which it held all that the log held', async () => {
    numbers.begun(one, Position.of(0));
    nowMs = 15_000;
    expect(await value('lag_seconds')).toBe('5');
    numbers.level(one, Instant.of(14_000));
    expect(await value('lag_seconds')).toBe('1');
    // Taken up anew after a fault it is no younger than it was.
    numbers.begun(one, Position.of(0));
    expect(await value('lag_seconds')).toBe('1');
  });

  it('says nothing any more of an establishment that another process follows now', async () => {
    numbers.begun(one, Position.of(0));
    numbers.lost(one);
    numbers.level(one, Instant.of(14_000));
    expect([await value('position'), await value('lag_seconds')]).toEqual([undefined, undefined]);
  });

  it('counts an establishment that it no longer follows once', async () => {
    expect(await value('halted_establishments')).toBe('0');
    numbers.halted(one);
    numbers.halted(one);
    expect(await value('halted_establishments')).toBe('1');
  });

  it('says when it was last heard, and nothing of what waits where its database does not answer', async () => {
    numbers.beaten();
    expect(await value('heartbeat_timestamp_seconds')).toBe('10');
    expect(await value('parked_events')).toBe('3');
    parked = () => Promise.reject(new Error('away'));
    expect(await value('parked_events')).toBeUndefined();
  });
});
