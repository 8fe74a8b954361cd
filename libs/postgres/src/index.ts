export { openOwner, openReplica } from './data-source.js';
export { migrate } from './migrate.js';
export { PostgresReplicaStore } from './write/postgres-replica-store.js';
export type { TokensOf } from './rows/rows-of-effects.js';
export { PostgresGenerationBuilder } from './build/postgres-generation-builder.js';
export { PostgresReplicaReader } from './read/postgres-replica-reader.js';
export { ScopedConnections } from './read/scoped-connections.js';
export { PostgresReplicaStatus } from './status/postgres-replica-status.js';
