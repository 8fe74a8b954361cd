import { Failure } from '#domain';
import { describe, expect, it } from 'vitest';
import { LogHeartbeat } from './log-heartbeat.js';

describe('the log as whoever asks it sees it', () => {
  let says: Failure | undefined;
  let ms = 0;
  const heartbeat = new LogHeartbeat(() => ms);
  const beat = (): Promise<void> =>
    heartbeat.hear(async () => {
      if (says) throw says;
    });

  it('is away before it has answered, there once it has, away after 12 s of silence, and there again at once', async () => {
    await expect(heartbeat.check()).rejects.toThrow('the log has not answered for 12 s');
    await beat();
    await heartbeat.check();
    says = new Failure('log.unreachable', 'no broker');
    ms = 12_000;
    await expect(beat()).rejects.toBe(says);
    await heartbeat.check();
    ms = 12_001;
    await expect(heartbeat.check()).rejects.toMatchObject({ code: 'log.unreachable' });
    says = undefined;
    await beat();
    await heartbeat.check();
  });

  it('answers also where a setting is wrong, which is told', async () => {
    says = new Failure('log.settings', 'retention.ms is 1');
    ms = 30_000;
    await expect(beat()).rejects.toBe(says);
    await heartbeat.check();
  });
});
