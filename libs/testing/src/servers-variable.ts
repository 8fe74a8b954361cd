import type { RolePasswords } from './postgres-roles.js';

/** How the addresses reach the workers of vitest: global setup writes this variable before they start. */
export const serversVariable = 'REPRISE_TEST_SERVERS_AT';

export interface TestServers {
  readonly kafka: { readonly brokers: string };
  readonly postgres: { readonly port: number; readonly passwords: RolePasswords; readonly scopeKey: string };
}

/** What starts them gives `startTestServers(): Promise<StartedServers>`. */
export interface StartedServers extends TestServers {
  readonly stop: () => Promise<void>;
}
