import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface Service {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

export const composeFolder = 'deploy/compose';

/** The variables of `.env.example`. */
export const exampleEnvironment = (folder = composeFolder): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readFileSync(`${folder}/.env.example`, 'utf8')
      .split('\n')
      .flatMap((line) => {
        const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
        return name === undefined || value === undefined ? [] : [[name, value] as const];
      }),
  );

/** The services, with the variables of `.env.example` in their places. Throws where one is not there. */
export const services = (folder = composeFolder): Readonly<Record<string, Service>> => {
  const variables = exampleEnvironment(folder);
  const text = readFileSync(`${folder}/compose.yaml`, 'utf8').replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`${name} is not in .env.example`);
    return value;
  });
  return (parse(text, { merge: true, maxAliasCount: -1 }) as { readonly services: Readonly<Record<string, Service>> })
    .services;
};

/** Of which target of the Dockerfile a service is; nothing where its image is of others. */
export const targetOf = ({ image }: Service): string | undefined => /^reprise-([a-z]+):/.exec(image)?.[1];

/** Files and folders of the installation that a service is told of: as `make-installation.mjs` names them. */
export const installationPaths = ({ environment = {}, volumes = [] }: Service): readonly string[] => {
  const folder = volumes.flatMap(
    (volume) => /^\.\/installation\/([a-z0-9-]+):\/installation:ro$/.exec(volume)?.[1] ?? [],
  )[0];
  return Object.values(environment)
    .filter((value) => value.startsWith('/installation/'))
    .map((value) => value.replace('/installation', folder ?? 'no folder'));
};
