import { setTimeout as pause } from 'node:timers/promises';
import { launchApp, type Running } from '../../apps/local/src/launch-app.js';
import type { AppProcess } from '../../apps/local/src/processes.js';

const readyMsMax = 60_000;

/** One app as the local system starts it, in a folder of its own for its log; resolves when it is ready. */
export const startApp = async (folder: string, app: AppProcess): Promise<Running> => {
  const running = launchApp(folder, app);
  let hasEnded = false;
  void running.exited.then(() => {
    hasEnded = true;
  });
  for (const startedAtMs = Date.now(); !(await running.isReady()); await pause(50)) {
    if (!hasEnded && Date.now() - startedAtMs < readyMsMax) continue;
    await running.kill();
    throw new Error(`${app.name} is not ready:\n${running.lastWords()}`);
  }
  return running;
};
