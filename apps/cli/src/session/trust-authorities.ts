import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Say } from '../words/words.js';
import { CliFailure } from './cli-failure.js';
import { exitCodes } from './exit-codes.js';

/** Beside those that every machine trusts, whoever this file names (PEM) may vouch for control. Throws with exit code 2. */
export const trustAuthorities = (file: string, say: Say): void => {
  try {
    setDefaultCACertificates([...getCACertificates('bundled'), readFileSync(file, 'utf8')]);
  } catch {
    throw new CliFailure(exitCodes.usage, say('ca.unreadable', { file }), say('ca.unreadable-hint'));
  }
};

/** What OpenSSL says of a certificate that cannot be believed, and Node of one that names somebody else. */
export const isUntrusted = (error: unknown): boolean => {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return /CERT|SELF_SIGNED|ISSUER|ALTNAME/.test(code);
};
