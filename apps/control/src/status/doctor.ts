import { statfs } from 'node:fs/promises';
import { Failure, type Finess, FOLD_VERSION, Instant } from '#domain';
import { searchRule } from '#fhir';
import type { LogTopics } from '#kafka';
import type { DirectoryDecisions, EstablishmentLog, LiveReport, ReplicaStatus } from '#usecases';

export type Health = 'ok' | 'warning' | 'wrong';

export interface DiagnosisItem {
  readonly what: string;
  readonly state: Health;
  readonly detail: string;
  readonly hint: string;
}

export interface Diagnosis {
  readonly state: Health;
  readonly items: readonly DiagnosisItem[];
}

export interface DoctorParts {
  readonly decisions: DirectoryDecisions;
  readonly log: EstablishmentLog;
  readonly topics: LogTopics;
  readonly replicas: readonly ReplicaStatus[];
  readonly readers: Readonly<Record<string, string>>;
  /** A folder on the disk that this process writes to. */
  readonly folder: string;
  readonly now: () => Instant;
}

/** The detail and, where something is doubtful, what to do: a warning unless it says more. */
type Found = readonly [detail: string, hint?: string, state?: Health];

const behindMsMax = 60_000;
const skewMsMax = 2_000;
const freeBytesMin = 2 * 1024 ** 3;
const answerMsMax = 3_000;

const item = (what: string, state: Health, detail: string, hint = ''): DiagnosisItem => ({ what, state, detail, hint });

/** Looks at everything that a restore depends on. Each item says what is wrong and what to do about it. */
export class Doctor {
  constructor(private readonly parts: DoctorParts) {}

  async diagnose(): Promise<Diagnosis> {
    const { replicas, readers, decisions } = this.parts;
    const establishments = [...decisions.directory.establishments.keys()];
    const items = await Promise.all([
      this.look('versions', async () => [`node ${process.version}, fold ${FOLD_VERSION}`]),
      this.look('directory', async () => {
        await decisions.check();
        return [`establishments: ${establishments.length}, restores: ${decisions.directory.restores.size}`];
      }),
      ...establishments.map((finess) => this.look(`log ${finess}`, () => this.logOf(finess))),
      this.look('topic settings', async () => {
        await this.parts.topics.assertSettings(establishments);
        return ['as they must be'];
      }),
      ...replicas.flatMap((replica) => [
        this.look(`replica ${replica.name}`, () => this.replica(replica, establishments)),
        this.look(`search index of replica ${replica.name}`, () => this.searchIndex(replica)),
        this.look(`builds of replica ${replica.name}`, () => this.builds(replica)),
      ]),
      ...Object.entries(readers).map(([name, url]) => this.look(`reader ${name}`, () => reader(url))),
      this.look('disk of control', () => this.disk()),
    ]);
    const state = items.some((one) => one.state === 'wrong')
      ? 'wrong'
      : items.some((one) => one.state === 'warning')
        ? 'warning'
        : 'ok';
    return { state, items };
  }

  private async look(what: string, look: () => Promise<Found>): Promise<DiagnosisItem> {
    try {
      const [detail, hint = '', state = hint === '' ? 'ok' : 'warning'] = await look();
      return item(what, state, detail, hint);
    } catch (error) {
      if (Failure.is(error)) return item(what, 'wrong', error.message, error.hint);
      return item(what, 'wrong', 'no answer', 'look whether the process runs');
    }
  }

  private async logOf(finess: Finess): Promise<Found> {
    const { last } = await this.parts.log.range(finess);
    return [`events: ${last + 1}`];
  }

  private async replica(replica: ReplicaStatus, establishments: readonly Finess[]): Promise<Found> {
    const askedAt = this.parts.now();
    const { version, now } = await replica.probe();
    const skewMs = Math.abs(now - (askedAt + this.parts.now()) / 2);
    const live = await replica.live();
    const missing = establishments.filter((finess) => !live.some(({ establishment }) => establishment === finess));
    const detail = `Postgres ${version}, establishments: ${live.length}, clock ${Math.round(skewMs)} ms off`;
    if (missing.length > 0)
      return [detail, `it does not follow ${missing.join(', ')}: look whether its replicator runs`];
    const behind = await this.behind(live);
    if (behind.length > 0)
      return [
        detail,
        `behind for over a minute: ${behind.join(', ')}; look at the log of its replicator, a full disk stops it`,
      ];
    return skewMs > skewMsMax ? [detail, 'its clock is off: let both hosts keep time by NTP'] : [detail];
  }

  /** What it has not been level with for long, and by how many events: Postgres tells nothing of its disk. */
  private async behind(live: readonly LiveReport[]): Promise<readonly string[]> {
    const late: string[] = [];
    for (const { establishment, position, levelAt } of live) {
      if (this.parts.now() - levelAt <= behindMsMax) continue;
      const { last } = await this.parts.log.range(establishment);
      if (last > position) late.push(`${establishment} (${last - position})`);
    }
    return late;
  }

  /** Where records are still found by an older rule: its replicator computes their rows anew. */
  private async searchIndex(replica: ReplicaStatus): Promise<Found> {
    const older = (await replica.live()).filter(({ searchVersion }) => searchVersion < searchRule.version);
    if (older.length === 0) return [`search rule ${searchRule.version}`];
    const each = older.map(({ establishment, reindexed }) => `${establishment} (${reindexed})`);
    return [
      `versions computed anew for search rule ${searchRule.version}: ${each.join(', ')}`,
      'it goes on by itself while its replicator runs; until then a name is found as it was written',
    ];
  }

  /** Builds that have failed, of restores that are still wanted. */
  private async builds(replica: ReplicaStatus): Promise<Found> {
    const { restores } = this.parts.decisions.directory;
    const failed = (await replica.generations()).find(
      ({ state, restoreId = '' }) => state === 'failed' && restores.get(restoreId)?.state === 'requested',
    );
    if (!failed) return ['none has failed'];
    const { restoreId, establishment, failure } = failed;
    return [
      `restore ${restoreId} of ${establishment} has failed: ${failure}`,
      `mend the cause, then \`reprise restore resume ${restoreId}\``,
      'wrong',
    ];
  }

  private async disk(): Promise<Found> {
    const { bavail, bsize } = await statfs(this.parts.folder);
    const free = bavail * bsize;
    const detail = `${(free / 1024 ** 3).toFixed(1)} GB free`;
    return free < freeBytesMin ? [detail, 'free some space before a restore'] : [detail];
  }
}

const reader = async (url: string): Promise<Found> => {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(answerMsMax) });
  return answer.ok ? ['ready'] : [`answers ${answer.status}`, `it is not ready: ask ${url}/readyz`];
};
