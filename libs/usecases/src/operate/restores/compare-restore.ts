import { Failure, type Finess, type Position } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { RestoreTarget } from '../../directory/directory-event.js';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type {
  FieldDifferences,
  GenerationDifference,
  GenerationReport,
  PatientDifference,
  ReplicaStatus,
  TypeDifference,
} from '../../ports/replica-status.js';
import { restoreNamed } from './decide-restore.js';

/** `added` = in the restored generation and not in the live one. */
export interface RestoreComparison extends GenerationDifference {
  readonly restoreId: string;
  /** Accepted after the cut (or, where what came after is replayed, after it was planned) and therefore not in it. */
  readonly afterCut: number;
  /** The replica that was asked. */
  readonly replica: string;
  readonly fields?: FieldDifferences;
  readonly patientList?: readonly PatientDifference[];
}

export interface ComparisonWishes {
  readonly patients: boolean;
  readonly fields: boolean;
}

/** @limit Control | patients that `compare --patients` lists | the first ones, and that there are more */
const patientsMax = 10_000;

const sum = <T extends object>(a: T | undefined, b: T): T =>
  a === undefined
    ? b
    : (Object.fromEntries(
        [...new Set([...Object.keys(a), ...Object.keys(b)])].map((name) => [
          name,
          Number(a[name as keyof T] ?? 0) + Number(b[name as keyof T] ?? 0),
        ]),
      ) as T);

const merge = <T extends object>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>): Record<string, T> => {
  const merged: Record<string, T> = { ...a };
  for (const [name, value] of Object.entries(b)) merged[name] = sum(merged[name], value);
  return merged;
};

/** The restored generation against the one that readers see, in a replica that has built it. */
export class CompareRestore {
  constructor(
    private readonly replicas: readonly ReplicaStatus[],
    private readonly log: EstablishmentLog,
  ) {}

  /** Throws `refused-by-policy` while it is not built, `replica.unreachable`. */
  async compare(directory: Directory, restoreId: string, wishes: ComparisonWishes): Promise<RestoreComparison> {
    const { targets } = restoreNamed(directory, restoreId);
    let comparison: RestoreComparison | undefined;
    for (const target of targets) {
      const pair = await this.generations(target);
      const one = await this.compareOne(target, pair, wishes);
      comparison = {
        restoreId,
        replica: pair.replica.name,
        byType: merge<TypeDifference>(comparison?.byType ?? {}, one.byType),
        patients: sum(comparison?.patients, one.patients),
        afterCut: (comparison?.afterCut ?? 0) + one.afterCut,
        ...(one.fields && { fields: merge(comparison?.fields ?? {}, one.fields) }),
        ...(one.patientList && { patientList: [...(comparison?.patientList ?? []), ...one.patientList] }),
      };
    }
    if (!comparison) throw new Error(`restore ${restoreId} has no target`);
    return comparison;
  }

  private async compareOne(
    target: RestoreTarget,
    { replica, before, after }: Pair,
    wishes: ComparisonWishes,
  ): Promise<Omit<RestoreComparison, 'restoreId' | 'replica'>> {
    const { last } = await this.log.range(target.establishment);
    const fields = wishes.fields ? await replica.compareFields(before, after) : undefined;
    const patientList = wishes.patients ? await replica.comparePatients(before, after, patientsMax) : undefined;
    return {
      ...(await replica.compare(before, after)),
      afterCut: Math.max(0, last - endOf(target)),
      ...(fields && { fields }),
      ...(patientList && { patientList }),
    };
  }

  /** The first replica that answers and has both. Once restored is live, it is compared with what was live before. */
  private async generations(target: RestoreTarget): Promise<Pair> {
    let unreachable: unknown;
    for (const replica of this.replicas) {
      const reports = await replica.generations().catch((error: unknown) => {
        if (!Failure.is(error, 'replica.unreachable')) throw error;
        unreachable = error;
        return [];
      });
      const own = reports.filter(({ establishment }) => establishment === target.establishment);
      const after = own.find(({ timeline }) => timeline.number === target.timeline.number);
      const before = liveOrFormer(own, target);
      if (before && after && (after.state === 'built' || after.state === 'following'))
        return { replica, before: before.generation, after: after.generation };
    }
    if (unreachable !== undefined) throw unreachable;
    throw notBuilt(target.establishment);
  }
}

interface Pair {
  readonly replica: ReplicaStatus;
  readonly before: number;
  readonly after: number;
}

const endOf = ({ timeline, buildTo }: RestoreTarget): Position =>
  'parent' in timeline && timeline.afterCut === 'omit' ? timeline.cut : buildTo;

const liveOrFormer = (own: readonly GenerationReport[], { timeline }: RestoreTarget): GenerationReport | undefined => {
  const live = own.find((report) => report.live);
  if (live?.timeline.number !== timeline.number) return live;
  const parent = 'parent' in timeline ? timeline.parent.number : 1;
  return own.find((report) => report.timeline.number === parent);
};

const notBuilt = (establishment: Finess): Failure =>
  new Failure(
    'refused-by-policy',
    `the restore of ${establishment} is not built in any replica`,
    'watch it with `reprise restore watch`',
  );
