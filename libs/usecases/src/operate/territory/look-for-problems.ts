import { Failure, type Instant } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { Problem, ProblemSource } from './problem.js';
import { noAnswer, within } from './within.js';

/**
 * A source that has not answered by then is told as one that could not be looked at: not known is not well.
 * @limit Control | how long a source of problems is waited for | told as not looked at, exit 1
 */
const sourceWithinMs = 2_000;

export type Condition = 'ok' | 'warning' | 'wrong';

export const worstOf = (states: readonly Condition[]): Condition =>
  states.includes('wrong') ? 'wrong' : states.includes('warning') ? 'warning' : 'ok';

export interface Looked {
  /** Of the source. */
  readonly name: string;
  readonly problems: readonly Problem[];
}

const isUnreachable = ({ code }: Problem): boolean => code.endsWith('.unreachable');

const unanswered = (name: string, why: string): Problem => ({
  code: 'source.unanswered',
  state: 'wrong',
  text: `${name}: could not be looked at: ${why}`,
  command: 'reprise doctor',
});

/** Everything that operators have to know of, from all sources at one time. */
export class LookForProblems {
  /** Sources that could not be looked at the last time. */
  private readonly failing = new Set<string>();

  /** `onFault`: a source that begins to fail, for the log of the process; not each time that it is asked again. */
  constructor(
    private readonly sources: readonly ProblemSource[],
    private readonly onFault: (source: string, error: unknown) => void = () => undefined,
  ) {}

  /** What is wrong comes first. */
  async look(directory: Directory, now: Instant): Promise<readonly Problem[]> {
    const problems = (await this.bySource(directory, now)).flatMap((looked) => looked.problems);
    return problems.toSorted((a, b) => Number(b.state === 'wrong') - Number(a.state === 'wrong'));
  }

  async bySource(directory: Directory, now: Instant): Promise<readonly Looked[]> {
    const looked = await Promise.all(this.sources.map((source) => this.one(source, directory, now)));
    // Where the log or a replica is away, that is what is said; what others could not see for it is no news.
    const away = looked.some(({ problems }) => problems.some(isUnreachable));
    return looked.map(({ name, problems, isAway }) => ({ name, problems: away && isAway ? [] : problems }));
  }

  private async one(
    source: ProblemSource,
    directory: Directory,
    now: Instant,
  ): Promise<Looked & { readonly isAway: boolean }> {
    const { name } = source;
    try {
      const late = (): readonly Problem[] => {
        throw noAnswer('log.unreachable', sourceWithinMs);
      };
      const problems = await within(sourceWithinMs, source.look(directory, now), late);
      this.failing.delete(name);
      return { name, problems, isAway: false };
    } catch (error) {
      if (!this.failing.has(name)) this.onFault(name, error);
      this.failing.add(name);
      const isAway = Failure.is(error, 'log.unreachable') || Failure.is(error, 'replica.unreachable');
      return { name, problems: [unanswered(name, Failure.is(error) ? error.message : 'an error')], isAway };
    }
  }
}
