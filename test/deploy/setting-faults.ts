import { ConfigurationFault, loadConfiguration } from '#platform';
import { ControlConfiguration } from '../../apps/control/src/control-configuration.js';
import { GatewayConfiguration } from '../../apps/gateway/src/gateway-configuration.js';
import { GrantConfiguration } from '../../apps/grant/src/grant-configuration.js';
import { MigrateConfiguration } from '../../apps/migrate/src/migrate-configuration.js';
import { ProvisionConfiguration } from '../../apps/provision/src/provision-configuration.js';
import { ReaderConfiguration } from '../../apps/reader/src/reader-configuration.js';
import { ReplicatorConfiguration } from '../../apps/replicator/src/replicator-configuration.js';

const settings: Readonly<Record<string, new () => object>> = {
  gateway: GatewayConfiguration,
  replicator: ReplicatorConfiguration,
  reader: ReaderConfiguration,
  control: ControlConfiguration,
  migrate: MigrateConfiguration,
  grant: GrantConfiguration,
  provision: ProvisionConfiguration,
};

/** What the configuration class of an app says against an environment. */
export const settingFaults = (app: string, environment: Readonly<Record<string, string>>): readonly string[] => {
  const Configuration = settings[app];
  if (!Configuration) return [`no settings are known of ${app}`];
  try {
    loadConfiguration(Configuration, environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationFault) return error.faults;
    throw error;
  }
};
