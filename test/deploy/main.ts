import type { DeployCheck, Outcome } from './check.js';
import { composeCheck, composeConfigurationCheck } from './compose.js';
import { dashboardsLive } from './dashboards-live.js';
import { imagesCheck } from './images.js';
import { kubernetesChecks } from './kubernetes/check-kubernetes.js';
import { writeMadeFiles } from './kubernetes/made-files.js';
import { prometheusRules } from './prometheus.js';

/** `npm run deploy:check`: all that a machine can check of `deploy/`. What it could not check is said, and is no failure. */
const checks: readonly DeployCheck[] = [
  imagesCheck,
  composeConfigurationCheck,
  composeCheck,
  ...kubernetesChecks,
  prometheusRules,
  dashboardsLive,
];

const marks: Readonly<Record<Outcome['kind'], string>> = { held: 'ok', 'not-checked': '--', failed: 'NO' };

const sentencesOf = (outcome: Outcome): readonly string[] => {
  if (outcome.kind === 'held') return [outcome.what];
  if (outcome.kind === 'not-checked') return [`not checked: ${outcome.why}`];
  return outcome.faults;
};

const outcomeOf = (check: DeployCheck): Promise<Outcome> =>
  check.run().catch((error: unknown): Outcome => ({ kind: 'failed', faults: [String(error)] }));

// Files that are made from others are made anew first.
if (process.argv.includes('--write')) writeMadeFiles();

let hasFailed = false;
for (const check of checks) {
  const outcome = await outcomeOf(check);
  hasFailed ||= outcome.kind === 'failed';
  const [first = '', ...others] = sentencesOf(outcome);
  console.log(`${marks[outcome.kind]}  ${check.name}: ${first}`);
  for (const sentence of others) console.log(`    ${sentence}`);
}
process.exitCode = hasFailed ? 1 : 0;
