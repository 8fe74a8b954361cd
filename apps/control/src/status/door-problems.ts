import { type Problem, ProblemSource } from '#usecases';

/** A process that senders or readers talk to. */
export interface Door {
  readonly kind: 'gateway' | 'reader';
  readonly name: string;
  readonly url: string;
}

/** @limit Control | how long a gateway or a reader is waited for | `status`: it does not answer, exit 75 */
const doorMsMax = 1_500;

const lost = {
  gateway: 'nothing that is sent to it is captured',
  reader: 'who reads there is cut off',
} as const;

/** Gateways and readers that do not answer, or say that they are not ready: what is asked first is whether the source is dead, or are we. */
export class DoorProblems extends ProblemSource {
  override readonly name = 'gateways and readers';

  constructor(private readonly doors: readonly Door[]) {
    super();
  }

  override async look(): Promise<readonly Problem[]> {
    return (await Promise.all(this.doors.map(problemsOf))).flat();
  }
}

const problemsOf = async ({ kind, name, url }: Door): Promise<readonly Problem[]> => {
  const command = 'reprise doctor';
  const ready = `${url.replace(/\/+$/, '')}/readyz`;
  try {
    const answer = await fetch(ready, { signal: AbortSignal.timeout(doorMsMax), redirect: 'error' });
    await answer.body?.cancel();
    if (answer.ok) return [];
    const text = `${kind} ${name} is not ready: it answers ${answer.status}`;
    return [{ code: `${kind}.unready`, state: 'warning', text, command, remedy: `ask ${ready} why` }];
  } catch {
    const text = `${kind} ${name} does not answer: ${lost[kind]}`;
    const remedy = `look whether it runs, and at its log; ${ready} is where control asked`;
    return [{ code: `${kind}.unreachable`, state: 'wrong', text, command, remedy }];
  }
};
