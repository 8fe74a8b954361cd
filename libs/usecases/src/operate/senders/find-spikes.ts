import { type Finess, Instant } from '#domain';
import type { JournalReach, ReplicaStatus, SenderMinute } from '../../ports/replica-status.js';
import { firstThatAnswers } from '../messages/list-messages.js';
import { mostIn, rewrittenFloor, type SenderPast, type Spike, spikesIn } from './spikes-in.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** What is judged, ms: a spike is told for so long after it began, by an hour at most longer. */
export const spikeToldMs = 24 * hourMs;
/** What it is measured against, ms before what is judged: eight days hold every job that comes once a week. */
export const spikePastMs = 8 * 24 * hourMs;
/**
 * Versions that are looked at to tell rewriting from writing something new; beyond, the number told is too low.
 * @limit Control | versions that are looked at to tell rewriting | the number told is too low
 */
export const rewrittenMax = 20_000;
/** What was found is told again without looking for this long, ms. */
export const spikeLookMs = 5_000;

/** A spike, and how many records that were there before got another version in it. */
export interface FoundSpike extends Spike {
  readonly rewritten: number;
}

/** What is known of one generation in one replica. Hours that it has passed never change. */
interface Known {
  readonly generation: number;
  readonly hours: Map<number, readonly SenderMinute[]>;
  readonly past: Map<number, ReadonlyMap<string, SenderPast>>;
  /** Hours that were read before the replica had passed them: they are asked for again. */
  readonly open: Set<number>;
}

interface Looked {
  readonly at: Instant;
  readonly spikes: Promise<readonly FoundSpike[]>;
  isDone: boolean;
}

/**
 * Judges the last 24 hours of log time, in every ten minutes, against the eight days before.
 * - removals: any record that a message made disappear; a sender without a past is measured by the floor alone
 * - rewrites: records that were there and that FHIR writes or CloudEvents gave another version (HL7 v2 messages rewrite by nature);
 *   only once the log is older than the judged day, because a feed that has just begun has no past
 */
export class FindSpikes {
  private readonly known = new Map<string, Known>();
  private readonly looked = new Map<Finess, Looked>();

  constructor(private readonly replicas: readonly ReplicaStatus[]) {}

  /** Who asks while it is being looked, or shortly after, is told the same. */
  find(establishment: Finess, now: Instant): Promise<readonly FoundSpike[]> {
    const before = this.looked.get(establishment);
    if (before && (!before.isDone || now - before.at < spikeLookMs)) return before.spikes;
    const looked: Looked = { at: now, spikes: this.asked(establishment, now), isDone: false };
    this.looked.set(establishment, looked);
    return looked.spikes;
  }

  private async asked(establishment: Finess, now: Instant): Promise<readonly FoundSpike[]> {
    try {
      return await firstThatAnswers(this.replicas, (replica) => this.one(replica, establishment, now));
    } finally {
      const looked = this.looked.get(establishment);
      if (looked) looked.isDone = true;
    }
  }

  /** A restore leaves out what an attack did, and not the attack: timelines that are kept beside the live one are looked at too. */
  private async one(replica: ReplicaStatus, establishment: Finess, now: Instant): Promise<readonly FoundSpike[]> {
    const reach = await replica.reach(establishment);
    if (reach?.first === undefined) return [];
    const kept = (await replica.generations()).filter(
      (one) => one.establishment === establishment && one.state === 'following' && one.generation !== reach.generation,
    );
    const reaches = [reach, ...kept.map(({ generation, clock }) => ({ ...reach, generation, clock }))];
    const ofThis = `${replica.name} ${establishment} `;
    const keys = reaches.map(({ generation }) => `${ofThis}${generation}`);
    for (const key of this.known.keys()) if (key.startsWith(ofThis) && !keys.includes(key)) this.known.delete(key);
    const found = new Map<string, FoundSpike>();
    for (const each of reaches)
      for (const spike of await this.ofGeneration(replica, `${ofThis}${each.generation}`, each, now)) {
        const key = `${spike.kind} ${spike.sender} ${spike.since}`;
        if (!found.has(key)) found.set(key, spike);
      }
    return [...found.values()];
  }

  private async ofGeneration(
    replica: ReplicaStatus,
    key: string,
    reach: JournalReach,
    now: Instant,
  ): Promise<readonly FoundSpike[]> {
    if (reach.first === undefined) return [];
    const dayBegins = Math.floor((now - spikeToldMs) / hourMs) * hourMs;
    const known = this.knownOf(key, reach);
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
    const counted = spikes.map(async (spike) => ({ ...spike, rewritten: await rewrittenIn(replica, reach, spike) }));
    return (await Promise.all(counted)).filter(
      ({ kind, rewritten }) => kind === 'removed' || rewritten >= rewrittenFloor,
    );
  }

  private knownOf(key: string, { generation }: JournalReach): Known {
    const before = this.known.get(key);
    if (before) return before;
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
}

const rewrittenIn = (replica: ReplicaStatus, { generation }: JournalReach, spike: Spike): Promise<number> => {
  const [since, until] = [Instant.of(spike.since - minuteMs), Instant.of(spike.until + minuteMs)];
  return replica.rewritten(generation, spike.sender, { since, until, limit: rewrittenMax });
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
