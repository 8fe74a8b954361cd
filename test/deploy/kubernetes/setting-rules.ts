import { posix } from 'node:path';
import { ConfigurationFault, loadConfiguration } from '#platform';
import { ControlConfiguration } from '../../../apps/control/src/control-configuration.js';
import { GatewayConfiguration } from '../../../apps/gateway/src/gateway-configuration.js';
import { MigrateConfiguration } from '../../../apps/migrate/src/migrate-configuration.js';
import { ProvisionConfiguration } from '../../../apps/provision/src/provision-configuration.js';
import { ReaderConfiguration } from '../../../apps/reader/src/reader-configuration.js';
import { ReplicatorConfiguration } from '../../../apps/replicator/src/replicator-configuration.js';
import { type Container, containersOf, nameOf, type PodSpec, type Volume, workloadsOf } from './manifest.js';
import type { Overlay } from './read-overlay.js';

/** By the container's name, which is the app's. */
const configurations: Readonly<Record<string, new () => object>> = {
  control: ControlConfiguration,
  gateway: GatewayConfiguration,
  migrate: MigrateConfiguration,
  provision: ProvisionConfiguration,
  reader: ReaderConfiguration,
  replicator: ReplicatorConfiguration,
};

const environmentOf = (
  { env = [] }: Container,
  configMaps: Overlay['configMaps'],
): Record<string, string | undefined> =>
  Object.fromEntries(
    env.map(({ name, value, valueFrom }) => {
      const from = valueFrom?.configMapKeyRef;
      return [name, from ? configMaps.get(from.name)?.[from.key] : value];
    }),
  );

/** What the app itself says of its environment: missing, unknown and malformed settings. */
const settingFaults = (container: Container, configMaps: Overlay['configMaps']): readonly string[] => {
  const Configuration = configurations[container.name];
  if (!Configuration) return [`${container.name} is no app`];
  try {
    loadConfiguration(Configuration, environmentOf(container, configMaps));
    return [];
  } catch (error) {
    if (error instanceof ConfigurationFault) return error.faults.map((fault) => `${container.name}: ${fault}`);
    throw error;
  }
};

/** Files of a volume, as far as the manifest names them; `all` where its source is mounted as a whole. */
const filesOf = ({ secret, configMap, projected }: Volume): readonly string[] | 'all' => {
  const sources = projected?.sources.map((source) => source.secret ?? source.configMap) ?? [secret ?? configMap];
  const items = sources.map((source) => source?.items);
  return items.includes(undefined) ? 'all' : items.flatMap((list = []) => list.map(({ path }) => path));
};

/** What settings point to is mounted; of a file, the volume has one of that name. */
const mountFaults = (container: Container, { volumes = [] }: PodSpec): readonly string[] =>
  (container.env ?? []).flatMap(({ name, value = '' }) => {
    if (!/_(?:DIR|FILE)$/.test(name)) return [];
    const folder = name.endsWith('_FILE') ? posix.dirname(value) : value;
    const mount = container.volumeMounts?.find(({ mountPath }) => mountPath === folder);
    const volume = volumes.find((candidate) => candidate.name === mount?.name);
    if (!volume) return [`${container.name}: nothing is mounted for ${name}`];
    const files = filesOf(volume);
    const isThere = name.endsWith('_DIR') || files === 'all' || files.includes(posix.basename(value));
    return isThere ? [] : [`${container.name}: ${name} is not in ${volume.name}`];
  });

export const settingRules = ({ manifests, configMaps }: Overlay): readonly string[] =>
  workloadsOf(manifests).flatMap((workload) =>
    containersOf(workload)
      .flatMap((container) => [
        ...settingFaults(container, configMaps),
        ...mountFaults(container, workload.template.spec),
      ])
      .map((fault) => `${nameOf(workload.manifest)}: ${fault}`),
  );
