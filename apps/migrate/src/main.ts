import 'reflect-metadata';
import { runApp } from '#platform';
import { bootMigrate } from './boot-migrate.js';
import { MigrateConfiguration } from './migrate-configuration.js';

await runApp('migrate', MigrateConfiguration, bootMigrate);
// A job: what it was started for is done.
process.exit(0);
