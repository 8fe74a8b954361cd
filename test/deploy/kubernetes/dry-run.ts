import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { failed, held, notChecked, type Outcome } from '../check.js';
import { ApiServer, hasServer, serverDir } from './api-server.js';
import type { Built } from './built.js';
import { definitionsDir } from './schemas.js';
import { run } from './tools.js';

const must = async (server: ApiServer, args: readonly string[], input?: string): Promise<void> => {
  const { code, stderr } = await server.kubectl(args, input);
  if (code !== 0) throw new Error(`kubectl ${args[0]}: ${stderr.trim()}`);
};

/** What the server says against a whole overlay; a warning (`would violate PodSecurity`) counts. */
const saidAgainst = async (server: ApiServer, yaml: string): Promise<readonly string[]> => {
  const flags = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'];
  const { code, stdout, stderr } = await server.kubectl(flags, yaml);
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  if (code === 0 && stdout.trim() === '') return ['the server was given nothing'];
  return code === 0 ? lines.filter((line) => line.startsWith('Warning')) : lines;
};

/** Faults that no schema sees, or that a pod of this namespace may not have: the server refuses or warns of each. */
const planted: readonly (readonly [RegExp, string])[] = [
  [/^( +)minReplicas: 2$/m, '$1minReplicas: 20'],
  [/^( +)imageCatalogRef:/m, '$1imageCatalog:'],
  [/allowPrivilegeEscalation: false/, 'allowPrivilegeEscalation: true'],
];

/** Asks a real API server whether it would take the overlays: its defaults, its validation, its Pod Security. It runs nothing of them. */
export const dryRun = async (built: readonly Built[]): Promise<Outcome> => {
  if (!hasServer()) return notChecked(`no kube-apiserver and etcd in ${serverDir}`);
  if ((await run('kubectl', ['version', '--client'])).code !== 0) return notChecked('there is no kubectl');
  if (!existsSync(definitionsDir)) return notChecked(`the resources of the operators are not in ${definitionsDir}`);
  const server = new ApiServer();
  try {
    await server.start();
    const definitions = readdirSync(definitionsDir).filter((name) => name.endsWith('.yaml'));
    for (const name of definitions) await must(server, ['create', '-f', join(definitionsDir, name)]);
    await must(server, ['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all']);
    await must(server, ['apply', '--server-side', '-f', join('deploy', 'kubernetes', 'base', 'namespace.yaml')]);
    const faults: string[] = [];
    for (const { overlay, yaml } of built) {
      faults.push(...(await saidAgainst(server, yaml)).map((line) => `${overlay}: ${line}`));
      for (const [right, wrong] of planted)
        if ((await saidAgainst(server, yaml.replace(right, wrong))).length === 0)
          faults.push(`${overlay}: the server took ${wrong.trim()}`);
    }
    if (faults.length > 0) return failed(faults);
    return held(
      `a real API server would take ${built.map(({ overlay }) => overlay).join(' and ')}, and refuses what was planted`,
    );
  } finally {
    await server.stop();
  }
};
