import {
  type Labels,
  type Manifest,
  nameOf,
  ofKind,
  type Selector,
  selects,
  type Workload,
  workloadsOf,
} from './manifest.js';

const portsOf = ({
  template: { spec },
}: Workload): readonly { readonly name: string; readonly containerPort: number }[] =>
  spec.containers.flatMap(({ ports = [] }) => ports);

/** Labels that other programs give to their pods: those of Strimzi and of CloudNativePG. */
const isForeign = (selector: Selector): boolean =>
  [...Object.keys(selector.matchLabels ?? {}), ...(selector.matchExpressions ?? []).map(({ key }) => key)].some((key) =>
    /^(?:strimzi\.io|cnpg\.io)\//.test(key),
  );

const isEmpty = ({ matchLabels, matchExpressions }: Selector): boolean => !matchLabels && !matchExpressions;

/** Who selects pods finds them, and by ports that they have. */
const selectorFaults = (manifest: Manifest, workloads: readonly Workload[]): readonly string[] => {
  const { kind, spec } = manifest;
  const found = (selector: Selector): readonly Workload[] =>
    workloads.filter(({ template }) => selects(selector, template.metadata.labels));
  if (kind === 'Deployment') {
    const ours = found(spec.selector ?? {});
    return ours.length === 1 && ours[0]?.manifest === manifest ? [] : ['selects other pods than its own'];
  }
  if (kind === 'Service') {
    const selected = found({ matchLabels: spec.selector as Labels });
    return [
      ...(selected.length === 1 ? [] : [`leads to ${selected.length} kinds of pods`]),
      ...(spec.ports ?? []).flatMap(({ targetPort }) =>
        selected.some((workload) => portsOf(workload).some(({ name }) => name === targetPort))
          ? []
          : [`no port ${targetPort}`],
      ),
    ];
  }
  if (kind === 'PodMonitor') {
    const selected = found(spec.selector ?? {});
    return [
      ...(selected.length === 1 ? [] : [`watches ${selected.length} kinds of pods`]),
      ...(spec.podMetricsEndpoints ?? []).flatMap(({ port }) =>
        selected.some((workload) => portsOf(workload).some(({ name }) => name === port)) ? [] : [`no port ${port}`],
      ),
    ];
  }
  if (kind === 'PodDisruptionBudget') return found(spec.selector ?? {}).length === 1 ? [] : ['selects no pods'];
  if (kind === 'HorizontalPodAutoscaler')
    return workloads.some(({ manifest: { metadata } }) => metadata.name === spec.scaleTargetRef?.name)
      ? []
      : ['scales nothing'];
  return [];
};

/** Every pod has its policy; a policy opens ports that its pods have, towards pods that exist and have them. */
const policyFaults = (manifests: readonly Manifest[], workloads: readonly Workload[]): readonly string[] => {
  const policies = ofKind(manifests, 'NetworkPolicy');
  const denied = policies.some(
    ({ spec }) => isEmpty(spec.podSelector ?? {}) && spec.policyTypes?.length === 2 && !spec.ingress && !spec.egress,
  );
  const own = (workload: Workload): readonly Manifest[] =>
    policies.filter(
      ({ spec: { podSelector = {} } }) =>
        !isEmpty(podSelector) && selects(podSelector, workload.template.metadata.labels),
    );
  return [
    ...(denied ? [] : ['nothing is denied by default']),
    ...workloads.flatMap((workload) =>
      own(workload).length > 0 ? [] : [`${nameOf(workload.manifest)} has no policy`],
    ),
    ...policies.flatMap((policy) => {
      const { podSelector = {}, ingress = [], egress = [] } = policy.spec;
      const selected = workloads.filter(({ template }) => selects(podSelector, template.metadata.labels));
      const open = new Set(selected.flatMap((workload) => portsOf(workload).map(({ containerPort }) => containerPort)));
      const wrongIngress =
        isForeign(podSelector) || isEmpty(podSelector)
          ? []
          : [
              ...(selected.length > 0 ? [] : [`${nameOf(policy)} is for no pod`]),
              ...ingress
                .flatMap(({ ports = [] }) => ports)
                .flatMap(({ port }) =>
                  open.has(port) ? [] : [`${nameOf(policy)} opens ${port}, where nobody listens`],
                ),
            ];
      const peers = [...ingress, ...egress].flatMap(({ from = [], to = [], ports = [] }) =>
        [...from, ...to].map((peer) => ({ peer, ports: to.length > 0 ? ports : [] })),
      );
      const wrongPeers = peers.flatMap(({ peer: { podSelector: wanted, namespaceSelector }, ports }) => {
        if (!wanted || namespaceSelector || isForeign(wanted)) return [];
        const there = workloads.filter(({ template }) => selects(wanted, template.metadata.labels));
        const listening = there.flatMap((workload) => portsOf(workload).map(({ containerPort }) => containerPort));
        return [
          ...(there.length > 0 ? [] : [`${nameOf(policy)} names a pod that is not there`]),
          ...ports.flatMap(({ port }) =>
            listening.includes(port) ? [] : [`${nameOf(policy)} leads to ${port}, where nobody listens`],
          ),
        ];
      });
      return [...wrongIngress, ...wrongPeers];
    }),
  ];
};

/** A reader reaches its own database and nothing else: whatever dies beside it, it answers. */
const readerFaults = (manifests: readonly Manifest[], workloads: readonly Workload[]): readonly string[] =>
  workloads
    .filter(({ template }) => template.metadata.labels['app.kubernetes.io/name'] === 'reader')
    .flatMap(({ manifest, template }) => {
      const reached = ofKind(manifests, 'NetworkPolicy')
        .filter(
          ({ spec: { podSelector = {} } }) => !isEmpty(podSelector) && selects(podSelector, template.metadata.labels),
        )
        .flatMap(({ spec }) => spec.egress ?? []);
      const database = { matchLabels: { 'cnpg.io/cluster': `postgres-${template.metadata.labels['replica']}` } };
      return reached.length === 1 &&
        JSON.stringify(reached[0]) ===
          JSON.stringify({ to: [{ podSelector: database }], ports: [{ protocol: 'TCP', port: 5432 }] })
        ? []
        : [`${nameOf(manifest)} reaches more than its database`];
    });

export const wiringRules = (manifests: readonly Manifest[]): readonly string[] => {
  const workloads = workloadsOf(manifests);
  return [
    ...manifests.flatMap((manifest) =>
      selectorFaults(manifest, workloads).map((fault) => `${nameOf(manifest)}: ${fault}`),
    ),
    ...policyFaults(manifests, workloads),
    ...readerFaults(manifests, workloads),
  ];
};
