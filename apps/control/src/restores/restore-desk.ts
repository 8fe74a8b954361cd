import { Failure, type Instant, type Position } from '#domain';
import type { ProcessLog } from '#platform';
import {
  acceptedBy,
  approveRestore,
  askBuilds,
  askSilent,
  type BuildRate,
  buildRate,
  cancelRestore,
  type Certificate,
  certificateIdOf,
  CertifyRestores,
  CompareRestore,
  type ComparisonWishes,
  type Directory,
  type DirectoryDecisions,
  type DirectoryEvent,
  type EstablishmentLog,
  type KeyStore,
  PlanRestore,
  type PlanRequest,
  promoteRestore,
  ProveBuilt,
  type ReplicaStatus,
  reportRestore,
  requestRestore,
  type RestoreComparison,
  restoreNamed,
  type RestorePlan,
  type RestoreReport,
  resumeRestore,
  rollBackRestore,
} from '#usecases';

export interface DeskParts {
  readonly decisions: DirectoryDecisions;
  readonly log: EstablishmentLog;
  readonly replicas: readonly ReplicaStatus[];
  readonly keys: KeyStore;
  readonly processLog: ProcessLog;
  readonly now: () => Instant;
  readonly newId: () => string;
}

/**
 * Plans change nothing and are not kept for ever: the oldest go first.
 * @limit Control | plans that are kept | the oldest is forgotten; a plan in a file still runs
 */
const plansMax = 500;

/** Where operators' words on restores become decisions, one after the other. */
export class RestoreDesk {
  private readonly plans = new Map<string, RestorePlan>();
  private readonly planner: PlanRestore;
  private readonly comparer: CompareRestore;
  private readonly certifier: CertifyRestores;
  private readonly built: ProveBuilt;
  private readonly saidFailed = new Set<string>();

  constructor(private readonly parts: DeskParts) {
    this.planner = new PlanRestore(parts.log);
    this.comparer = new CompareRestore(parts.replicas, parts.log);
    this.certifier = new CertifyRestores(parts.replicas, parts.keys);
    this.built = new ProveBuilt(parts.replicas, parts.log);
  }

  async rate(): Promise<BuildRate> {
    return buildRate(await askBuilds(this.parts.replicas));
  }

  async plan(request: PlanRequest): Promise<RestorePlan> {
    const { decisions, now } = this.parts;
    const plan = await this.planner.plan(request, decisions.directory, { now: now(), rate: await this.rate() });
    this.plans.delete(plan.planId);
    this.plans.set(plan.planId, plan);
    for (const oldest of this.plans.keys()) {
      if (this.plans.size <= plansMax) break;
      this.plans.delete(oldest);
    }
    return plan;
  }

  /** A plan by its id, or whole: one that this control made before it was restarted. */
  async run(asked: { readonly planId: string } | { readonly plan: RestorePlan }, by: string): Promise<RestoreReport> {
    const plan = 'plan' in asked ? asked.plan : this.planNamed(asked.planId);
    const { now, newId } = this.parts;
    const restoreId = `restore-${newId().slice(0, 8)}`;
    const rate = await this.rate();
    await this.decide(async (directory) => {
      const confirmed = await this.planner.confirm(plan, directory, rate);
      return requestRestore(directory, confirmed, { by, at: now(), restoreId });
    });
    this.parts.processLog.info('restore.requested', { restoreId, planId: plan.planId, caller: by });
    return this.report(restoreId);
  }

  async resume(restoreId: string, by: string): Promise<RestoreReport> {
    await this.decide(async (directory) => resumeRestore(directory, restoreId, this.decider(by)));
    this.saidFailed.delete(restoreId);
    return this.report(restoreId);
  }

  async cancel(restoreId: string, by: string): Promise<RestoreReport> {
    await this.decide(async (directory) => cancelRestore(directory, restoreId, this.decider(by)));
    return this.report(restoreId);
  }

  async approve(restoreId: string, by: string): Promise<RestoreReport> {
    const sign: KeyStore['sign'] = (kind, document) => this.parts.keys.sign(kind, document);
    // What may not be approved is refused before anything is read.
    approveRestore(this.parts.decisions.directory, restoreId, { ...this.decider(by), sign });
    await this.prove(restoreId);
    await this.decide(async (directory) => approveRestore(directory, restoreId, { ...this.decider(by), sign }));
    this.parts.processLog.info('restore.approved', { restoreId, caller: by });
    return this.report(restoreId);
  }

