import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { type ResourceDefinition, schemasOf } from './resource-schema.js';
import { cacheDir, run } from './tools.js';

const kubernetesVersion = '1.37.0';

/** They name each other, and themselves, by an address on a server. */
const asFile = (text: string): string => {
  const { $id: _, ...schema } = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify(schema).replaceAll('"/api/_definitions.json', '"_definitions.json');
};

/**
 * The schemas of Kubernetes itself, as the Python package `kubernetes-validate` carries them; downloaded once. Nothing where there is no
 * Python or no index of packages.
 */
export const coreSchemas = async (): Promise<string | undefined> => {
  const folder = join(cacheDir, `kubernetes-${kubernetesVersion}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cacheDir, { recursive: true });
  const work = mkdtempSync(join(cacheDir, 'half-'));
  try {
    const wanted = `kubernetes-validate==${kubernetesVersion}`;
    const got = await run('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', work, wanted]);
    const wheel = readdirSync(work).find((name) => name.endsWith('.whl'));
    if (got.code !== 0 || wheel === undefined) return undefined;
    await run('python3', ['-m', 'zipfile', '-e', join(work, wheel), join(work, 'wheel')]);
    const from = join(
      work,
      'wheel',
      'kubernetes_validate',
      'kubernetes-json-schema',
      `v${kubernetesVersion}-local-strict`,
    );
    const half = join(work, 'schemas');
    mkdirSync(half);
    // They name each other by an address on a server.
    for (const name of readdirSync(from))
      writeFileSync(join(half, name), asFile(readFileSync(join(from, name), 'utf8')));
    renameSync(half, folder);
    return folder;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};

/** Definitions of the resources of Strimzi, CloudNativePG, cert-manager and Prometheus Operator: a folder of YAML beside the project. */
export const definitionsDir = join('..', 'shared', 'samples', 'crds');

/** Makes schemas of them, in a folder of their own. Nothing where they do not lie there. */
export const resourceSchemas = (folder: string): string | undefined => {
  if (!existsSync(definitionsDir)) return undefined;
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(definitionsDir).filter((file) => file.endsWith('.yaml')))
    for (const document of parseAllDocuments(readFileSync(join(definitionsDir, name), 'utf8'))) {
      const definition = document.toJS() as ResourceDefinition | null;
      if (definition)
        for (const [file, schema] of schemasOf(definition)) writeFileSync(join(folder, file), JSON.stringify(schema));
    }
  return folder;
};
