import { Failure, type Finess, Instant, Position } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type { JournalReach, ReplicaStatus, SenderMinute } from '../../ports/replica-status.js';
import { firstThatAnswers } from '../messages/list-messages.js';
import { summaryAround } from '../messages/messages-command.js';
import { summaryRowsMax } from '../messages/summarize-messages.js';
import { rewrittenMax } from '../senders/find-spikes.js';
import { mostIn, rewrittenFloor, type Spike, spikesIn, type SpikeKind, spikeWindowMs } from '../senders/spikes-in.js';
import { within } from '../territory/within.js';
import { markAt } from './event-mark.js';
import type { RestorePlan } from './restore-plan.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** So far to either side of the cut a run is looked for, ms. */
const aroundMs = hourMs;
/** What it is measured against, ms before that. */
const pastMs = 24 * hourMs;
/**
 * Records removed in ten minutes around a cut: fewer are never a run. Less than what `status` tells of: a plan can be made again.
 * @limit Control | records removed around a cut that a plan does not warn of | beyond, they are held against the sender's past
 */
export const runFloor = 10;
/** A plan does not wait longer for its warnings, ms: that they are not known is then one of them. */
const answerMs = 5_000;

/** What an operator should look at before the plan is run. */
export interface PlanWarning {
  readonly code: 'cut.within-removals' | 'cut.within-rewrites' | 'cut.unread';
  readonly establishment: Finess;
  /** Of `cut.unread` there is none. */
  readonly sender: string | null;
  /** One sentence. */
  readonly text: string;
  readonly command: string;
}

/** A cut, by the events on either side of it. */
interface Cut {
  readonly establishment: Finess;
  readonly lastIn: Instant;
  readonly firstOut: Instant;
  /** Exclusive end of what is surely inside: events of one batch share a stamp, and count as outside where the cut divides them. */
  readonly insideUntil: Instant;
}

interface Run extends Spike {
  /** Records up to the cut, and behind it. */
  readonly inside: number;
  readonly outside: number;
}

/** Does the cut of a plan lie within a run of one sender's removals or rewrites? Then half of it would be restored. */
export class WarnOfRun {
  constructor(
    private readonly replicas: readonly ReplicaStatus[],
    private readonly log: EstablishmentLog,
  ) {}

  async look(plan: RestorePlan, directory: Directory, now: Instant): Promise<readonly PlanWarning[]> {
    const each = plan.targets.map(async ({ establishment, timeline }) => {
      const cut = 'parent' in timeline ? await this.cutAt(establishment, timeline.cut) : undefined;
      if (!cut) return [];
      const runs = await within<readonly Run[] | 'unread'>(answerMs, this.orUnread(cut), () => 'unread');
      if (runs === 'unread') return [unread(establishment)];
      return runs
        .filter(({ sender }) => !plan.request.exclusions.senders.includes(sender))
        .map((run) => warningOf(run, { directory, establishment, now }));
    });
    return (await Promise.all(each)).flat();
  }

  /** Undefined where nothing lies on one of its sides. */
  private async cutAt(establishment: Finess, cut: Position): Promise<Cut | undefined> {
    const range = await this.log.range(establishment);
    const lastIn = await markAt(this.log, establishment, cut, range);
    const firstOut = await markAt(this.log, establishment, Position.of(cut + 1), range);
    if (!lastIn || !firstOut) return undefined;
    const [last, first] = [Instant.parse(lastIn.recordedAt), Instant.parse(firstOut.recordedAt)];
    return { establishment, lastIn: last, firstOut: first, insideUntil: Instant.of(Math.min(last + 1, first)) };
  }

  private async orUnread(cut: Cut): Promise<readonly Run[] | 'unread'> {
    try {
      return await this.runsAt(cut);
    } catch (error) {
      if (Failure.is(error)) return 'unread';
      throw error;
    }
  }

