export { openOwner, openReplica } from './data-source.js';
export { migrate } from './migrate.js';
export { PostgresReplicaStore } from './write/postgres-replica-store.js';
export type { SearchRule } from './rows/search-rule.js';
export { PostgresSearchIndex } from './search/postgres-search-index.js';
export { PostgresGenerationBuilder } from './build/postgres-generation-builder.js';
export { PostgresReplicaReader } from './read/postgres-replica-reader.js';
export { ScopedConnections } from './read/scoped-connections.js';
export { PostgresReplicaStatus } from './status/postgres-replica-status.js';
