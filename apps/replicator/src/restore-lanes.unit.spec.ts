import { describe, expect, it } from 'vitest';
import { Finess } from '#domain';
import type { ProcessLog } from '#platform';
import { type BuildGeneration, Directory, type FollowRestores, type PendingBuild } from '#usecases';
import { targetTo } from '../../../libs/testing/src/builders/restores.js';
import { RestoreLanes } from './restore-lanes.js';

const finess = Finess.parse('990000010');
const pending = { restore: { restoreId: 'r1' }, target: targetTo(finess, 4) } as PendingBuild;

/** Builds that go on until they are broken off. */
const world = () => {
  const lines: string[] = [];
  const builds: { readonly signal: AbortSignal }[] = [];
  const seen = { owned: true, begun: Promise.withResolvers<void>() };
  const restores = {
    nextBuild: async () => (seen.owned ? pending : undefined),
    settle: async () => false,
    switchTimelines: async () => [],
  } as unknown as FollowRestores;
  const builder = {
    run: async (_id: string, _target: object, signal: AbortSignal) => {
      builds.push({ signal });
      seen.begun.resolve();
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    },
  } as unknown as BuildGeneration;
  const log = {
    info: (name: string) => lines.push(name),
    fault: (name: string) => lines.push(name),
  } as unknown as ProcessLog;
  const lanes = new RestoreLanes(restores, builder, new Directory(), () => seen.owned, log);
  return { lanes, lines, builds, seen };
};

describe('the lanes of restores', () => {
  it('break off the build of what another process has now, which is no failure, and begin it again when it comes back', async () => {
    const { lanes, lines, builds, seen } = world();
    lanes.start();
    await seen.begun.promise;
    lanes.wake();
    expect(builds.map(({ signal }) => signal.aborted)).toEqual([false]);
    seen.owned = false;
    lanes.wake();
    expect(builds.map(({ signal }) => signal.aborted)).toEqual([true]);
    await expect.poll(() => lines).toEqual(['build.started']);
    seen.begun = Promise.withResolvers<void>();
    seen.owned = true;
    lanes.wake();
    await seen.begun.promise;
    expect(lines).toEqual(['build.started', 'build.started']);
    await lanes.close();
    expect(lines).toEqual(['build.started', 'build.started']);
  });
});
