import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { ConfigurationFault } from '../configuration/load-configuration.js';
import type { ProcessLog } from '../logging/process-log.js';
import { TlsFolder } from '../tls/tls-folder.js';
import { clientOptions } from '../tls/tls-server.js';
import { isLoopback } from './loopback.js';
import { secretFile } from './secret-file.js';

/** How one Postgres is reached. Certificates and password are asked for with each connection. */
export interface PostgresWire {
  readonly url: string;
  readonly password?: () => string;
  readonly ssl?: () => ConnectionOptions;
}

/** The Postgres servers that a process calls, under one set of authorities. */
export interface PostgresWires {
  /** `passwordFile`: none where the URL carries the password, or none is asked for. Throws `ConfigurationFault`. */
  to(url: string, passwordFile?: string): PostgresWire;
  /** One a name; `passwordsDir` has a file of each name. */
  toEach(urls: Readonly<Record<string, string>>, passwordsDir?: string): Readonly<Record<string, PostgresWire>>;
  /** What it speaks TLS with; none in the clear. */
  readonly folder?: TlsFolder;
  close(): void;
}

/** TLS to the server that the URL names (`verify-full`); in the clear on loopback only. Throws `input.invalid` for files. */
export const postgresWires = (tlsDir: string | undefined, log: ProcessLog): PostgresWires => {
  const folder = tlsDir === undefined ? undefined : new TlsFolder(tlsDir, 'postgres', 'authorities', log);
  const to: PostgresWires['to'] = (url, passwordFile) => {
    if (!folder && !isLoopback(new URL(url).hostname))
      throw new ConfigurationFault([
        'REPRISE_POSTGRES_TLS_DIR is missing: outside loopback nothing is spoken in the clear',
      ]);
    return {
      url,
      ...(passwordFile !== undefined && { password: secretFile(passwordFile) }),
      ...(folder && { ssl: () => clientOptions(folder) }),
    };
  };
  return {
    to,
    toEach: (urls, passwordsDir) =>
      Object.fromEntries(
        Object.entries(urls).map(([name, url]) => [name, to(url, passwordsDir && join(passwordsDir, name))]),
      ),
    ...(folder && { folder }),
    close: () => folder?.close(),
  };
};
