import { ConfigurationFault } from '../configuration/load-configuration.js';
import type { ProcessLog } from '../logging/process-log.js';
import { TlsFolder } from '../tls/tls-folder.js';
import { isLoopback } from './loopback.js';

export interface DoorSettings {
  readonly host: string;
  readonly tlsDir?: string;
}

/** What the doors of this process speak TLS with; none on loopback. Throws `ConfigurationFault` where others could listen. */
export const doorsOf = ({ host, tlsDir }: DoorSettings, log: ProcessLog): TlsFolder | undefined => {
  if (tlsDir !== undefined) return new TlsFolder(tlsDir, 'doors', 'identity', log);
  if (isLoopback(host)) return undefined;
  throw new ConfigurationFault([
    'REPRISE_TLS_DIR is missing: outside loopback (REPRISE_HOST) nothing is spoken in the clear',
  ]);
};
