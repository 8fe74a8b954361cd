import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { scopeKeyBytes } from '#postgres';

/** The key by which the readers of one replica sign their scopes, as its file has it: hex. */
export const newScopeKey = (): string => randomBytes(scopeKeyBytes).toString('hex');

/** Made once, 0600; whoever reads it may read what every reader may. */
export const scopeKeyIn = (file: string): string => {
  if (!existsSync(file)) writeFileSync(file, `${newScopeKey()}\n`, { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
};
