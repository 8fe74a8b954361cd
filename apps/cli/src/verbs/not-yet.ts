import { CliFailure } from '../session/cli-failure.js';
import { exitCodes } from '../session/exit-codes.js';
import type { RunVerb } from '../session/session.js';

/** A verb of the contract that this version does not have: said, and never passed for done. */
export const notYet =
  (verb: string): RunVerb =>
  async ({ say }) => {
    throw new CliFailure(exitCodes.refused, say('not-yet', { verb: `reprise ${verb}` }));
  };
