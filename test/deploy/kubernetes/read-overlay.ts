import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { Manifest } from './manifest.js';

/** Tests and checks run in the folder of the project. */
export const kubernetesDir = join('deploy', 'kubernetes');
export const overlays = ['single-site', 'two-sites'] as const;

interface Kustomization {
  readonly resources?: readonly string[];
  readonly configMapGenerator?: readonly {
    readonly name: string;
    readonly literals?: readonly string[];
    readonly files?: readonly string[];
  }[];
  readonly images?: readonly { readonly name: string; readonly newTag: string }[];
}

/** What an overlay puts together, before its patches: kustomize is a program that not every machine has. */
export interface Overlay {
  readonly manifests: readonly Manifest[];
  /** Of the generated ConfigMaps: key and value by name. A file's value is its text. */
  readonly configMaps: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Tag by image. */
  readonly images: ReadonlyMap<string, string>;
}

const manifestsIn = (file: string): readonly Manifest[] =>
  parseAllDocuments(readFileSync(file, 'utf8'), { strict: true }).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join('; ')}`);
    return document.toJS() as Manifest;
  });

const generated = (folder: string, { configMapGenerator = [] }: Kustomization): Overlay['configMaps'] =>
  new Map(
    configMapGenerator.map(({ name, literals = [], files = [] }) => [
      name,
      Object.fromEntries([
        ...literals.map((literal) => [literal.slice(0, literal.indexOf('=')), literal.slice(literal.indexOf('=') + 1)]),
        ...files.map((file) => [file.replace(/^.*\//, ''), readFileSync(join(folder, file), 'utf8')]),
      ]),
    ]),
  );

const kustomizationIn = (folder: string): Kustomization =>
  parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as Kustomization;

/** `a`, `b`: the replicas that an overlay names. */
export const replicasOf = (overlay: string): readonly string[] =>
  (kustomizationIn(join(kubernetesDir, overlay)).resources ?? []).flatMap(
    (resource) => /^\.\.\/replica-([a-z])$/.exec(resource)?.[1] ?? [],
  );

/** Reads a folder with a `kustomization.yaml` and all that it names. Throws where a file is missing or is no YAML. */
export const readOverlay = (folder: string): Overlay => {
  const kustomization = kustomizationIn(folder);
  const parts = (kustomization.resources ?? []).map((resource): Overlay => {
    const path = join(folder, resource);
    if (existsSync(join(path, 'kustomization.yaml'))) return readOverlay(path);
    return { manifests: manifestsIn(path), configMaps: new Map(), images: new Map() };
  });
  return {
    manifests: parts.flatMap(({ manifests }) => manifests),
    configMaps: new Map([...parts.flatMap(({ configMaps }) => [...configMaps]), ...generated(folder, kustomization)]),
    images: new Map((kustomization.images ?? []).map(({ name, newTag }) => [name, newTag])),
  };
};
