import { Failure } from '#domain';
import { ConfigurationFault, loadConfiguration } from './configuration/load-configuration.js';
import { gatheredLines, type Lines } from './logging/gathered-lines.js';
import { keptSmall } from './logging/log-file.js';
import { type LogFields, ProcessLog } from './logging/process-log.js';

/** What a booted app gives back. */
export interface RunningApp {
  /** Stops taking work, finishes what is in flight, closes. */
  close(): Promise<void>;
  /** Told with the line that says that the app is ready: its ports. */
  readonly ready?: LogFields;
}

/** Who starts us with our output in a file says which (`main.js --log-file F`), and it is kept small; else that is his care. */
const linesOf = (argv: readonly string[]): Lines => {
  const flag = argv.indexOf('--log-file');
  const path = flag < 0 ? undefined : argv[flag + 1];
  return gatheredLines(1, path === undefined ? undefined : keptSmall(1, path));
};

/** @limit All processes | how long a process takes to end | it ends all the same */
const drainMsMax = 8_000;

/**
 * The life of a process. Settings first (all faults at once, exit 2), then `boot`, then one line `{"name":"<app>.ready",…}`.
 * SIGTERM, SIGINT, or the end of the supervisor's IPC channel drain and exit 0 within 8 s; a second signal exits at once.
 * An error that nobody caught ends the process (exit 1): a bug is not survived.
 */
export const runApp = async <C extends object>(
  name: string,
  Configuration: new () => C,
  boot: (configuration: Readonly<C>, log: ProcessLog) => Promise<RunningApp>,
): Promise<void> => {
  const log = new ProcessLog(name, linesOf(process.argv));
  const die = (error: unknown): never => {
    log.fault(`${name}.died`, error);
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  let stopping = false;
  let running: RunningApp | undefined;
  const stop = (): void => {
    if (stopping || !running) process.exit(stopping ? 130 : 0);
    stopping = true;
    log.info(`${name}.stopping`);
    setTimeout(() => {
      log.warn(`${name}.cut-short`, { ms: drainMsMax });
      process.exit(1);
    }, drainMsMax).unref();
    running.close().then(() => {
      log.info(`${name}.stopped`);
      process.exit(0);
    }, die);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // The local supervisor holds the other end: when it dies, by whatever means, its children stop.
  process.on('disconnect', () => (stopping ? undefined : stop()));
  try {
    running = await boot(loadConfiguration(Configuration), log);
  } catch (error) {
    if (error instanceof ConfigurationFault) {
      for (const fault of error.faults) log.fault(`${name}.misconfigured`, new Failure('input.invalid', fault));
      process.exit(2);
    }
    die(bootFailure(error));
  }
  log.info(`${name}.ready`, running?.ready);
};

/** The faults of starting that an operator can mend, in words. */
const bootFailure = (error: unknown): unknown => {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error)
    return new Failure(
      'busy',
      `port ${String(error.port)} is taken`,
      'stop what listens there, or choose another port',
    );
  return error;
};
