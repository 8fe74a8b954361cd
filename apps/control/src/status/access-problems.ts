import { Failure, Instant } from '#domain';
import type { KafkaAccess } from '#kafka';
import { type Directory, type Problem, ProblemSource } from '#usecases';

/**
 * For so long what was found of Kafka's rules is told again, ms: they are looked at every minute, and when somebody asks later than that.
 * @limit Control | how long what was found of Kafka's rules is told again | the rules are looked at anew
 */
export const accessKeptMs = 60_000;

const command = 'reprise doctor';
const remedy = 'run the job that grants (apps/grant), and find out who changed them: nobody else should be able to';

/** Rules by which Kafka lets processes at the logs, where they are not those of the table. */
export class AccessProblems extends ProblemSource {
  override readonly name = 'rules of Kafka';
  private kept: { readonly at: Instant; readonly problems: readonly Problem[] } | undefined;

  constructor(private readonly access: Pick<KafkaAccess, 'wrong'>) {
    super();
  }

  override async look(directory: Directory, now: Instant): Promise<readonly Problem[]> {
    if (this.kept && now >= this.kept.at && now - this.kept.at < accessKeptMs) return this.kept.problems;
    const problems = await this.find(directory);
    this.kept = { at: now, problems };
    return problems;
  }

  private async find(directory: Directory): Promise<readonly Problem[]> {
    try {
      return (await this.access.wrong([...directory.establishments.keys()])).map((text) => wrong(`Kafka: ${text}`));
    } catch (error) {
      // That the log is away is another source's to tell.
      if (Failure.is(error, 'log.unreachable')) return [];
      if (Failure.is(error, 'log.settings')) return [{ ...wrong(error.message), remedy: error.hint }];
      throw error;
    }
  }
}

const wrong = (text: string): Problem => ({ code: 'access.wrong', state: 'wrong', text, command, remedy });
