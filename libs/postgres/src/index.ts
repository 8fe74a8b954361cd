export type { PostgresAddress } from './address.js';
export { openForCopy, openReplica } from './data-source.js';
export { closeDatabase, closeServer, settingsOfRole } from './provision/close-database.js';
export {
  canLogIn,
  createDatabase,
  createRoles,
  dropDatabase,
  type PostgresRole,
  postgresRoles,
  roleName,
} from './provision/provision.js';
export { poolState } from './pool-state.js';
export { scopeKeyBytes } from './provision/scope-key.js';
export { migrate } from './migrate.js';
export { assertSchema } from './assert-schema.js';
export { PostgresReplicaStore } from './write/postgres-replica-store.js';
export type { SearchRule } from './rows/search-rule.js';
export { PostgresSearchIndex } from './search/postgres-search-index.js';
export { PostgresReplicaScrub, scrubPage, scrubRestMs } from './proof/postgres-replica-scrub.js';
export { PostgresGenerationBuilder } from './build/postgres-generation-builder.js';
export { PostgresReplicaReader } from './read/postgres-replica-reader.js';
export { connectionBounds, ScopedConnections } from './read/scoped-connections.js';
export { PostgresReplicaStatus } from './status/postgres-replica-status.js';
export { parkedCounts } from './status/parked-counts.js';
