import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { establishment } from './observations.js';
import { senderName } from './declared-territory.js';

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** One sender and one reader with the same token; gives the path of the callers file. */
export const writeCallers = (folder: string, mllpPort: number): { readonly path: string; readonly token: string } => {
  const path = join(folder, 'callers.json');
  const token = randomBytes(16).toString('hex');
  const tokenSha256 = hashOf(token);
  const senders = mllpPort === 0 ? [] : [{ name: senderName, finess: establishment, tokenSha256, mllpPort }];
  const readers = mllpPort === 0 ? [{ name: 'viewer', tokenSha256, establishments: [establishment] }] : [];
  writeFileSync(path, JSON.stringify({ senders, operators: [], readers }), { mode: 0o600 });
  return { path, token };
};
