import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { kubernetesDir } from './read-overlay.js';

const rulesDir = join('deploy', 'prometheus', 'rules');

/** A file of Prometheus's rules as the Prometheus Operator takes it: what it says stands, indented, under `spec`. */
export const prometheusRule = (name: string, rules: string): string => `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: reprise-${name}
spec:
${rules.trimEnd().replace(/^(?=.)/gm, '  ')}
`;

/** All rules of `deploy/prometheus`, which are tried there. */
export const alertsFile = (): readonly [string, string] => [
  join(kubernetesDir, 'base', 'alerts.yaml'),
  `# Made from deploy/prometheus/rules: npm run deploy:check -- --write\n${readdirSync(rulesDir)
    .toSorted()
    .map((file) => prometheusRule(basename(file, '.yaml'), readFileSync(join(rulesDir, file), 'utf8')))
    .join('---\n')}`,
];
