import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicKeyEnding } from '../src/folder-trusted-keys.js';
import { makeSigningKey, publicKeyIn } from '../src/make-signing-key.js';

/** A new installation's keys in this folder, as the settings of the processes name them. */
export const newTestKeys = (folder: string): { readonly keysDir: string; readonly trustedKeysDir: string } => {
  const [keysDir, trustedKeysDir] = [join(folder, 'signing'), join(folder, 'trusted')];
  makeSigningKey(keysDir);
  mkdirSync(trustedKeysDir);
  writeFileSync(join(trustedKeysDir, `control${publicKeyEnding}`), publicKeyIn(keysDir));
  return { keysDir, trustedKeysDir };
};
