import 'reflect-metadata';
import { runApp } from '#platform';
import { bootGrant } from './boot-grant.js';
import { GrantConfiguration } from './grant-configuration.js';

await runApp('grant', GrantConfiguration, bootGrant);
// A job: what it was started for is done.
process.exit(0);
