import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubernetesDir } from './read-overlay.js';

const written = '# Made from ../replica-a: npm run deploy:check -- --write\n';

/** `postgres-a-rw` is `postgres-b-rw`, `replica: a` is `replica: b`; words that only begin so stay. */
const ofReplicaB = (text: string): string =>
  text
    .replace(/-a(?![a-z0-9])/g, '-b')
    .replace(/\breplica: a\b/g, 'replica: b')
    .replace(/(REPRISE_REPLICA, value: )a\b/g, '$1b')
    .replace(/^# One replica: .*\n/m, '');

/** What `replica-b` must be: every file of `replica-a`, with the other name. */
export const secondReplica = (): ReadonlyMap<string, string> => {
  const folder = join(kubernetesDir, 'replica-a');
  return new Map(
    readdirSync(folder).map((name) => [
      join(kubernetesDir, 'replica-b', name),
      written + ofReplicaB(readFileSync(join(folder, name), 'utf8')),
    ]),
  );
};
