import { type Manifest, nameOf, ofKind, type Volume, workloadsOf } from './manifest.js';
import type { Overlay } from './read-overlay.js';

const referencesOf = ({ secret, configMap, projected }: Volume): readonly string[] => [
  ...(secret ? [`Secret ${secret.secretName}`] : []),
  ...(configMap ? [`ConfigMap ${configMap.name}`] : []),
  ...(projected?.sources ?? []).flatMap((source) => [
    ...(source.secret ? [`Secret ${source.secret.name}`] : []),
    ...(source.configMap ? [`ConfigMap ${source.configMap.name}`] : []),
  ]),
];

/** Secrets that operators of the cluster make from the manifests. */
const madeSecrets = (manifests: readonly Manifest[]): readonly string[] => [
  ...ofKind(manifests, 'Certificate').map(({ spec }) => spec.secretName ?? ''),
  ...ofKind(manifests, 'KafkaUser').map(({ metadata }) => metadata.name),
  ...ofKind(manifests, 'Kafka').map(({ metadata }) => `${metadata.name}-cluster-ca-cert`),
  ...ofKind(manifests, 'Cluster').map(({ metadata }) => `${metadata.name}-superuser`),
];

const replicasOf = (manifests: readonly Manifest[]): readonly string[] => [
  ...new Set(manifests.flatMap(({ metadata }) => metadata.labels?.['replica'] ?? [])),
];

/** What the README tells operators to provide: rows of a table that begin with `Secret` or `ConfigMap` and a name; `<r>` is each replica. */
export const providedIn = (readme: string, manifests: readonly Manifest[]): readonly string[] =>
  [...readme.matchAll(/^\| (Secret|ConfigMap) `([a-z<>-]+)` \|/gm)].flatMap(([, kind = '', name = '']) =>
    name.includes('<r>')
      ? replicasOf(manifests).map((replica) => `${kind} ${name.replace('<r>', replica)}`)
      : [`${kind} ${name}`],
  );

const signerFaults = (manifests: readonly Manifest[]): readonly string[] => {
  const issuers = new Set(ofKind(manifests, 'Issuer').map(({ metadata }) => metadata.name));
  return ofKind(manifests, 'Certificate').flatMap((certificate) =>
    issuers.has(certificate.spec.issuerRef?.name ?? '') ? [] : [`${nameOf(certificate)} has no issuer`],
  );
};

/** Secrets stand nowhere in these files; every one that is mounted is made in the cluster, or is in the README's list, and that list holds no other. */
export const referenceRules = ({ manifests, configMaps }: Overlay, readme: string): readonly string[] => {
  const provided = providedIn(readme, manifests);
  const known = new Set([
    ...provided,
    ...madeSecrets(manifests).map((name) => `Secret ${name}`),
    ...[...configMaps.keys()].map((name) => `ConfigMap ${name}`),
  ]);
  const used = workloadsOf(manifests).flatMap((workload) =>
    (workload.template.spec.volumes ?? []).flatMap(referencesOf).map((reference) => ({ workload, reference })),
  );
  const usedNames = new Set(used.map(({ reference }) => reference));
  return [
    ...ofKind(manifests, 'Secret').map((secret) => `${nameOf(secret)} stands in a file`),
    ...used.flatMap(({ workload, reference }) =>
      known.has(reference) ? [] : [`${nameOf(workload.manifest)}: nobody makes ${reference}`],
    ),
    ...provided.flatMap((name) => (usedNames.has(name) ? [] : [`README asks for ${name}, which nothing mounts`])),
    ...signerFaults(manifests),
  ];
};
