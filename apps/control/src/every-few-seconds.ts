import type { LogName, ProcessLog } from '#platform';

/** Does the work again and again, never twice at a time. What fails is said when it begins to fail, not every time. */
export const everyFewSeconds = (
  everyMs: number,
  work: () => Promise<void>,
  log: ProcessLog,
  name: LogName,
): { stop(): Promise<void> } => {
  let failing = false;
  let stopped = false;
  let running = Promise.resolve();
  let timer: NodeJS.Timeout;
  const once = async (): Promise<void> => {
    try {
      await work();
      failing = false;
    } catch (error) {
      if (!failing) log.fault(name, error);
      failing = true;
    }
    if (!stopped) schedule();
  };
  const schedule = (): void => {
    timer = setTimeout(() => {
      running = once();
    }, everyMs);
  };
  schedule();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
};
