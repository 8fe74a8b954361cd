import { join } from 'node:path';
import { Failure, type FailureCode } from '#domain';
import { demoTerritory } from './demo-territory.js';
import { folderOf, projectFolder } from './data-folder.js';
import { parseFlags, usage } from './flags.js';
import { idleSettings } from './idle-settings.js';
import { LocalSystem } from './local-system.js';
import { planPorts } from './port-plan.js';
import { welcome } from './welcome.js';

const startedAtMs = Date.now();
const seconds = (): string => ((Date.now() - startedAtMs) / 1000).toFixed(1);
const say = (line: string): void => console.log(`${seconds().padStart(6)} s  ${line}`);

/** Contract, section 6. */
const exitCodes: Partial<Record<FailureCode, number>> = { 'input.invalid': 2, busy: 5, 'refused-by-policy': 6 };

/** What the system says of a path says all that there is to say. */
const isOfFile = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'path' in error && typeof error.path === 'string';

const complain = (error: unknown, hasBegun = false): number => {
  if (isOfFile(error)) {
    console.error(
      `${error.message}\n  -> name a folder that is there and may be written to (REPRISE_DATA_DIR, --ready-file, TMPDIR)`,
    );
    return 1;
  }
  if (!Failure.is(error)) {
    console.error(error);
    return 1;
  }
  console.error(`${error.message}${error.hint === '' ? '' : `\n  -> ${error.hint}`}`);
  return hasBegun && error.code !== 'busy' ? 1 : (exitCodes[error.code] ?? 1);
};

/** npm and the terminal both pass a Ctrl-C on: two within this time are one. */
const sameSignalMs = 400;

const run = async (): Promise<void> => {
  const flags = parseFlags(process.argv.slice(2));
  if (flags.help) return console.log(usage);
  for (const sentence of idleSettings(flags, process.env)) say(sentence);
  const ports = planPorts(flags.portBase, process.env);
  const system = new LocalSystem(flags, ports, folderOf(flags, process.env), say);
  let stoppingSinceMs: number | undefined;
  const end = (why: string, code: number): void => {
    if (stoppingSinceMs !== undefined) {
      if (Date.now() - stoppingSinceMs < sameSignalMs) return;
      system.killAll();
      process.exit(130);
    }
    stoppingSinceMs = Date.now();
    say(`${why}: stopping (again = at once)`);
    void system.stop().then(() => {
      say('stopped, nothing is left running');
      process.exit(code);
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(signal, 0));
  process.on('disconnect', () => end('the starter is gone', 1));
  // A terminal that closes must not keep us from stopping the rest.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    say(`starting in ${system.folder}`);
    const { ready, credentials } = await system.start();
    const isDefault = system.folder === join(projectFolder, '.reprise');
    const options = { seconds: seconds(), isDefault, quietFeed: flags.quietFeed };
    console.log(welcome(ready, credentials, demoTerritory, options));
  } catch (error) {
    // What was stopped while it started complains of that.
    if (stoppingSinceMs !== undefined) return;
    stoppingSinceMs = Date.now();
    const code = complain(error, system.hasBegun);
    await system.stop();
    process.exit(code);
  }
};

await run().catch((error: unknown) => process.exit(complain(error)));
