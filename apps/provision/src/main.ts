import 'reflect-metadata';
import { runApp } from '#platform';
import { bootProvision } from './boot-provision.js';
import { ProvisionConfiguration } from './provision-configuration.js';

await runApp('provision', ProvisionConfiguration, bootProvision);
// A job: what it was started for is done.
process.exit(0);
