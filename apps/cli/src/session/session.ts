import type { Output } from '../output/output-form.js';
import type { Say } from '../words/words.js';
import type { View } from '../output/view.js';
import type { ControlApi } from './control-api.js';
import type { Flags } from './flags.js';
import type { Json } from './json.js';
import type { Terminal } from './terminal.js';

/** One call of one verb: what was asked, and how to ask control, show data, say words. */
export interface Session {
  /** Empty where the verb takes none or it was left out. */
  readonly argument: string;
  /** Each one by itself, where a verb takes many. */
  readonly arguments: readonly string[];
  readonly flags: Flags;
  readonly output: Output;
  readonly api: ControlApi;
  /** The same for verbs that a sender may call about its own messages. */
  readonly apiOfSenders: ControlApi;
  readonly say: Say;
  readonly terminal: Terminal;
  /** Data, to standard output. */
  readonly show: (answer: Json, view: View) => void;
  /** Words, to standard error. */
  readonly tell: (sentence: string) => void;
  /** What to do next: only where a person reads a table. */
  readonly suggest: (sentence: string) => void;
  /** Asks on a terminal, needs `--yes` elsewhere; throws where the answer is no. */
  readonly confirm: (verb: string, question: string) => Promise<void>;
  /** What is said when the call is interrupted from here on. */
  readonly whenInterrupted: (sentence: string) => void;
}

/** The exit code. */
export type RunVerb = (session: Session) => Promise<number>;
