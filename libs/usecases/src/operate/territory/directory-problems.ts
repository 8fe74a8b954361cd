import type { Failure, Instant } from '#domain';
import type { Directory, RefusedEntry } from '../../directory/directory.js';
import { type Problem, ProblemSource } from './problem.js';

/**
 * Of the entries that were refused: the newest so many are named one by one, the others are counted.
 * @limit Control | refused entries of the directory that `status` names | the others are counted
 */
export const refusalsNamedMax = 5;
/** So long, days of log time, a refused entry is `wrong`; it stands for ever, and is a warning from then on: newer things must be seen. */
export const refusalWrongDays = 7;

const dayMs = 86_400_000;
const command = 'reprise doctor';

/** A sender whose file says what the directory does not take. */
export interface RefusedSender {
  readonly sender: string;
  readonly why: Failure;
}

/** What the directory has refused, and senders whose files it refused at the start of this process. */
export class DirectoryProblems extends ProblemSource {
  override readonly name = 'refused entries of the directory';

  constructor(private readonly refusedSenders: readonly RefusedSender[] = []) {
    super();
  }

  override async look({ refusals, refusedCount }: Directory, now: Instant): Promise<readonly Problem[]> {
    const named = refusals.slice(-refusalsNamedMax).toReversed();
    const others = refusedCount - named.length;
    const entries = named.map((entry) => problemOf(entry, now));
    const more = {
      code: 'directory.refused',
      state: 'warning',
      text: `entries of the directory log that were refused before these: ${others}`,
      command,
    } as const;
    const senders = this.refusedSenders.map(
      ({ sender, why }): Problem => ({
        code: 'sender.refused',
        state: 'wrong',
        text: `${why.message}: ${why.hint}`,
        command: `reprise sender show ${sender}`,
        sender,
      }),
    );
    return [...senders, ...entries, ...(others > 0 ? [more] : [])];
  }
}

const problemOf = ({ position, at, kind, reason }: RefusedEntry, now: Instant): Problem => ({
  code: 'directory.refused',
  state: now - at > refusalWrongDays * dayMs ? 'warning' : 'wrong',
  text: `entry ${position} of the directory log (${kind}) was refused: ${reason}`,
  command,
});
