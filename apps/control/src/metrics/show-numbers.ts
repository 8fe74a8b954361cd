import type { InSync } from '#kafka';
import type { EstablishmentReport, Problem, ReplicaLag, RestoreReport, SenderLine } from '#usecases';
import type { Gauge } from 'prom-client';
import * as told from './control-metrics.js';

/** Says this of each item, and nothing any more of what was said before; what is not known is not said. */
const show = <Label extends string, Item>(
  gauge: Gauge<Label>,
  items: readonly Item[],
  one: (item: Item) => readonly [labels: Record<Label, string>, value: number | null],
): void => {
  gauge.reset();
  for (const item of items) {
    const [labels, value] = one(item);
    if (value !== null) gauge.set(labels, value);
  }
};

/** What `status` and `doctor` tell: sentences of one code about one thing are one number. */
export const showProblems = (found: readonly Problem[], atMs: number): void => {
  told.problems.reset();
  for (const { code, state, establishment = '', replica = '', sender = '' } of found)
    told.problems.inc({ code, state, establishment, replica, sender });
  told.lookedAt.set(atMs / 1000);
};

/** Every table of `status`, as numbers. */
export const showStatus = (reports: readonly EstablishmentReport[]): void => {
  show(told.logEvents, reports, ({ establishment, logEnd }) => [
    { establishment },
    logEnd === null ? null : Number(logEnd) + 1,
  ]);
  show(told.silent, reports, ({ establishment, silentSeconds }) => [{ establishment }, silentSeconds]);
  show(told.estimate, reports, ({ establishment, rtoSeconds }) => [{ establishment }, rtoSeconds]);
  show(told.proven, reports, ({ establishment, lastProvenRestore }) => [
    { establishment },
    lastProvenRestore && Date.parse(lastProvenRestore.finishedAt) / 1000,
  ]);
  showReplicas(
    reports.flatMap(({ establishment, replicas }) => replicas.map((replica) => ({ ...replica, establishment }))),
  );
  showSenders(reports.flatMap(({ establishment, senders }) => senders.map((sender) => ({ ...sender, establishment }))));
};

type OfEstablishment = { readonly establishment: string };

const showReplicas = (replicas: readonly (ReplicaLag & OfEstablishment)[]): void => {
  const each = (gauge: Gauge<'replica' | 'establishment'>, value: (replica: ReplicaLag) => number | null): void =>
    show(gauge, replicas, (one) => [{ replica: one.replica, establishment: one.establishment }, value(one)]);
  each(told.following, ({ state }) => (state === 'following' ? 1 : 0));
  each(told.lag, ({ lagSeconds }) => lagSeconds);
  each(told.lagEvents, ({ lagEvents }) => lagEvents);
  each(told.position, ({ position }) => (position === null ? null : Number(position)));
  each(told.parked, ({ parked }) => parked);
  each(told.heard, ({ heardSecondsAgo }) => heardSecondsAgo);
};

const showSenders = (senders: readonly (SenderLine & OfEstablishment)[]): void => {
  const each = (gauge: Gauge<'establishment' | 'sender'>, value: (sender: SenderLine) => number | null): void =>
    show(gauge, senders, (one) => [{ establishment: one.establishment, sender: one.name }, value(one)]);
  each(told.senderSilent, ({ silentSeconds }) => silentSeconds);
  each(told.senderSilentAfter, ({ silentAfterSeconds }) => silentAfterSeconds);
  each(told.senderMissing, ({ missing }) => missing);
  each(told.senderAlarms, ({ alarms }) => alarms?.count ?? 0);
};

const openStates = ['running', 'built', 'approved', 'failed'] as const;

/** Did two replicas build two states of one log? */
const differs = ({ builds }: RestoreReport): boolean =>
  [...Map.groupBy(builds, ({ establishment }) => establishment).values()].some(
    (own) => new Set(own.map(({ stateDigest }) => stateDigest).filter((digest) => digest !== '')).size > 1,
  );

/** Restores that are not over. */
export const showRestores = (restores: readonly RestoreReport[]): void => {
  for (const state of openStates)
    told.restores.set({ state }, restores.filter((restore) => restore.state === state).length);
  const open = restores.filter(({ state }) => openStates.some((one) => one === state));
  told.restores.set({ state: 'differing' }, open.filter(differs).length);
  const running = restores.filter(({ state }) => state === 'running');
  told.restoreEventsLeft.set(
    running.reduce((sum, { eventsDone, eventsTotal }) => sum + Math.max(0, eventsTotal - eventsDone), 0),
  );
};

export const showInSync = (logs: readonly InSync[]): void => {
  show(told.inSyncBrokers, logs, ({ establishment, inSync }) => [{ establishment }, inSync]);
  show(told.assignedBrokers, logs, ({ establishment, assigned }) => [{ establishment }, assigned]);
};
