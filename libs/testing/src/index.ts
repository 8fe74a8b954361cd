export * from './embedded-kafka.js';
export * from './embedded-postgres.js';
export * from './fetch-kafka.js';
export * from './ports.js';
export { clusterOf, removePostgres } from './postgres-place.js';
export * from './postgres-roles.js';
export * from './process-identity.js';
export * from './server-process.js';
export * from './servers.js';
