import type { Say } from '../words/words.js';
import { CliFailure } from './cli-failure.js';
import { exitCodes } from './exit-codes.js';
import type { Terminal } from './terminal.js';

interface Asked {
  readonly terminal: Terminal;
  readonly say: Say;
  /** `--yes` was given. */
  readonly yes: boolean;
}

/** Throws unless the answer is yes; what `--yes` answers is said as well. Where nobody can answer, `--yes` is named (exit code 2). */
export const confirm = async ({ terminal, say, yes }: Asked, verb: string, question: string): Promise<void> => {
  if (yes) {
    terminal.stderr.write(`${say('confirm.by-flag', { question })}\n`);
    return;
  }
  if (!terminal.answers)
    throw new CliFailure(exitCodes.usage, say('confirm.needs-yes', { verb }), say('confirm.needs-yes-hint'));
  const answer = await terminal.ask(`${question} ${say('confirm.choices')} `);
  if (!answer.trim().toLowerCase().startsWith(say('confirm.yes')))
    throw new CliFailure(exitCodes.failure, say('confirm.declined'));
};
