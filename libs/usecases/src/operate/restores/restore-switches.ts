import type { Directory } from '../../directory/directory.js';
import type { Restore } from '../../directory/restore.js';
import type { LiveReport, ReplicaStatus } from '../../ports/replica-status.js';
import { askLive, silenceOf, silentFor } from '../territory/follower-problems.js';

/** What each replica shows its readers now; one that does not answer tells `unreachable`. */
export type ReplicaLives = ReadonlyMap<string, readonly LiveReport[] | 'unreachable'>;

/** Does the replica show what was promoted, or what was gone back to? */
export interface ReplicaSwitch {
  readonly replica: string;
  readonly state: 'switched' | 'pending' | 'unreachable';
  /** A sentence why it does not switch now, where that is known; else empty. */
  readonly reason: string;
}

export const askLives = async (replicas: readonly ReplicaStatus[]): Promise<ReplicaLives> =>
  new Map(await Promise.all(replicas.map(async (replica) => [replica.name, await askLive(replica)] as const)));

/** By replica, a sentence why nothing is built there now; those that are heard are not in it. */
export const silentOf = (lives: ReplicaLives): ReadonlyMap<string, string> =>
  new Map(
    [...lives].flatMap(([replica, live]): (readonly [string, string])[] => {
      const silent = live === 'unreachable' ? undefined : silentFor(live);
      return silent === undefined ? [] : [[replica, silenceOf(replica, silent)]];
    }),
  );

/** Of a restore that was promoted or rolled back: which replicas have come to the timeline that is live by now. Of others nothing. */
export const switchesOf = (
  { state, targets }: Restore,
  directory: Pick<Directory, 'currentTimeline'>,
  lives: ReplicaLives,
): readonly ReplicaSwitch[] => {
  if (state !== 'promoted' && state !== 'rolled-back') return [];
  const silent = silentOf(lives);
  return [...lives].map(([replica, live]): ReplicaSwitch => {
    if (live === 'unreachable')
      return { replica, state: 'unreachable', reason: `replica ${replica}: its database does not answer` };
    const isThere = targets.every(({ establishment }) => {
      const wanted = directory.currentTimeline(establishment).timeline.number;
      return live.some((one) => one.establishment === establishment && one.timeline.number === wanted);
    });
    if (isThere) return { replica, state: 'switched', reason: '' };
    return { replica, state: 'pending', reason: silent.get(replica) ?? '' };
  });
};
