import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseTerritory } from '#usecases';
import { accessRules, clusterName } from '../../../libs/kafka/src/access/access-table.js';
import { madeFiles } from './made-files.js';
import type { Manifest } from './manifest.js';
import { numberRules } from './number-rules.js';
import { podRules } from './pod-rules.js';
import { kubernetesDir, overlays, readOverlay, replicasOf } from './read-overlay.js';
import { referenceRules } from './reference-rules.js';
import { settingRules } from './setting-rules.js';
import { wiringRules } from './wiring-rules.js';

const readme = readFileSync(join(kubernetesDir, 'README.md'), 'utf8');
const read = Object.fromEntries(overlays.map((overlay) => [overlay, readOverlay(join(kubernetesDir, overlay))]));
const twoSites = readOverlay(join(kubernetesDir, 'two-sites'));

/** All manifests, with one piece of their text replaced: a fault that somebody might make. */
const altered = (right: string | RegExp, wrong: string): readonly Manifest[] => {
  const text = JSON.stringify(twoSites.manifests);
  expect(text).toMatch(right);
  return JSON.parse(text.replace(right, wrong)) as readonly Manifest[];
};

describe.each(overlays)('the manifests of %s', (overlay) => {
  const installation = read[overlay] ?? twoSites;

  it('run their pods restricted, with resources, probes, budgets, and time to end', () => {
    expect(podRules(installation.manifests)).toEqual([]);
  });

  it('select pods that are there, by ports that they have; each pod has a policy', () => {
    expect(wiringRules(installation.manifests)).toEqual([]);
  });

  it('mount what is made in the cluster or what the README asks for, and hold no secret', () => {
    expect(referenceRules(installation, readme)).toEqual([]);
  });

  it('agree with the numbers of the program', () => {
    expect(numberRules(installation.manifests)).toEqual([]);
  });

  it('give each app the settings that it asks for, and mount what they name', () => {
    expect(settingRules(installation)).toEqual([]);
  });

  it('run the images of this version', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const run = installation.manifests.flatMap(({ spec }) => {
      const pod = spec?.template?.spec;
      return [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].map(({ image }) => image);
    });
    expect(new Map([...new Set(run)].toSorted().map((image) => [image, version]))).toEqual(
      new Map([...installation.images].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    );
  });
});

describe('what is made from other files', () => {
  it.each([...madeFiles()].map(([path, text]) => ({ path, text })))('$path is up to date', ({ path, text }) => {
    expect(existsSync(path) && readFileSync(path, 'utf8')).toBe(text);
  });

  it('holds every rule of the table, literally, and no other', () => {
    const users = twoSites.manifests.filter(({ kind }) => kind === 'KafkaUser');
    const held = users.flatMap(({ metadata, spec }) =>
      (spec.authorization?.acls ?? []).flatMap(({ type, resource, operations }) => {
        expect(type).toBe('allow');
        expect(resource.patternType ?? 'literal').toBe('literal');
        return operations.map(
          (operation) => `${metadata.name} ${operation} ${resource.type} ${resource.name ?? clusterName}`,
        );
      }),
    );
    const territory = parseTerritory(readFileSync(join(kubernetesDir, 'installation', 'territory.json'), 'utf8'));
    const establishments = territory.establishments.map(({ finess }) => finess);
    const wanted = accessRules(establishments, replicasOf('two-sites')).map(
      ({ principal, operation, resource, name }) =>
        `${principal} ${operation.toLowerCase().replaceAll('_', '')} ${resource} ${name}`,
    );
    expect(wanted.length).toBeGreaterThan(30);
    expect(held.map((rule) => rule.replace(/ \S+/, (word) => word.toLowerCase())).toSorted()).toEqual(
      wanted.toSorted(),
    );
  });

  it('has every alert, as it was tried', () => {
    const folder = join('deploy', 'prometheus', 'rules');
    const tried = readdirSync(folder)
      .toSorted()
      .map((file) => parse(readFileSync(join(folder, file), 'utf8')) as unknown);
    expect(tried.length).toBeGreaterThan(0);
    expect(twoSites.manifests.filter(({ kind }) => kind === 'PrometheusRule').map(({ spec }) => spec)).toEqual(tried);
  });

  it('has no reader, and nobody who deletes or alters', () => {
    const text = readFileSync(join(kubernetesDir, 'two-sites', 'kafka-users.yaml'), 'utf8');
    expect(text).not.toMatch(/Delete|Alter|\bAll\b|prefix/);
    expect(text.match(/^  name: .*/gm)).toEqual([
      '  name: reprise-gateway',
      '  name: reprise-replicator',
      '  name: reprise-control',
    ]);
  });
});

