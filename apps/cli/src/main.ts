import { setTimeout as wait } from 'node:timers/promises';
import { runCli } from './run-cli.js';
import { exitCodes } from './session/exit-codes.js';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    // The second time means now.
    if (stop.signal.aborted) process.exit(exitCodes[signal]);
    stop.abort(signal);
  });
// `reprise messages | head`: who reads has seen enough.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.failure),
  );

const ask = async (question: string): Promise<string> => {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // In raw mode Ctrl-C is a key, and no signal.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await lines.question(question, { signal: stop.signal });
  } finally {
    lines.close();
  }
};

process.exitCode = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  answers: process.stdin.isTTY === true && process.stderr.isTTY === true,
  ask,
  interrupted: stop.signal,
  pause: (ms) => wait(ms, undefined, { signal: stop.signal }),
  nowMs: () => Date.now(),
});
