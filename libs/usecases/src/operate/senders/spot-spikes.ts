import { type Finess, Instant } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { JournalReach, ReplicaStatus, SenderMinute } from '../../ports/replica-status.js';
import { firstThatAnswers } from '../messages/list-messages.js';
import { type Problem, ProblemSource } from '../territory/problem.js';
import { within } from '../territory/within.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A spike is looked for in every ten minutes, ms; one that is spread thinner is not seen. */
export const spikeWindowMs = 10 * minuteMs;
/** What is judged, ms: a spike is told for so long after it began, by an hour at most longer. */
export const spikeToldMs = 24 * hourMs;
/** What it is measured against, ms before what is judged: eight days hold every job that comes once a week. */
export const spikePastMs = 8 * 24 * hourMs;
/**
 * Records removed in ten minutes: fewer are never a spike.
 * @limit Control | records removed in ten minutes that are never a spike | beyond, they are held against the sender's past
 */
export const removedFloor = 30;
/**
 * Records rewritten in ten minutes: fewer are never a spike.
 * @limit Control | records rewritten in ten minutes that are never a spike | the same
 */
export const rewrittenFloor = 100;
/** A spike is more than so many times the most of ten minutes in the past. */
export const spikeFactor = 3;
/**
 * Versions that are looked at to tell rewriting from writing something new; beyond, the number told is too low.
 * @limit Control | versions that are looked at to tell rewriting | the number told is too low
 */
export const rewrittenMax = 20_000;
/** What was found is told again without looking for this long, ms. */
export const spikeLookMs = 5_000;

/** The past of a large establishment takes longer to read, once after control has started: that is said, and reading goes on, ms. */
const answerMs = 1_500;

type Kind = 'removed' | 'written';

/** Of one sender: what came in the judged day, and the most that came in ten minutes before it. */
export interface SenderPast {
  readonly removed: number;
  readonly written: number;
}

export interface Spike {
  readonly sender: string;
  readonly kind: Kind;
  readonly since: Instant;
  /** Exclusive. */
  readonly until: Instant;
  readonly count: number;
  /** The most in ten minutes before. */
  readonly before: number;
}

const floors = { removed: removedFloor, written: rewrittenFloor } as const satisfies Record<Kind, number>;

/** The most of each sender in ten minutes by the clock. */
export const mostIn = (minutes: readonly SenderMinute[]): ReadonlyMap<string, SenderPast> => {
  const pieces = new Map<string, Map<number, SenderPast>>();
  for (const { from, sender, removed, written } of minutes) {
    const own = pieces.get(sender) ?? new Map<number, SenderPast>();
    const piece = Math.floor(from / spikeWindowMs);
    const known = own.get(piece) ?? { removed: 0, written: 0 };
    pieces.set(sender, own.set(piece, { removed: known.removed + removed, written: known.written + written }));
  }
  return new Map(
    Array.from(pieces, ([sender, own]) => {
      const each = [...own.values()];
      const most = (kind: Kind): number => each.reduce((max, piece) => Math.max(max, piece[kind]), 0);
      return [sender, { removed: most('removed'), written: most('written') }] as const;
    }),
  );
};

/** The minutes of one sender that lie in ten minutes of too much. */
const minutesOfSpike = (own: readonly SenderMinute[], kind: Kind, before: number): readonly SenderMinute[] => {
  const found = new Set<SenderMinute>();
  let [first, sum] = [0, 0];
  for (const [last, minute] of own.entries()) {
    sum += minute[kind];
    for (let oldest = own[first]; oldest && minute.from - oldest.from >= spikeWindowMs; oldest = own[++first])
      sum -= oldest[kind];
    if (sum < floors[kind] || sum <= spikeFactor * before) continue;
    for (const one of own.slice(first, last + 1)) if (one[kind] > 0) found.add(one);
  }
  return [...found];
};

