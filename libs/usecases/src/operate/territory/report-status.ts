import { Failure, type Finess, Instant, Position } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type { LiveReport, ReplicaStatus } from '../../ports/replica-status.js';
import { type BuildRate } from '../restores/plan-restore.js';
import { lastProven, type ProvenRestore } from './last-proven.js';
import type { AlarmReport, SenderWatch, WatchSenders } from '../senders/watch-senders.js';

/** A source that has said nothing for this long is called silent. */
export const silentAfterSeconds = 300;

export interface ReplicaLag {
  readonly replica: string;
  readonly state: 'following' | 'unreachable' | 'not-begun';
  readonly timeline: number | null;
  readonly position: string | null;
  /** Seconds since it was level with the log's end; 0 = level; null = not known. */
  readonly lagSeconds: number | null;
  readonly lagEvents: number | null;
  readonly trend: 'falling' | 'steady' | 'rising' | null;
  readonly parked: number | null;
}

/** What of a sender needs an operator's eye; `sender show` tells the rest. */
export interface SenderLine {
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

const lineOf = ({ name, incarnation, numbering, alarms, proposal }: SenderWatch): SenderLine => ({
  name,
  incarnation,
  missing: numbering.missing,
  alarms: alarms && { count: alarms.count, since: alarms.since, codes: alarms.codes },
  isIncarnationProposed: proposal !== null,
});

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

  async report(directory: Directory, now: Instant, rate: BuildRate): Promise<readonly EstablishmentReport[]> {
    const live = await this.askLive();
    return Promise.all(
      [...directory.establishments.keys()].map((finess) => this.one(directory, finess, live, now, rate)),
    );
  }

  private async one(
    directory: Directory,
    establishment: Finess,
    live: ReadonlyMap<string, readonly LiveReport[] | 'unreachable'>,
    now: Instant,
    rate: BuildRate,
  ): Promise<EstablishmentReport> {
    const end = await this.logEnd(establishment);
    const replicas = [...live].map(([replica, reports]) => {
      const report = reports === 'unreachable' ? undefined : reports.find((r) => r.establishment === establishment);
      const lag = this.lagOf(replica, report, end, now);
      return reports === 'unreachable' ? { ...lag, state: 'unreachable' as const } : lag;
    });
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
            : silentSeconds > silentAfterSeconds
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
      senders: (await this.watch.look(directory, establishment, now)).map(lineOf),
    };
  }

  private lagOf(
    replica: string,
    report: LiveReport | undefined,
    end: { readonly last: Position } | 'unknown',
    now: Instant,
  ): ReplicaLag {
    if (!report) {
      const unknown = { timeline: null, position: null, lagSeconds: null, lagEvents: null, trend: null, parked: null };
      return { replica, state: 'not-begun', ...unknown };
    }
    const lagEvents = end === 'unknown' ? null : Math.max(0, end.last - report.position);
    const sinceLevel = report.levelAt === 0 ? null : Math.max(0, (now - report.levelAt) / 1000);
    const lagSeconds = lagEvents === 0 ? 0 : sinceLevel === null ? null : Math.round(sinceLevel * 10) / 10;
    return {
      replica,
      state: 'following',
      timeline: report.timeline.number,
      position: String(report.position),
      lagSeconds,
      lagEvents,
      trend: lagSeconds === null ? null : this.trendOf(`${replica} ${report.establishment}`, { at: now, lagSeconds }),
      parked: report.parked,
    };
  }

  private trendOf(key: string, sample: Sample): ReplicaLag['trend'] {
    const samples = (this.samples.get(key) ?? []).filter(({ at }) => sample.at - at <= trendWindowMs);
    this.samples.set(key, [...samples, sample]);
    const [oldest] = samples;
    if (!oldest) return 'steady';
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
        this.replicas.map(async (replica) => {
          const reports = await replica.live().catch((error: unknown) => {
            if (Failure.is(error, 'replica.unreachable')) return 'unreachable' as const;
            throw error;
          });
          return [replica.name, reports] as const;
        }),
      ),
    );
  }
}
