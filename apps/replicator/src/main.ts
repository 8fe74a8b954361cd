import 'reflect-metadata';
import { runApp } from '#platform';
import { bootReplicator } from './boot-replicator.js';
import { ReplicatorConfiguration } from './replicator-configuration.js';

await runApp('replicator', ReplicatorConfiguration, bootReplicator);
