import { statfs } from 'node:fs/promises';
import { Failure, type Finess, FOLD_VERSION, Instant } from '#domain';
import { searchRule } from '#fhir';
import type { LogTopics } from '#kafka';
import {
  type Condition,
  type DirectoryDecisions,
  type EstablishmentLog,
  type LookForProblems,
  noAnswer,
  type ReplicaStatus,
  within,
  worstOf,
} from '#usecases';

export interface DiagnosisItem {
  readonly what: string;
  readonly state: Condition;
  readonly detail: string;
  readonly hint: string;
  /** Of what is wrong, where it has one: a failure's, or a problem's. */
  readonly code?: string;
}

export interface Diagnosis {
  readonly state: Condition;
  readonly items: readonly DiagnosisItem[];
}

export interface DoctorParts {
  readonly decisions: DirectoryDecisions;
  readonly log: EstablishmentLog;
  readonly topics: LogTopics;
  readonly replicas: readonly ReplicaStatus[];
  readonly problems: LookForProblems;
  readonly readers: Readonly<Record<string, string>>;
  /** A folder on the disk that this process writes to. */
  readonly folder: string;
  readonly now: () => Instant;
}

/** The detail and, where something is doubtful, what to do: a warning unless it says more. */
type Found = readonly [detail: string, hint?: string, state?: Condition];

/** @limit Control | how far a clock may be off | a warning of `doctor` */
const skewMsMax = 2_000;
/** @limit Control | bytes free on the disk of control | a warning of `doctor` */
const freeBytesMin = 2 * 1024 ** 3;
/**
 * What does not answer by then is told so: `doctor` itself answers in less than three seconds, whatever is dead.
 * @limit Control | how long `doctor` waits for one thing | told as no answer
 */
const answerMsMax = 2_000;

/** What is wrong stands on top. */
const severity: Readonly<Record<Condition, number>> = { wrong: 2, warning: 1, ok: 0 };

const item = (what: string, state: Condition, detail: string, hint = ''): DiagnosisItem => ({
  what,
  state,
  detail,
  hint,
});

/** Looks at everything that a restore depends on. Each item says what is wrong and what to do about it. */
export class Doctor {
  constructor(private readonly parts: DoctorParts) {}

  async diagnose(): Promise<Diagnosis> {
    const { replicas, readers, decisions } = this.parts;
    const establishments = [...decisions.directory.establishments.keys()];
    const [looked, problems] = await Promise.all([
      Promise.all([
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
          this.look(`replica ${replica.name}`, () => this.replica(replica)),
          this.look(`search index of replica ${replica.name}`, () => this.searchIndex(replica)),
          this.look(`builds of replica ${replica.name}`, () => this.builds(replica)),
        ]),
        ...Object.entries(readers).map(([name, url]) => this.look(`reader ${name}`, () => reader(url))),
        this.look('disk of control', () => this.disk()),
      ]),
      this.problems(),
    ]);
    const items = [...problems, ...looked].toSorted((a, b) => severity[b.state] - severity[a.state]);
    return { state: worstOf(items.map(({ state }) => state)), items };
  }

  /** What the sources of problems say, one item a problem. */
  private async problems(): Promise<readonly DiagnosisItem[]> {
    const { problems, decisions, now } = this.parts;
    const looked = await problems.bySource(decisions.directory, now());
    return looked.flatMap(({ name, problems: found }) =>
      found.length === 0
        ? [item(name, 'ok', 'nothing wrong')]
        : found.map(({ code, state, text, command, remedy }) => ({
            ...item(name, state, text, remedy ?? `see \`${command}\``),
            code,
          })),
    );
  }

  private async look(what: string, look: () => Promise<Found>): Promise<DiagnosisItem> {
    try {
      const late = (): never => {
        throw noAnswer('log.unreachable', answerMsMax);
      };
      const [detail, hint = '', state = hint === '' ? 'ok' : 'warning'] = await within(answerMsMax, look(), late);
      return item(what, state, detail, hint);
    } catch (error) {
      if (Failure.is(error)) return { ...item(what, 'wrong', error.message, error.hint), code: error.code };
      return { ...item(what, 'wrong', 'no answer', 'look whether the process runs'), code: 'process.unreachable' };
    }
  }

  private async logOf(finess: Finess): Promise<Found> {
    const { last } = await this.parts.log.range(finess);
    return [`events: ${last + 1}`];
  }

  private async replica(replica: ReplicaStatus): Promise<Found> {
    const askedAt = this.parts.now();
    const { version, now } = await replica.probe();
    const skewMs = Math.abs(now - (askedAt + this.parts.now()) / 2);
    const live = await replica.live();
    const detail = `Postgres ${version}, establishments: ${live.length}, clock ${Math.round(skewMs)} ms off`;
    return skewMs > skewMsMax ? [detail, 'its clock is off: let both hosts keep time by NTP'] : [detail];
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
