import type { ColumnName, WordKey } from '../words/word-key.js';
import type { Json } from '../session/json.js';

/**
 * How a table shows a value (`word`: one of the data's words, `sentence`: one of control's, `position`: in a log); csv and JSON
 * have it as it came.
 */
export type Kind = 'text' | 'word' | 'sentence' | 'position' | 'seconds' | 'number' | 'time';

export interface Column {
  readonly name: ColumnName;
  readonly of: (row: Json) => Json | undefined;
  readonly kind: Kind;
}

/** How an answer is shown: as a list of rows, or the facts of one thing. */
export interface View {
  readonly layout: 'list' | 'facts';
  /** The rows; of facts the one thing. jsonl prints one of them a line. */
  readonly rows: (answer: Json) => readonly Json[];
  readonly columns: readonly Column[];
  /** Said on standard error where there are no rows. */
  readonly empty: WordKey;
  /** What a table shows below; other forms print the rows alone. */
  readonly below?: readonly View[];
}
