import type { Format } from './mutate.js';

/** What is fuzzed. */
export interface Target {
  readonly format: Format;
  /** Inputs of our own, of fictitious people, to begin with. */
  readonly seeds: readonly Buffer[];
  /** Addresses of the scripts whose coverage leads. */
  readonly code: RegExp;
  /** Throws what is a finding. A refusal is none. */
  run(input: Buffer): Promise<void>;
}
