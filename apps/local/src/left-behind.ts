import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Failure } from '#domain';
import { clusterOf, isRunning, removeLeftPlaces, stopOrphan } from '#testing';
import { assertOurs, isEphemeral, removeFolder } from './data-folder.js';
import { type Holder, holderOf, lock, type SystemHere, unlock } from './folder-lock.js';
import { stopOrphanedApps } from './launch-app.js';
import { removeLeftReadyFile } from './ready-file.js';

/** Folders of the servers in a data folder. */
const serverNames = ['kafka', 'postgres-a', 'postgres-b'] as const;
export type ServerName = (typeof serverNames)[number];

type Say = (line: string) => void;

const stopServer = async (folder: string, name: string, say: Say): Promise<void> => {
  const own = resolve(folder, name);
  const [served, signal] = name === 'kafka' ? ([own, 'SIGTERM'] as const) : ([clusterOf(own), 'SIGINT'] as const);
  if (await stopOrphan(join(own, 'server.pid'), served, signal))
    say(`stopped the ${name} that a killed run had left in ${folder}`);
};

/** What a run that was killed had started and written elsewhere; its data stay. */
export const clearAfter = async (folder: string, former: Holder | undefined, say: Say): Promise<void> => {
  const stopping = [stopOrphanedApps(folder), ...serverNames.map((name) => stopServer(folder, name, say))];
  // Somebody lives there: that is no orphan, and in our way only if it has our ports.
  for (const outcome of await Promise.allSettled(stopping))
    if (outcome.status === 'rejected' && !Failure.is(outcome.reason, 'busy')) throw outcome.reason;
  if (former?.readyFile !== undefined) removeLeftReadyFile(former.readyFile, folder, former.pid);
};

const wasKilled = (folder: string): boolean => {
  const holder = holderOf(folder);
  return holder !== undefined && !isRunning(holder);
};

const clear = async (folder: string, { control, project }: SystemHere, say: Say): Promise<void> => {
  try {
    assertOurs(folder);
    // If we are killed in turn, the next one still knows of it.
    const readyFile = holderOf(folder)?.readyFile;
    const former = lock(folder, { control, project, ...(readyFile !== undefined && { readyFile }), clearing: true });
    await clearAfter(folder, former, say);
  } catch (error) {
    // Another user's, or somebody was faster.
    if (Failure.is(error) || !existsSync(folder)) return;
    throw error;
  }
  if (!isEphemeral(folder)) return unlock(folder);
  removeFolder(folder);
  say(`removed ${folder}, which a killed run had left`);
};

/**
 * What killed runs left in other folders than ours: processes, ready files, and whole ephemeral folders. Whatever is alive, or anybody else's,
 * stays as it is.
 */
export const clearLeftBehind = async (folders: Iterable<string>, system: SystemHere, say: Say): Promise<void> => {
  await Promise.all([...folders].filter(wasKilled).map((folder) => clear(folder, system, say)));
  removeLeftPlaces((dataDir) => isEphemeral(dirname(dataDir)) && !existsSync(dirname(dataDir)));
};