describe('the rules see', () => {
  const seen: readonly (readonly [
    string,
    (manifests: readonly Manifest[]) => readonly string[],
    string | RegExp,
    string,
    string,
  ])[] = [
    [
      'a root file system that may be written',
      podRules,
      '"readOnlyRootFilesystem":true',
      '"readOnlyRootFilesystem":false',
      'is not restricted',
    ],
    ['a pod as root', podRules, '"runAsNonRoot":true,"runAsUser":10001', '"runAsUser":0', 'may run as root'],
    ['a token of the cluster', podRules, '"automountServiceAccountToken":false,', '', 'has a token of the cluster'],
    ['a missing limit', podRules, '"limits":{"memory":"1Gi"}', '"limits":{}', 'lacks resources'],
    [
      'a secret in the environment',
      podRules,
      /"value":"3"/,
      '"valueFrom":{"secretKeyRef":{"name":"x","key":"y"}}',
      'has a secret in',
    ],
    [
      'a file that is never renewed',
      podRules,
      '"mountPath":"/etc/reprise/doors"',
      '"subPath":"tls.crt","mountPath":"/etc/reprise/doors"',
      'mounts a part of',
    ],
    ['a probe in the clear', podRules, '"port":"https","scheme":"HTTPS"', '"port":"https"', 'asks a closed door'],
    [
      'a process that is begun anew for what it depends on',
      podRules,
      /"livenessProbe":\{"httpGet":\{"path":"\/livez"/,
      '"livenessProbe":{"httpGet":{"path":"/readyz"',
      'livenessProbe is not /livez',
    ],
    [
      'too little time to end',
      podRules,
      '"terminationGracePeriodSeconds":30',
      '"terminationGracePeriodSeconds":20',
      'is killed after 20 s',
    ],
    [
      'a budget for nobody',
      podRules,
      /("kind":"PodDisruptionBudget".{1,160}?app.kubernetes.io\/name":)"gateway"/,
      '$1"gatway"',
      'has 0 disruption budgets',
    ],
    [
      'a service that leads nowhere',
      wiringRules,
      '"selector":{"app.kubernetes.io/name":"gateway"}',
      '"selector":{"app.kubernetes.io/name":"gatway"}',
      'leads to 0 kinds of pods',
    ],
    ['a port that nobody opens', wiringRules, '"targetPort":"mllps"', '"targetPort":"mllp"', 'no port mllp'],
    [
      'a policy that is gone',
      wiringRules,
      '"podSelector":{"matchLabels":{"app.kubernetes.io/name":"gateway"}},"policyTypes"',
      '"podSelector":{"matchLabels":{"app.kubernetes.io/name":"gatway"}},"policyTypes"',
      'Deployment gateway has no policy',
    ],
    ['a policy of a port where nobody listens', wiringRules, '"port":2585}', '"port":2575}', 'opens 2575'],
    [
      'nothing denied by default',
      wiringRules,
      '"spec":{"podSelector":{},"policyTypes":["Ingress","Egress"]}',
      '"spec":{"podSelector":{},"policyTypes":["Ingress"]}',
      'nothing is denied by default',
    ],
    [
      'a reader that reaches Kafka',
      wiringRules,
      /("podSelector":\{"matchLabels":\{"cnpg.io\/cluster":"postgres-a"\}\}\}\],"ports":\[)/g,
      '"podSelector":{"matchLabels":{"strimzi.io/name":"reprise-kafka"}}}],"ports":[',
      'reaches more than its database',
    ],
    [
      'a certificate that is renewed too late',
      numberRules,
      '"renewBefore":"1080h"',
      '"renewBefore":"700h"',
      'is renewed too late',
    ],
    [
      'topics that anybody makes',
      numberRules,
      '"auto.create.topics.enable":false',
      '"auto.create.topics.enable":true',
      'auto.create.topics.enable is not false',
    ],
    [
      'one copy in sync',
      numberRules,
      '"min.insync.replicas":2',
      '"min.insync.replicas":1',
      'min.insync.replicas is not 2',
    ],
    ['more readers than connections', numberRules, '"maxReplicas":4', '"maxReplicas":5', '5 readers do not fit'],
    ['a Postgres that speaks in the clear', numberRules, '"hostssl postgres', '"host postgres', 'speaks in the clear'],
    ['a Postgres that takes the rest', numberRules, ',"host all all all reject"', '', 'takes what is not said'],
  ];

  it.each(seen)('%s', (_, rules, right, wrong, fault) => {
    expect(rules(altered(right, wrong)).join('\n')).toContain(fault);
  });

  it('a setting that is missing, unknown or malformed, and a file that is not mounted', () => {
    const faults = (right: string, wrong: string): string =>
      settingRules({ ...twoSites, manifests: altered(right, wrong) }).join('\n');
    expect(faults('"name":"REPRISE_MLLPS_PORT"', '"name":"REPRISE_MLLP_PORT"')).toContain(
      'gateway: REPRISE_MLLPS_PORT is missing\nDeployment gateway: gateway: REPRISE_MLLP_PORT is not a setting of this app',
    );
    expect(faults('"value":"2585"', '"value":"mllps"')).toContain('REPRISE_MLLPS_PORT must be a port');
    expect(faults('"key":"replicas"', '"key":"replica"')).toContain('REPRISE_REPLICAS is missing');
    expect(faults('"mountPath":"/etc/reprise/kafka"', '"mountPath":"/etc/reprise/kaffa"')).toContain(
      'nothing is mounted for REPRISE_KAFKA_TLS_DIR',
    );
    expect(faults('"key":"password","path":"password"', '"key":"password","path":"pass"')).toContain(
      'REPRISE_POSTGRES_PASSWORD_FILE is not in',
    );
  });

  it('a mount that nobody provides, a secret in a file, an entry of the README for nothing, a certificate without an issuer', () => {
    const faults = (manifests: readonly Manifest[], text = readme): string =>
      referenceRules({ ...twoSites, manifests }, text).join('\n');
    expect(faults(altered('"secretName":"gateway-callers"', '"secretName":"gatway-callers"'))).toContain(
      'nobody makes Secret gatway-callers',
    );
    const secret: Manifest = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, spec: {} };
    expect(faults([...twoSites.manifests, secret])).toContain('Secret a stands in a file');
    expect(faults(twoSites.manifests, `${readme}\n| Secret \`left-over\` | |\n`)).toContain(
      'asks for Secret left-over',
    );
    expect(faults(altered('"issuerRef":{"name":"doors"', '"issuerRef":{"name":"door"'))).toContain('has no issuer');
  });
});
