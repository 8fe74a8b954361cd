import { readdirSync, readFileSync } from 'node:fs';

/** What one image of `deploy/images/Dockerfile` says of itself. */
export interface Target {
  readonly name: string;
  readonly entrypoint: readonly string[];
  /** The command of its health check; none where the app has no door. */
  readonly healthcheck: readonly string[] | undefined;
  readonly title: string | undefined;
}

export const dockerfile = (): string => readFileSync('deploy/images/Dockerfile', 'utf8');

const list = (text: string | undefined): readonly string[] | undefined =>
  text === undefined ? undefined : (JSON.parse(text) as readonly string[]);

export const targets = (text = dockerfile()): readonly Target[] =>
  text
    .split(/^FROM /m)
    .filter((stage) => stage.startsWith('runtime AS '))
    .map((stage) => ({
      name: /^runtime AS (\S+)/.exec(stage)?.[1] ?? '',
      entrypoint: list(/^ENTRYPOINT (\[.*\])$/m.exec(stage)?.[1]) ?? [],
      healthcheck: list(/^HEALTHCHECK .*CMD (\[.*\])$/m.exec(stage)?.[1]),
      title: /image\.title="([^"]+)"/.exec(stage)?.[1],
    }));

/** Of this machine and of tests: nobody deploys them. */
const notDeployed = ['local', 'simulator'];

export const deployedApps = (): readonly string[] => readdirSync('apps').filter((app) => !notDeployed.includes(app));