/** One spike a sender and kind, from its first minute to its last. `minutes` in the order of time. */
export const spikesIn = (
  minutes: readonly SenderMinute[],
  past: ReadonlyMap<string, SenderPast>,
  kind: Kind,
): readonly Spike[] => {
  const bySender = new Map<string, SenderMinute[]>();
  for (const minute of minutes) {
    const own = bySender.get(minute.sender);
    if (own) own.push(minute);
    else bySender.set(minute.sender, [minute]);
  }
  return [...bySender].flatMap(([sender, own]): Spike[] => {
    const before = past.get(sender)?.[kind] ?? 0;
    const found = minutesOfSpike(own, kind, before);
    const [first, last] = [found[0], found.at(-1)];
    if (!first || !last) return [];
    const count = found.reduce((sum, minute) => sum + minute[kind], 0);
    return [{ sender, kind, since: first.from, until: Instant.of(last.from + minuteMs), count, before }];
  });
};

/** What is known of one generation in one replica. Hours that it has passed never change. */
interface Known {
  readonly generation: number;
  readonly hours: Map<number, readonly SenderMinute[]>;
  readonly past: Map<number, ReadonlyMap<string, SenderPast>>;
  /** Hours that were read before the replica had passed them: they are asked for again. */
  readonly open: Set<number>;
}

interface Asked {
  readonly directory: Directory;
  readonly establishment: Finess;
  readonly now: Instant;
}

interface Looked {
  readonly at: Instant;
  readonly problems: Promise<readonly Problem[]>;
  isDone: boolean;
}

/**
 * Senders that removed or rewrote far more records than they ever do: what an attack looks like in the log, and a job that went wrong.
 * Judged are the last 24 hours of log time, in every ten minutes, against the eight days before.
 * - removals: any record that a message made disappear; a sender without a past is measured by the floor alone
 * - rewrites: records that were there and that FHIR writes or CloudEvents gave another version (HL7 v2 messages rewrite by nature);
 *   only once the log is older than the judged day, because a feed that has just begun has no past
 */
export class SpotSpikes extends ProblemSource {
  override readonly name = 'spikes';
  private readonly known = new Map<string, Known>();
  private readonly looked = new Map<Finess, Looked>();

  constructor(private readonly replicas: readonly ReplicaStatus[]) {
    super();
  }

  override async look(directory: Directory, now: Instant): Promise<readonly Problem[]> {
    const each = [...directory.establishments.keys()].map((establishment) =>
      within(answerMs, this.lookAt(directory, establishment, now), () => [stillReading(establishment)]),
    );
    return (await Promise.all(each)).flat();
  }

  /** Who asks while it is being looked, or shortly after, is told the same. */
  private lookAt(directory: Directory, establishment: Finess, now: Instant): Promise<readonly Problem[]> {
    const before = this.looked.get(establishment);
    if (before && (!before.isDone || now - before.at < spikeLookMs)) return before.problems;
    const looked: Looked = { at: now, problems: this.asked(directory, establishment, now), isDone: false };
    this.looked.set(establishment, looked);
    return looked.problems;
  }

  private async asked(directory: Directory, establishment: Finess, now: Instant): Promise<readonly Problem[]> {
    try {
      return await firstThatAnswers(this.replicas, (replica) => this.one(replica, { directory, establishment, now }));
    } finally {
      const looked = this.looked.get(establishment);
      if (looked) looked.isDone = true;
    }
  }

  private async one(replica: ReplicaStatus, asked: Asked): Promise<readonly Problem[]> {
    const { establishment, now } = asked;
    const reach = await replica.reach(establishment);
    if (reach?.first === undefined) return [];
    const dayBegins = Math.floor((now - spikeToldMs) / hourMs) * hourMs;
    const known = this.knownOf(`${replica.name} ${establishment}`, reach);
    const first = Math.max(dayBegins - spikePastMs, Math.floor(reach.first / hourMs) * hourMs);
    for (let hour = first; hour <= reach.clock; hour += hourMs)
      await this.fill(replica, known, { hour, dayBegins, reach });
    forgetBefore(known, first, dayBegins);
    const past = mostOf(known.past.values());
    const minutes = [...known.hours.keys()].toSorted((a, b) => a - b).flatMap((hour) => known.hours.get(hour) ?? []);
    const spikes = [
      ...spikesIn(minutes, past, 'removed'),
      ...(reach.first < dayBegins ? spikesIn(minutes, past, 'written') : []),
    ];
    const told = spikes.map((spike) => this.problemOf(replica, asked, { spike, reach }));
    return (await Promise.all(told)).flatMap((problem) => problem ?? []);
  }

