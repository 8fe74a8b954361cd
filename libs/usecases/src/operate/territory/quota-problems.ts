import { Failure } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { HeldBack, SenderQuotas } from '../../ports/sender-quotas.js';
import { type Problem, ProblemSource } from './problem.js';
import { answerWithinMs, noAnswer, within } from './within.js';

/**
 * Of the senders that are held back: so many are named one by one, who waits longest first.
 * @limit Control | senders held back by their quota that `status` names | the others are counted
 */
export const heldBackNamedMax = 20;

/** Senders that gateways hold back because of what they have sent within the hour. One question to a gateway, however many senders. */
export class QuotaProblems extends ProblemSource {
  override readonly name = 'quotas of senders';

  constructor(private readonly quotas: readonly SenderQuotas[]) {
    super();
  }

  override async look({ senders }: Directory): Promise<readonly Problem[]> {
    const asked = await Promise.all(this.quotas.map(askGateway));
    const unanswered = asked.filter((answer) => typeof answer === 'string').map(notKnown);
    const seconds = new Map<string, number>();
    for (const { sender, roomInSeconds } of asked.flatMap((answer) => (typeof answer === 'string' ? [] : answer)))
      seconds.set(sender, Math.max(roomInSeconds, seconds.get(sender) ?? 0));
    const longest = [...seconds].toSorted(([, a], [, b]) => b - a);
    const named = longest
      .slice(0, heldBackNamedMax)
      .map(([sender, roomIn]) => problemOf(sender, senders.get(sender)?.finess, roomIn));
    const others = longest.length - named.length;
    return [...unanswered, ...named, ...(others > 0 ? [moreOf(others)] : [])];
  }
}

/** Its name where it does not say. */
const askGateway = async (quotas: SenderQuotas): Promise<readonly HeldBack[] | string> => {
  const late = (): never => {
    throw noAnswer('log.unreachable', answerWithinMs);
  };
  try {
    return await within(answerWithinMs, quotas.heldBack(), late);
  } catch (error) {
    if (Failure.is(error)) return quotas.gateway;
    throw error;
  }
};

const code = 'sender.over-quota';
const remedy =
  'nothing is lost: it sends again by itself; an import that has to go on: raise REPRISE_SENDER_MEGABYTES_AN_HOUR; else ask who runs the sender why it sends so much';

const problemOf = (sender: string, establishment: Problem['establishment'], roomInSeconds: number): Problem => ({
  code,
  state: 'warning',
  text: `sender ${sender} is held back by its quota of an hour: what it sends is not taken now, there is room again in ${roomInSeconds} s`,
  command: `reprise messages --sender ${sender} --since '1h ago' --summary`,
  remedy,
  ...(establishment !== undefined && { establishment }),
  sender,
});

const moreOf = (count: number): Problem => ({
  code,
  state: 'warning',
  text: `senders that are held back by their quota of an hour besides these: ${count}`,
  command: "reprise messages --since '1h ago' --summary",
  remedy,
});

const notKnown = (gateway: string): Problem => ({
  code: 'gateway.unanswered',
  state: 'warning',
  text: `gateway ${gateway} does not give its numbers: which senders it holds back by their quota is not known`,
  command: 'reprise doctor',
  remedy: 'look whether it runs, and whether control reaches its /metrics (REPRISE_GATEWAYS, REPRISE_METRICS_PORT)',
});
