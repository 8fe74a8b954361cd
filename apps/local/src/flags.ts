import { Failure } from '#domain';
import { faultOf, type Flags, readFlags } from '../flags.mjs';

export { type Flags, usage } from '../flags.mjs';

/** Throws `input.invalid` with a sentence. */
export const parseFlags = (args: readonly string[]): Flags => {
  try {
    return readFlags(args);
  } catch (error) {
    throw new Failure('input.invalid', faultOf(error), 'npm start -- --help', { cause: error });
  }
};