  private knownOf(key: string, { generation }: JournalReach): Known {
    const before = this.known.get(key);
    if (before?.generation === generation) return before;
    const known: Known = { generation, hours: new Map(), past: new Map(), open: new Set() };
    this.known.set(key, known);
    return known;
  }

  /** An hour of the judged day by its minutes, one of the past by what was most in it. */
  private async fill(
    replica: ReplicaStatus,
    known: Known,
    { hour, dayBegins, reach }: { readonly hour: number; readonly dayBegins: number; readonly reach: JournalReach },
  ): Promise<void> {
    const isPast = hour < dayBegins;
    const isWhole = !known.open.has(hour);
    if (isWhole && (isPast ? known.past : known.hours).has(hour)) return;
    const read = isWhole ? known.hours.get(hour) : undefined;
    const minutes = read ?? (await replica.activity(known.generation, Instant.of(hour), Instant.of(hour + hourMs)));
    if (isPast) known.past.set(hour, mostIn(minutes));
    else known.hours.set(hour, minutes);
    if (hour + hourMs < reach.clock) known.open.delete(hour);
    else known.open.add(hour);
  }

  private async problemOf(
    replica: ReplicaStatus,
    { directory, establishment, now }: Asked,
    { spike, reach }: { readonly spike: Spike; readonly reach: JournalReach },
  ): Promise<Problem | undefined> {
    const { sender, kind, count, before } = spike;
    const [since, until] = [Instant.of(spike.since - minuteMs), Instant.of(spike.until + minuteMs)];
    const rewritten = await replica.rewritten(reach.generation, sender, { since, until, limit: rewrittenMax });
    if (kind === 'written' && rewritten < rewrittenFloor) return undefined;
    const when = `from ${Instant.iso(spike.since)} to ${Instant.iso(spike.until)}`;
    const usual = `at most ${before} in ten minutes of the 8 days before`;
    const text =
      kind === 'removed'
        ? `${sender} removed ${count} records and rewrote ${rewritten}, ${when}; it removed ${usual}`
        : `${sender} rewrote ${rewritten} records, ${when}; it wrote ${usual}`;
    return {
      code: kind === 'removed' ? 'removals.spiked' : 'rewrites.spiked',
      state: kind === 'removed' ? 'wrong' : 'warning',
      text,
      command: summaryOf({ directory, establishment, now }, spike),
      establishment,
      sender,
    };
  }
}

const stillReading = (establishment: Finess): Problem => ({
  code: 'spikes.unread',
  state: 'warning',
  text: `what was removed from ${establishment} in the last days is being read: whether it was too much is not known yet`,
  command: 'reprise status',
  establishment,
});

/**
 * Some minutes around it, so that the chart shows what is usual; a time to come is no time for the command. What a drain released
 * is control's, which is no declared sender.
 */
const summaryOf = ({ directory, establishment, now }: Asked, { sender, since, until }: Spike): string => {
  const around = 10 * minuteMs;
  const [from, to] = [Instant.of(since - around), Instant.of(until + around)];
  const whose = directory.senders.has(sender) ? ` --sender ${sender}` : '';
  const end = to < now ? ` --until ${Instant.iso(to)}` : '';
  return `reprise messages --summary --establishment ${establishment}${whose} --since ${Instant.iso(from)}${end}`;
};

const mostOf = (hours: Iterable<ReadonlyMap<string, SenderPast>>): ReadonlyMap<string, SenderPast> => {
  const most = new Map<string, SenderPast>();
  for (const hour of hours)
    for (const [sender, { removed, written }] of hour) {
      const known = most.get(sender);
      most.set(sender, {
        removed: Math.max(known?.removed ?? 0, removed),
        written: Math.max(known?.written ?? 0, written),
      });
    }
  return most;
};

const forgetBefore = ({ hours, past }: Known, first: number, dayBegins: number): void => {
  for (const hour of past.keys()) if (hour < first) past.delete(hour);
  for (const hour of hours.keys()) if (hour < dayBegins) hours.delete(hour);
};
