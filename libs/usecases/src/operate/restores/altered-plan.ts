import { canonicalJson } from '../canonical-json.js';
import type { RestorePlan } from './restore-plan.js';

/** What an operator reads of a plan before running it, besides what `planHash` covers. Sizes and times to come are estimates. */
const shown = ['planId', 'to', 'lastIn', 'events', 'excluded', 'excludedPositions', 'gaps'] as const;

/** What came behind the log's end when it was planned may be told by now. */
const firstOutHolds = (plan: RestorePlan, again: RestorePlan): boolean => {
  const now = new Set(again.firstOut.map(canonicalJson));
  return Array.isArray(plan.firstOut) && plan.firstOut.every((mark) => now.has(canonicalJson(mark)));
};

/** The first member in which a plan with the right hash says something else than planning it again does; a file can be written by anybody. */
export const alteredMember = (plan: RestorePlan, again: RestorePlan): string | undefined =>
  shown.find((member) => plan[member] === undefined || canonicalJson(plan[member]) !== canonicalJson(again[member])) ??
  (firstOutHolds(plan, again) ? undefined : 'firstOut');