  async promote(restoreId: string, by: string): Promise<RestoreReport> {
    const decided = async (directory: Directory): Promise<DirectoryEvent> => {
      const ends = await this.ends(directory, restoreId);
      return promoteRestore(directory, restoreId, { ...this.decider(by), ends });
    };
    await decided(this.parts.decisions.directory);
    // Between approval and promotion hours may lie: what goes live is read once more.
    await this.prove(restoreId);
    await this.decide(decided);
    this.parts.processLog.info('restore.promoted', { restoreId, caller: by });
    return this.report(restoreId);
  }

  async rollBack(restoreId: string, by: string): Promise<RestoreReport> {
    await this.decide(async (directory) => {
      const ends = await this.ends(directory, restoreId);
      return rollBackRestore(directory, restoreId, { ...this.decider(by), ends });
    });
    this.parts.processLog.info('restore.rolled-back', { restoreId, caller: by });
    return this.report(restoreId);
  }

  async report(restoreId: string): Promise<RestoreReport> {
    const { decisions, replicas, now } = this.parts;
    const restore = restoreNamed(decisions.directory, restoreId);
    const [builds, silent] = await Promise.all([askBuilds(replicas, restoreId), askSilent(replicas)]);
    return reportRestore(restore, builds, { now: now(), silent, changedAt: decisions.changedAt(restoreId) });
  }

  /** Newest first. */
  async list(): Promise<readonly RestoreReport[]> {
    const { decisions, replicas, now } = this.parts;
    const [builds, silent] = await Promise.all([askBuilds(replicas), askSilent(replicas)]);
    return [...decisions.directory.restores.values()].toReversed().map((restore) => {
      const own = new Map(
        [...builds].map(([replica, reports]) => [
          replica,
          reports === 'unreachable' ? reports : reports.filter(({ restoreId }) => restoreId === restore.restoreId),
        ]),
      );
      return reportRestore(restore, own, { now: now(), silent, changedAt: decisions.changedAt(restore.restoreId) });
    });
  }

  compare(restoreId: string, wishes: ComparisonWishes): Promise<RestoreComparison> {
    return this.comparer.compare(this.parts.decisions.directory, restoreId, wishes);
  }

  /** One by its own id, all by that of their restore: one of each establishment. */
  certificates(id: string): readonly Certificate[] {
    const found = [...this.parts.decisions.directory.restores.values()].flatMap(({ restoreId, certificates }) =>
      certificates.filter(({ establishment }) => restoreId === id || certificateIdOf(restoreId, establishment) === id),
    );
    if (found.length > 0) return found;
    throw new Failure('not-found', `no certificate "${id.slice(0, 80)}"`, 'a restore has one once it is built');
  }

  /** Signs what all replicas have built alike. Two states of one log are said loudly, once. */
  async certify(): Promise<void> {
    const { decisions, now, processLog } = this.parts;
    for (const { restoreId, state } of decisions.directory.restores.values()) {
      if (state !== 'requested') continue;
      const built = await this.certifier.certify(decisions.directory, restoreId, now());
      if (built) {
        await this.decide(async (directory) => acceptedBy(directory, built));
        processLog.info('restore.built', { restoreId });
        continue;
      }
      const { failure } = await this.report(restoreId);
      if (failure === '' || this.saidFailed.has(restoreId)) continue;
      this.saidFailed.add(restoreId);
      processLog.fault('restore.failed', new Failure('replica.diverged', failure), { restoreId });
    }
  }

  private prove(restoreId: string): Promise<void> {
    return this.built.prove(restoreNamed(this.parts.decisions.directory, restoreId));
  }

  private decider(by: string): { readonly by: string; readonly at: Instant } {
    return { by, at: this.parts.now() };
  }

  private decide(make: (directory: Directory) => Promise<DirectoryEvent | readonly DirectoryEvent[]>): Promise<void> {
    return this.parts.decisions.decide(async (directory) => [await make(directory)].flat());
  }

  private async ends(directory: Directory, restoreId: string): Promise<Readonly<Record<string, Position>>> {
    const { targets } = restoreNamed(directory, restoreId);
    const ends: Record<string, Position> = {};
    for (const { establishment } of targets) ends[establishment] = (await this.parts.log.range(establishment)).last;
    return ends;
  }

  private planNamed(planId: string): RestorePlan {
    const plan = this.plans.get(planId);
    if (plan) return plan;
    throw new Failure(
      'not-found',
      `no plan "${planId.slice(0, 60)}" is known here`,
      'plan again; a plan that was written to a file can be given whole: `reprise restore run FILE`',
    );
  }
}
