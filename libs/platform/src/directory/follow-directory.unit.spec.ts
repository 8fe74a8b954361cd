import { describe, expect, it } from 'vitest';
import { Failure, Finess, Instant, Position } from '#domain';
import type { DirectoryEvent } from '#usecases';
import { aRequest, declaredEstablishment, targetTo } from '../../../testing/src/builders/restores.js';
import { MemoryDirectoryLog } from '../../../testing/src/memory-directory-log.js';
import { MemoryKeys } from '../../../testing/src/memory-keys.js';
import { metrics } from '../health/health.js';
import { ProcessLog } from '../logging/process-log.js';
import { followDirectory } from './follow-directory.js';

const finess = Finess.parse('750712184');
const request = aRequest('r1', [targetTo(finess, 4)]);
const forged = { ...request, restoreId: 'DUPONT', targets: undefined } as unknown as DirectoryEvent;
const ofTomorrow = { ...request, v: 2 } as unknown as DirectoryEvent;

const aFollower = () => {
  const log = new MemoryDirectoryLog(() => Instant.of(0));
  const lines: Record<string, unknown>[] = [];
  const processLog = new ProcessLog('test', { write: (line: string) => lines.push(JSON.parse(line) as never) });
  const stopped: Failure[] = [];
  let news = 0;
  const follow = () =>
    followDirectory(log, processLog, {
      keys: new MemoryKeys(),
      onEntry: async () => void (news += 1),
      onStopped: (reason) => stopped.push(reason),
    });
  return { log, lines, stopped, follow, news: () => news };
};

const refusedOfMetrics = async (): Promise<number> => {
  const metric = await metrics.getSingleMetric('reprise_directory_refused_total')?.get();
  return (metric?.values ?? []).reduce((sum, { value }) => sum + value, 0);
};

describe('a follower of the directory', () => {
  it('starts on a log with refused entries, tells each once by place and rule, and goes on', async () => {
    const { log, lines, follow, news, stopped } = aFollower();
    const before = await refusedOfMetrics();
    for (const event of [declaredEstablishment(finess), forged, request]) await log.append(event);
    const followed = await follow();
    expect(followed.directory.restores.get('r1')?.state).toBe('requested');
    expect(lines).toMatchObject([
      { name: 'directory.refused', level: 'error', position: 1, text: 'restore-requested: targets: it is missing' },
    ]);
    await log.append(forged);
    await log.append(declaredEstablishment(finess));
    await expect.poll(news).toBe(2);
    expect(lines.map(({ position }) => position)).toEqual([1, 3]);
    expect(JSON.stringify(lines)).not.toContain('DUPONT');
    expect(await refusedOfMetrics()).toBe(before + 2);
    await followed.check();
    await followed.close();
    expect(stopped).toEqual([]);
  });

  it('does not start behind an entry that is too new', async () => {
    const { log, follow, stopped } = aFollower();
    await log.append(ofTomorrow);
    await expect(follow()).rejects.toMatchObject({ code: 'log.too-new' });
    expect(stopped).toEqual([]);
  });

  it('ends its process with the reason where it can follow no more', async () => {
    const { log, lines, follow, stopped } = aFollower();
    await log.append(declaredEstablishment(finess));
    const followed = await follow();
    await log.append(ofTomorrow);
    await expect.poll(() => stopped).toMatchObject([{ code: 'log.too-new' }]);
    await expect(followed.check()).rejects.toMatchObject({ code: 'log.too-new' });
    expect(lines).toMatchObject([{ name: 'directory.stopped', code: 'log.too-new' }]);
    await expect(followed.close()).rejects.toThrow();
  });

  it('follows an empty log', async () => {
    const { log, follow, news } = aFollower();
    const followed = await follow();
    await log.append(declaredEstablishment(finess));
    await expect.poll(news).toBe(1);
    expect(followed.directory.currentTimeline(finess).after).toBe(Position.none);
    await followed.close();
  });
});
