import { readFileSync } from 'node:fs';
import type { Say } from '../words/words.js';
import { CliFailure } from './cli-failure.js';
import { exitCodes } from './exit-codes.js';

/** A file that the operator named. Throws with exit code 2. */
export const readNamedFile = (file: string, say: Say): Buffer => {
  try {
    return readFileSync(file);
  } catch {
    throw new CliFailure(exitCodes.usage, say('file.unreadable', { file }), say('file.unreadable-hint'));
  }
};
