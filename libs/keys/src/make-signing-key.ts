import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signingKeyFile } from './folder-key-store.js';

/**
 * For whoever sets up an installation, never for a process that runs: a new key in this folder (0600), linked into place whole. Throws `EEXIST` where
 * there is one.
 */
export const makeSigningKey = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, signingKeyFile);
  const mine = `${path}.${process.pid}`;
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(mine, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  try {
    linkSync(mine, path);
  } finally {
    rmSync(mine);
  }
};

/** The public half of a folder's key, PEM. */
export const publicKeyIn = (folder: string): string => {
  const privateKey = createPrivateKey(readFileSync(join(folder, signingKeyFile), 'utf8'));
  return createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
};
