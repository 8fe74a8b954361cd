import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Failure, type Finess } from '#domain';
import { WatchedFiles } from '../files/watched-files.js';
import type { ProcessLog } from '../logging/process-log.js';
import type { Caller, SenderCaller } from './caller.js';
import { type KnownCallers, parseCallers } from './parse-callers.js';

/** @limit All HTTP doors | characters of a token | 401 */
const tokenLengthMax = 4_096;

/**
 * Who may call. The file is looked at every second and read again when it has changed, so that a revoked token dies within a
 * second; a file that cannot be read leaves the last good one in force, and says so.
 */
export class CallersFile {
  private readonly watched: WatchedFiles<KnownCallers>;
  private readonly listeners = new Set<() => void>();

  /** Throws `Failure` `input.invalid` when the file is missing or wrong. */
  constructor(path: string, log: ProcessLog) {
    this.watched = new WatchedFiles([path], () => read(path), {
      changed: () => {
        log.info('callers.read', { count: this.known.byToken.size });
        for (const listener of this.listeners) listener();
      },
      unusable: (error) => log.fault('callers.unreadable', error),
    });
  }

  /**
   * The token is looked up by its SHA-256: how long that takes tells at most something of a hash whose preimage is the secret,
   * so no comparison that depends on the token itself takes place.
   */
  byToken(token: string): Caller | undefined {
    if (token === '' || token.length > tokenLengthMax) return undefined;
    return this.known.byToken.get(hash('sha256', token, 'hex'));
  }

  /** By the SHA-256 of the client certificate in DER, hex, lower case. */
  byCertificate(sha256: string): Caller | undefined {
    return this.known.byCertificate.get(sha256);
  }

  senderByCertificate(sha256: string): SenderCaller | undefined {
    const caller = this.byCertificate(sha256);
    return caller?.kind === 'sender' ? caller : undefined;
  }

  byMllpPort(): ReadonlyMap<number, SenderCaller> {
    return this.known.byMllpPort;
  }

  senders(): readonly SenderCaller[] {
    return this.known.senders;
  }

  /** The establishments that any reader may see. */
  readable(): readonly Finess[] {
    const seen = [...this.known.byToken.values()].flatMap((one) => (one.kind === 'reader' ? one.establishments : []));
    return [...new Set(seen)];
  }

  /** Called after the file has changed. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  close(): void {
    this.watched.close();
    this.listeners.clear();
  }

  private get known(): KnownCallers {
    return this.watched.current;
  }
}

const unreadable = (path: string, cause: unknown): Failure =>
  new Failure(
    'input.invalid',
    `the callers file ${path} cannot be read`,
    'set REPRISE_CALLERS_FILE to a readable file',
    {
      cause,
    },
  );

const read = (path: string): KnownCallers => {
  try {
    return parseCallers(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw unreadable(path, error);
  }
};
