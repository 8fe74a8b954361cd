import { Failure, type Finess, Instant, Position } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type { LiveReport, ReplicaStatus } from '../../ports/replica-status.js';
import { assumedRate } from '../restores/build-rate.js';
import { type BuildRate } from '../restores/plan-restore.js';
import { type ScrubLine, scrubLine } from './scrub-problems.js';
import { lastProven, type ProvenRestore } from './last-proven.js';
import type { AlarmReport, SenderWatch, WatchSenders } from '../senders/watch-senders.js';
import { type SenderSilence, silenceOfSender, silentAfterSeconds } from '../senders/sender-silence.js';
import { askLive, silenceOf, silentFor } from './follower-problems.js';
import { answerWithinMs, within } from './within.js';

export interface ReplicaLag {
  readonly replica: string;
  /** `silent`: the process that writes it says nothing any more; `halted`: it follows this establishment no longer. */
  readonly state: 'following' | 'halted' | 'silent' | 'unreachable' | 'not-begun';
  /** A sentence why it does not follow; empty while it does. */
  readonly reason: string;
  /** How long ago its replicator last said that it lives; null = not known. */
  readonly heardSecondsAgo: number | null;
  readonly timeline: number | null;
  readonly position: string | null;
  /** Seconds since it was level with the log's end; 0 = level; null = not known. */
  readonly lagSeconds: number | null;
  readonly lagEvents: number | null;
  /** Null where it is not known: its replicator is not heard, the log does not answer, or it is seen behind for the first time. */
  readonly trend: 'falling' | 'steady' | 'rising' | null;
  readonly parked: number | null;
  readonly scrub: ScrubLine | null;
}

/** What of a sender needs an operator's eye; `sender show` tells the rest. */
export interface SenderLine extends SenderSilence {
  readonly name: string;
  readonly incarnation: number;
  /** Numbers that did not come; null where that cannot be said. */
  readonly missing: number | null;
  readonly alarms: Pick<AlarmReport, 'count' | 'since' | 'codes'> | null;
  /** Its numbering began anew: a new incarnation is proposed. */
  readonly isIncarnationProposed: boolean;
}

/** What operators see first of one establishment (contract, section 6). */
export interface EstablishmentReport {
  readonly establishment: Finess;
  readonly name: string;
  readonly source: 'live' | 'silent' | 'empty' | 'unknown';
  /** RFC 3339 on the recorded clock: the newest event; null where there is none or the log does not answer. */
  readonly lastRecordedAt: string | null;
  readonly silentSeconds: number | null;
  readonly logEnd: string | null;
  /** The worst of the replicas. */
  readonly lagSeconds: number | null;
  readonly trend: ReplicaLag['trend'];
  readonly parked: number | null;
  readonly sealAgeSeconds: null;
  readonly rtoSeconds: number | null;
  readonly rtoBasis: BuildRate['basis'];
  readonly lastProvenRestore: ProvenRestore | null;
  readonly replicas: readonly ReplicaLag[];
  readonly senders: readonly SenderLine[];
}

const lineOf = (directory: Directory, watched: SenderWatch, now: Instant): SenderLine => {
  const { name, incarnation, numbering, alarms, proposal } = watched;
  return {
    name,
    incarnation,
    ...silenceOfSender(directory.senders.get(name) ?? {}, watched, now),
    missing: numbering.missing,
    alarms: alarms && { count: alarms.count, since: alarms.since, codes: alarms.codes },
    isIncarnationProposed: proposal !== null,
  };
};

interface Sample {
  readonly at: Instant;
  readonly lagSeconds: number;
}

const trendWindowMs = 30_000;
/** A second of difference is noise. */
const trendSeconds = 1;

/** Status over time: it remembers the lags of the last half minute, which is what a trend is made of. */
export class ReportStatus {
  private readonly samples = new Map<string, readonly Sample[]>();

  constructor(
    private readonly replicas: readonly ReplicaStatus[],
    private readonly log: EstablishmentLog,
    private readonly watch: WatchSenders,
  ) {}

  /** Everything is asked at one time: what is dead costs the answer once. */
  async report(
    directory: Directory,
    now: Instant,
    rate: () => Promise<BuildRate>,
  ): Promise<readonly EstablishmentReport[]> {
    // What cannot be told of a rate, or of a replica, for whatever reason, keeps nothing else from being told: its problem is a source's.
    const asked = Promise.all([this.askLive(), rate().catch(() => assumedRate)]);
    return Promise.all([...directory.establishments.keys()].map((finess) => this.one(directory, finess, asked, now)));
  }

