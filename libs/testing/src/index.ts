export * from './embedded-kafka.js';
export * from './embedded-postgres.js';
export * from './fetch-kafka.js';
export * from './ports.js';
export * from './postgres-roles.js';
export * from './process-identity.js';
export * from './server-process.js';
export * from './servers.js';
