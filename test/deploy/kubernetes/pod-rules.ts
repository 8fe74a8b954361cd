import {
  type Container,
  containersOf,
  type Manifest,
  nameOf,
  ofKind,
  selects,
  type Workload,
  workloadsOf,
} from './manifest.js';

/** How long a process has to end after SIGTERM (`drainMsMax` of libs/platform/src/run-app.ts), and a margin. */
const drainSeconds = 8;
const marginSeconds = 2;

const restricted = ({ securityContext }: Container): boolean =>
  securityContext?.allowPrivilegeEscalation === false &&
  securityContext.readOnlyRootFilesystem === true &&
  securityContext.capabilities?.drop?.includes('ALL') === true &&
  securityContext.capabilities.add === undefined;

const containerFaults = (container: Container): readonly string[] => {
  const { resources, env = [], envFrom, volumeMounts = [] } = container;
  return [
    ...(restricted(container) ? [] : ['is not restricted']),
    ...(resources?.requests?.cpu && resources.requests.memory && resources.limits?.memory ? [] : ['lacks resources']),
    ...(envFrom === undefined ? [] : ['takes an environment as a whole']),
    ...env.flatMap(({ name, valueFrom }) => (valueFrom?.secretKeyRef ? [`has a secret in ${name}`] : [])),
    // A file mounted by its own path is never renewed.
    ...volumeMounts.flatMap(({ name, subPath }) => (subPath === undefined ? [] : [`mounts a part of ${name}`])),
    ...volumeMounts.flatMap(({ mountPath, readOnly }) =>
      mountPath === '/tmp' || readOnly === true ? [] : [`may write to ${mountPath}`],
    ),
  ];
};

const podFaults = ({ template: { spec } }: Workload): readonly string[] => {
  const { securityContext, automountServiceAccountToken, volumes = [] } = spec;
  return [
    ...(securityContext?.runAsNonRoot === true && (securityContext.runAsUser ?? 0) > 0 ? [] : ['may run as root']),
    ...(securityContext?.seccompProfile?.type === 'RuntimeDefault' ? [] : ['has no seccomp profile']),
    ...(automountServiceAccountToken === false ? [] : ['has a token of the cluster']),
    ...volumes.flatMap(({ name, secret, configMap, projected, emptyDir }) =>
      secret || configMap || projected || emptyDir ? [] : [`has a volume of another kind: ${name}`],
    ),
  ];
};

const probeFaults = ({ template: { spec } }: Workload): readonly string[] =>
  spec.containers.flatMap((container) => {
    const ports = (container.ports ?? []).map(({ name }) => name);
    const probes = (['startupProbe', 'livenessProbe', 'readinessProbe'] as const).flatMap((probe) => {
      const get = container[probe]?.httpGet;
      if (!get) return [`${container.name} has no ${probe}`];
      return ports.includes(get.port) && get.scheme === 'HTTPS'
        ? []
        : [`${container.name}: ${probe} asks a closed door`];
    });
    // What a process depends on is no reason to begin it anew.
    const alive = (['startupProbe', 'livenessProbe'] as const).flatMap((probe) =>
      container[probe]?.httpGet?.path === '/livez' ? [] : [`${container.name}: ${probe} is not /livez`],
    );
    const asked = (container.lifecycle?.preStop?.sleep?.seconds ?? 0) + drainSeconds + marginSeconds;
    const grace = spec.terminationGracePeriodSeconds ?? 0;
    return [
      ...probes,
      ...alive,
      ...(grace >= asked ? [] : [`${container.name} is killed after ${grace} s, ${asked} asked`]),
    ];
  });

/** How each pod of ours runs: restricted, with its resources, its probes, and time to end. */
export const podRules = (manifests: readonly Manifest[]): readonly string[] =>
  workloadsOf(manifests).flatMap((workload) => {
    const { manifest } = workload;
    const isDeployment = manifest.kind === 'Deployment';
    const budgets = ofKind(manifests, 'PodDisruptionBudget').filter(({ spec }) =>
      selects(spec.selector ?? {}, workload.template.metadata.labels),
    );
    const faults = [
      ...podFaults(workload),
      ...containersOf(workload).flatMap((container) =>
        containerFaults(container).map((fault) => `${container.name} ${fault}`),
      ),
      ...(isDeployment ? probeFaults(workload) : []),
      ...(isDeployment && budgets.length !== 1 ? [`has ${budgets.length} disruption budgets`] : []),
      ...(isDeployment && !workload.template.spec.topologySpreadConstraints ? ['is not spread'] : []),
    ];
    return faults.map((fault) => `${nameOf(manifest)}: ${fault}`);
  });