  private runsAt(cut: Cut): Promise<readonly Run[]> {
    return firstThatAnswers(this.replicas, async (replica) => {
      const reach = await replica.reach(cut.establishment);
      if (reach?.first === undefined) return [];
      const [from, to] = [Instant.of(cut.lastIn - aroundMs), Instant.of(cut.firstOut + aroundMs)];
      const minutes = await replica.activity(reach.generation, from, to);
      const past = await pastBefore(replica, reach, from);
      const removals = around(cut, runsIn(minutes, past, { kind: 'removed', floor: runFloor })).map((spike) =>
        removalsOf(replica, cut, spike),
      );
      // A feed that has just begun writes nothing but what is new to it.
      const isOld = reach.first < from - pastMs;
      const rewrites = isOld ? around(cut, runsIn(minutes, past, { kind: 'written', floor: rewrittenFloor })) : [];
      const found = await Promise.all([
        ...removals,
        ...rewrites.map((spike) => rewritesOf(replica, reach, cut, spike)),
      ]);
      return found.filter(
        ({ kind, inside, outside }) =>
          inside > 0 && outside > 0 && (kind === 'removed' || inside + outside >= rewrittenFloor),
      );
    });
  }
}

/** What is told by the same sender after ten minutes of nothing is another run. */
const runsIn = (
  minutes: readonly SenderMinute[],
  past: ReturnType<typeof mostIn>,
  { kind, floor }: { readonly kind: SpikeKind; readonly floor: number },
): readonly Spike[] => {
  const runs: SenderMinute[][] = [];
  const active = minutes.filter((minute) => minute[kind] > 0);
  for (const own of Map.groupBy(active, ({ sender }) => sender).values())
    for (const [at, minute] of own.entries()) {
      const before = own[at - 1];
      if (before && minute.from - before.from <= spikeWindowMs) runs.at(-1)?.push(minute);
      else runs.push([minute]);
    }
  return runs.flatMap((run) => spikesIn(run, past, kind, floor));
};

/** Hour by hour, so that no answer is large. */
const pastBefore = async (
  replica: ReplicaStatus,
  { generation, first = Instant.of(0) }: JournalReach,
  end: Instant,
): Promise<ReturnType<typeof mostIn>> => {
  const minutes: SenderMinute[] = [];
  for (let hour = Math.max(end - pastMs, Math.floor(first / hourMs) * hourMs); hour < end; hour += hourMs)
    minutes.push(...(await replica.activity(generation, Instant.of(hour), Instant.of(Math.min(end, hour + hourMs)))));
  return mostIn(minutes);
};

const around = ({ lastIn, firstOut }: Cut, spikes: readonly Spike[]): readonly Spike[] =>
  spikes.filter(({ since, until }) => since <= lastIn && firstOut < until);

/** The minute in which the cut lies is told apart to the millisecond. */
const removalsOf = async (replica: ReplicaStatus, { establishment, insideUntil, firstOut }: Cut, spike: Spike) => {
  const { sender } = spike;
  const removed = async (since: Instant, until: Instant): Promise<number> => {
    const wishes = { sender, since, until, bucketMs: pastMs, limit: summaryRowsMax };
    const counts = await replica.countMessages(establishment, wishes);
    return counts.reduce((sum, count) => sum + count.removed, 0);
  };
  const [inside, outside] = await Promise.all([removed(spike.since, insideUntil), removed(firstOut, spike.until)]);
  return { ...spike, inside, outside };
};

const rewritesOf = async (
  replica: ReplicaStatus,
  { generation }: JournalReach,
  { insideUntil, firstOut }: Cut,
  spike: Spike,
) => {
  const rewritten = (since: Instant, until: Instant): Promise<number> =>
    replica.rewritten(generation, spike.sender, { since, until, limit: rewrittenMax });
  const [inside, outside] = await Promise.all([rewritten(spike.since, insideUntil), rewritten(firstOut, spike.until)]);
  return { ...spike, inside, outside };
};

const words = {
  removed: { code: 'cut.within-removals', done: 'removed' },
  written: { code: 'cut.within-rewrites', done: 'rewrote' },
} as const satisfies Record<SpikeKind, unknown>;

const warningOf = (
  { kind, sender, since, until, inside, outside, before }: Run,
  { directory, establishment, now }: { directory: Directory; establishment: Finess; now: Instant },
): PlanWarning => ({
  code: words[kind].code,
  establishment,
  sender,
  text: `the cut of ${establishment} lies within a run of ${sender}, which ${words[kind].done} ${inside} records up to it and ${outside} behind it, from ${Instant.iso(since)} to ${Instant.iso(until)}; usual were at most ${before} in ten minutes`,
  command: summaryAround(directory, { establishment, sender, since, until }, now),
});

const unread = (establishment: Finess): PlanWarning => ({
  code: 'cut.unread',
  establishment,
  sender: null,
  text: `whether the cut of ${establishment} lies within a run of removals or rewrites is not known: no replica has told in time`,
  command: `reprise messages --summary --establishment ${establishment}`,
});
