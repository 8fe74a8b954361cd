/**
 * Ends the process with this reason, by way of what nobody catches (`runApp`: exit 1). For what a process cannot go on without: whoever restarts it
 * is better than one that is up and deaf.
 */
export const endProcess = (reason: unknown): void => {
  setImmediate(() => {
    throw reason;
  });
};
