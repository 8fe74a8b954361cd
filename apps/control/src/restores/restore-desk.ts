import { Failure, type Instant, type Position } from '#domain';
import type { ProcessLog } from '#platform';
import {
  acceptedBy,
  approveRestore,
  askBuilds,
  askLives,
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
  type PlanWarning,
  promoteRestore,
  ProveBuilt,
  type ReplicaBuilds,
  type ReplicaLives,
  type ReplicaStatus,
  reportRestore,
  requestRestore,
  type Restore,
  type RestoreComparison,
  restoreNamed,
  type RestorePlan,
  type RestoreReport,
  resumeRestore,
  rollBackRestore,
  silentOf,
  switchesOf,
  WarnOfRun,
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

/** What a person is asked about before it is done. */
export const steps = ['cancel', 'approve', 'promote', 'rollback'] as const;
export type Step = (typeof steps)[number];

/** What is signed, or goes live, is read before. */
const isProven = (step: Step): boolean => step === 'approve' || step === 'promote';

const said = {
  cancel: 'cancelled',
  approve: 'approved',
  promote: 'promoted',
  rollback: 'rolled-back',
} as const satisfies Record<Step, string>;

/** Where operators' words on restores become decisions, one after the other. */
export class RestoreDesk {
  private readonly plans = new Map<string, RestorePlan>();
  private readonly planner: PlanRestore;
  private readonly comparer: CompareRestore;
  private readonly certifier: CertifyRestores;
  private readonly built: ProveBuilt;
  private readonly runs: WarnOfRun;
  private readonly saidFailed = new Set<string>();

  constructor(private readonly parts: DeskParts) {
    this.planner = new PlanRestore(parts.log);
    this.comparer = new CompareRestore(parts.replicas, parts.log);
    this.certifier = new CertifyRestores(parts.replicas, parts.keys);
    this.built = new ProveBuilt(parts.replicas, parts.log);
    this.runs = new WarnOfRun(parts.replicas, parts.log);
  }

  async rate(): Promise<BuildRate> {
    return buildRate(await askBuilds(this.parts.replicas));
  }

  /** With what should be looked at before it is run. */
  async plan(request: PlanRequest): Promise<RestorePlan & { readonly warnings: readonly PlanWarning[] }> {
    const { decisions, now } = this.parts;
    const plan = await this.planner.plan(request, decisions.directory, { now: now(), rate: await this.rate() });
    const warnings = await this.runs.look(plan, decisions.directory, now());
    this.plans.delete(plan.planId);
    this.plans.set(plan.planId, plan);
    for (const oldest of this.plans.keys()) {
      if (this.plans.size <= plansMax) break;
      this.plans.delete(oldest);
    }
    return { ...plan, warnings };
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

  /**
   * Throws what would refuse this step now; changes nothing. Nobody needs to be asked about a step that cannot be taken. Who takes the
   * step at once leaves the proof to it: what is built is then read once.
   */
  async check(step: Step, restoreId: string, by: string, proof: 'now' | 'later'): Promise<RestoreReport> {
    if (proof === 'now') await this.refuse(step, restoreId, by);
    else {
      await this.eventOf(step, this.parts.decisions.directory, restoreId, by);
      if (isProven(step)) await this.built.reach(restoreNamed(this.parts.decisions.directory, restoreId));
    }
    return this.report(restoreId);
  }

  async take(step: Step, restoreId: string, by: string): Promise<RestoreReport> {
    await this.refuse(step, restoreId, by);
    await this.decide((directory) => this.eventOf(step, directory, restoreId, by));
    this.parts.processLog.info(`restore.${said[step]}`, { restoreId, caller: by });
    return this.report(restoreId);
  }

  async report(restoreId: string): Promise<RestoreReport> {
    const { decisions, replicas } = this.parts;
    const restore = restoreNamed(decisions.directory, restoreId);
    const [builds, lives] = await Promise.all([askBuilds(replicas, restoreId), askLives(replicas)]);
    return this.reported(restore, builds, lives);
  }

  /** Newest first. */
  async list(): Promise<readonly RestoreReport[]> {
    const { decisions, replicas } = this.parts;
    const [builds, lives] = await Promise.all([askBuilds(replicas), askLives(replicas)]);
    return [...decisions.directory.restores.values()].toReversed().map((restore) => {
      const own = new Map(
        [...builds].map(([replica, reports]) => [
          replica,
          reports === 'unreachable' ? reports : reports.filter(({ restoreId }) => restoreId === restore.restoreId),
        ]),
      );
      return this.reported(restore, own, lives);
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

  private reported(restore: Restore, builds: ReplicaBuilds, lives: ReplicaLives): RestoreReport {
    const { decisions, now } = this.parts;
    return reportRestore(restore, builds, {
      now: now(),
      changedAt: decisions.changedAt(restore.restoreId),
      silent: silentOf(lives),
      switches: switchesOf(restore, decisions.directory, lives),
    });
  }

  private async refuse(step: Step, restoreId: string, by: string): Promise<void> {
    // What may not be is refused before anything is read.
    await this.eventOf(step, this.parts.decisions.directory, restoreId, by);
    // What is signed is read, and once more what goes live: hours may lie between.
    if (isProven(step)) await this.prove(restoreId);
  }

  private async eventOf(step: Step, directory: Directory, restoreId: string, by: string): Promise<DirectoryEvent> {
    const decider = this.decider(by);
    switch (step) {
      case 'cancel':
        return cancelRestore(directory, restoreId, decider);
      case 'approve':
        return approveRestore(directory, restoreId, {
          ...decider,
          sign: (kind, document) => this.parts.keys.sign(kind, document),
        });
      case 'promote':
        return promoteRestore(directory, restoreId, { ...decider, ends: await this.ends(directory, restoreId) });
      case 'rollback':
        return rollBackRestore(directory, restoreId, { ...decider, ends: await this.ends(directory, restoreId) });
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