  private async one(
    directory: Directory,
    establishment: Finess,
    asked: Promise<readonly [ReadonlyMap<string, readonly LiveReport[] | 'unreachable'>, BuildRate]>,
    now: Instant,
  ): Promise<EstablishmentReport> {
    const [[live, rate], end, senders] = await Promise.all([
      asked,
      within(answerWithinMs, this.logEnd(establishment), () => 'unknown' as const),
      within(answerWithinMs, this.watch.look(directory, establishment, now), () =>
        this.watch.lastSeen(directory, establishment),
      ),
    ]);
    const replicas = [...live].map(([replica, reports]) => this.lagOf(replica, reports, { establishment, end, now }));
    const lastAt = end === 'unknown' ? undefined : end.lastAt;
    const silentSeconds = lastAt === undefined ? null : Math.max(0, Math.round((now - lastAt) / 1000));
    const worst = replicas.toSorted((a, b) => (b.lagSeconds ?? -1) - (a.lagSeconds ?? -1))[0];
    return {
      establishment,
      name: directory.establishments.get(establishment)?.name ?? '',
      source:
        end === 'unknown'
          ? 'unknown'
          : silentSeconds === null
            ? 'empty'
            : silentSeconds > silenceOfSource(directory, establishment)
              ? 'silent'
              : 'live',
      lastRecordedAt: lastAt === undefined ? null : Instant.iso(lastAt),
      silentSeconds,
      logEnd: end === 'unknown' ? null : String(end.last),
      lagSeconds: worst?.lagSeconds ?? null,
      trend: worst?.trend ?? null,
      parked: replicas.reduce<number | null>(
        (most, { parked }) => (parked === null ? most : Math.max(most ?? 0, parked)),
        null,
      ),
      sealAgeSeconds: null,
      rtoSeconds: end === 'unknown' ? null : Math.ceil((end.last + 1) / rate.eventsPerSecond),
      rtoBasis: rate.basis,
      lastProvenRestore: lastProven(directory.restores.values(), establishment),
      replicas,
      senders: senders.map((watched) => lineOf(directory, watched, now)),
    };
  }

  private lagOf(
    replica: string,
    reports: readonly LiveReport[] | 'unreachable',
    { establishment, end, now }: { establishment: Finess; end: { readonly last: Position } | 'unknown'; now: Instant },
  ): ReplicaLag {
    const nothing = {
      timeline: null,
      position: null,
      lagSeconds: null,
      lagEvents: null,
      trend: null,
      parked: null,
      scrub: null,
    };
    if (reports === 'unreachable') {
      const reason = `replica ${replica}: its database does not answer`;
      return { replica, state: 'unreachable', reason, heardSecondsAgo: null, ...nothing };
    }
    const report = reports.find((one) => one.establishment === establishment);
    if (!report) return { replica, state: 'not-begun', reason: '', heardSecondsAgo: null, ...nothing };
    const lagEvents = end === 'unknown' ? null : Math.max(0, end.last - report.position);
    const sinceLevel = report.levelAt === 0 ? null : Math.max(0, (now - report.levelAt) / 1000);
    const lagSeconds = lagEvents === 0 ? 0 : sinceLevel === null ? null : Math.round(sinceLevel * 10) / 10;
    const silent = silentFor(reports);
    return {
      replica,
      ...(silent !== undefined
        ? { state: 'silent' as const, reason: silenceOf(replica, silent) }
        : { state: report.halted === '' ? ('following' as const) : ('halted' as const), reason: report.halted }),
      heardSecondsAgo: report.heardSecondsAgo,
      timeline: report.timeline.number,
      position: String(report.position),
      lagSeconds,
      lagEvents,
      trend:
        lagSeconds === null || end === 'unknown' || silent !== undefined
          ? null
          : this.trendOf(`${replica} ${report.establishment}`, { at: now, lagSeconds }),
      parked: report.parked,
      scrub: scrubLine(report.scrub, now),
    };
  }

  private trendOf(key: string, sample: Sample): ReplicaLag['trend'] {
    const samples = (this.samples.get(key) ?? []).filter(({ at }) => sample.at - at <= trendWindowMs);
    this.samples.set(key, [...samples, sample]);
    const [oldest] = samples;
    if (!oldest) return sample.lagSeconds <= trendSeconds ? 'steady' : null;
    const difference = sample.lagSeconds - oldest.lagSeconds;
    return difference > trendSeconds ? 'rising' : difference < -trendSeconds ? 'falling' : 'steady';
  }

  private async logEnd(
    establishment: Finess,
  ): Promise<{ readonly last: Position; readonly lastAt?: Instant } | 'unknown'> {
    try {
      const { last } = await this.log.range(establishment);
      if (last === Position.none) return { last };
      for await (const [entry] of this.log.read(establishment, last, last))
        if (entry) return { last, lastAt: entry.appendedAt };
      return { last };
    } catch (error) {
      if (Failure.is(error)) return 'unknown';
      throw error;
    }
  }

  private async askLive(): Promise<ReadonlyMap<string, readonly LiveReport[] | 'unreachable'>> {
    return new Map(
      await Promise.all(
        this.replicas.map(
          async (replica) => [replica.name, await askLive(replica).catch(() => 'unreachable' as const)] as const,
        ),
      ),
    );
  }
}

/** An establishment is silent when the most patient of its senders would be called so. */
const silenceOfSource = ({ senders }: Directory, establishment: Finess): number => {
  const own = [...senders.values()].filter(({ finess }) => finess === establishment);
  return Math.max(...(own.length > 0 ? own : [{}]).map(silentAfterSeconds));
};
