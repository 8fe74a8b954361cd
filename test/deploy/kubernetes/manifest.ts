/** What the rules look at in a manifest; what is not there is absent, and the rules say so. */
export interface Labels {
  readonly [name: string]: string;
}

export interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: string[];
  }[];
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly configMapKeyRef?: { readonly name: string; readonly key: string };
    readonly secretKeyRef?: { readonly name: string };
  };
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string; readonly scheme?: string };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly EnvironmentVariable[];
  readonly envFrom?: unknown;
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } };
  readonly resources?: {
    readonly requests?: { readonly cpu?: string; readonly memory?: string };
    readonly limits?: { readonly memory?: string };
  };
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  };
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
    readonly subPath?: string;
  }[];
}

export interface Item {
  readonly key: string;
  readonly path: string;
}

interface OfName {
  readonly name: string;
  readonly items?: readonly Item[];
}

export interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string; readonly items?: readonly Item[] };
  readonly configMap?: OfName;
  readonly projected?: { readonly sources: readonly { readonly secret?: OfName; readonly configMap?: OfName }[] };
  readonly emptyDir?: unknown;
}

export interface PodSpec {
  readonly automountServiceAccountToken?: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext?: {
    readonly runAsNonRoot?: boolean;
    readonly runAsUser?: number;
    readonly seccompProfile?: { readonly type: string };
  };
  readonly topologySpreadConstraints?: readonly { readonly labelSelector: Selector }[];
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
}

export interface PodTemplate {
  readonly metadata: { readonly labels: Labels };
  readonly spec: PodSpec;
}

export interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
}

export interface PolicyRule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number }[];
}

/** The members of `spec` that the rules read, of whatever kind; each kind has some of them. */
export interface Spec {
  readonly replicas?: number;
  readonly selector?: Selector;
  readonly template?: PodTemplate;
  readonly podSelector?: Selector;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly PolicyRule[];
  readonly egress?: readonly PolicyRule[];
  readonly ports?: readonly { readonly name: string; readonly targetPort: string }[];
  readonly scaleTargetRef?: { readonly name: string };
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  readonly podMetricsEndpoints?: readonly { readonly port: string }[];
  readonly secretName?: string;
  readonly duration?: string;
  readonly renewBefore?: string;
  readonly issuerRef?: { readonly name: string };
  readonly authorization?: {
    readonly acls: readonly {
      readonly type: string;
      readonly resource: { readonly type: string; readonly name?: string; readonly patternType?: string };
      readonly operations: readonly string[];
    }[];
  };
  readonly kafka?: { readonly config: Readonly<Record<string, unknown>> };
  readonly managed?: { readonly roles: readonly { readonly name: string; readonly connectionLimit?: number }[] };
  readonly postgresql?: { readonly parameters: Labels; readonly pg_hba: readonly string[] };
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Labels };
  readonly spec: Spec;
  readonly data?: unknown;
  readonly stringData?: unknown;
}

/** A pod that runs a program of ours, and what makes it: a Deployment or a Job. */
export interface Workload {
  readonly manifest: Manifest;
  readonly template: PodTemplate;
}

/** `kind name`, as a fault names a manifest. */
export const nameOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;

export const workloadsOf = (manifests: readonly Manifest[]): readonly Workload[] =>
  manifests.flatMap((manifest) =>
    manifest.spec?.template && 'spec' in manifest.spec.template && manifest.spec.template.spec.containers
      ? [{ manifest, template: manifest.spec.template }]
      : [],
  );

export const containersOf = ({ template: { spec } }: Workload): readonly Container[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
];

export const ofKind = (manifests: readonly Manifest[], kind: string): readonly Manifest[] =>
  manifests.filter((manifest) => manifest.kind === kind);

/** An empty selector takes all. */
export const selects = ({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean =>
  Object.entries(matchLabels).every(([name, value]) => labels[name] === value) &&
  matchExpressions.every(({ key, operator, values = [] }) =>
    operator === 'Exists' ? key in labels : operator === 'In' && values.includes(labels[key] ?? ''),
  );
