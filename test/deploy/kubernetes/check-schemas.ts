import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failed, held, notChecked, type Outcome } from '../check.js';
import type { Built } from './built.js';
import { coreSchemas, definitionsDir, resourceSchemas } from './schemas.js';
import { goTool, run } from './tools.js';

interface Summary {
  readonly resources: readonly {
    readonly kind: string;
    readonly name: string;
    readonly status: string;
    readonly msg: string;
  }[];
  readonly summary: { readonly valid: number; readonly skipped: number };
}

interface Validator {
  readonly tool: string;
  /** Folders of schemas. Without the definitions of their resources, those of the operators are passed over, and counted. */
  readonly locations: readonly string[];
}

const validate = async (
  { tool, locations }: Validator,
  { overlay, yaml }: Built,
): Promise<{ readonly faults: readonly string[]; readonly valid: number; readonly skipped: number }> => {
  const flags = [
    '-strict',
    '-summary',
    '-output',
    'json',
    ...(locations.length === 1 ? ['-ignore-missing-schemas'] : []),
    ...locations.flatMap((folder) => ['-schema-location', join(folder, '{{.ResourceKind}}{{.KindSuffix}}.json')]),
  ];
  const { stdout, stderr } = await run(tool, [...flags, '-'], { input: yaml });
  if (stdout === '') throw new Error(`kubeconform: ${stderr.trim()}`);
  const { resources, summary } = JSON.parse(stdout) as Summary;
  return { faults: resources.map(({ kind, name, msg }) => `${overlay}: ${kind} ${name}: ${msg}`), ...summary };
};

/** Misspelled members: of a Deployment, and of a resource of an operator's. */
const planted: readonly (readonly [RegExp, string])[] = [
  [/^( +)minReplicas:/m, '$1minReplica:'],
  [/^( +)imageCatalogRef:/m, '$1imageCatalog:'],
];

/** Schemas that let a misspelled member pass hold nothing. */
const unseen = async (validator: Validator, { overlay, yaml }: Built): Promise<readonly string[]> => {
  const seen = await Promise.all(
    planted
      .slice(0, validator.locations.length)
      .map(
        async ([right, wrong]) =>
          (await validate(validator, { overlay, yaml: yaml.replace(right, wrong) })).faults.length,
      ),
  );
  return seen.every((faults) => faults === 1) ? [] : ['a misspelled member was not seen: the schemas do not hold'];
};

const schemaOutcome = async (validator: Validator, built: readonly Built[]): Promise<Outcome> => {
  const results = await Promise.all(built.map((one) => validate(validator, one)));
  const faults = results.flatMap((result) => result.faults);
  if (faults.length > 0) return failed(faults);
  const missed = (await Promise.all(built.map((one) => unseen(validator, one)))).flat();
  if (missed.length > 0) return failed(missed);
  const sum = (count: 'valid' | 'skipped'): number => results.reduce((all, result) => all + result[count], 0);
  const whose =
    validator.locations.length > 1
      ? ', Strimzi, CloudNativePG, cert-manager and Prometheus Operator; misspelled members are refused'
      : `; not checked: ${sum('skipped')} resources of operators, whose definitions are not in ${definitionsDir}`;
  return held(`${sum('valid')} manifests hold against the schemas of Kubernetes${whose}`);
};

/** Every manifest against the schemas of Kubernetes, and of the operators where they lie. */
export const checkSchemas = async (built: readonly Built[]): Promise<Outcome> => {
  const tool = await goTool('kubeconform', 'github.com/yannh/kubeconform/cmd/kubeconform', 'v0.8.0');
  if (tool === undefined) return notChecked('there is no kubeconform, and no Go to install it');
  const core = await coreSchemas();
  if (core === undefined)
    return notChecked('the schemas of Kubernetes cannot be downloaded (Python package kubernetes-validate)');
  const work = mkdtempSync(join(tmpdir(), 'reprise-schemas-'));
  try {
    const resources = resourceSchemas(work);
    return await schemaOutcome({ tool, locations: resources ? [core, resources] : [core] }, built);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};
