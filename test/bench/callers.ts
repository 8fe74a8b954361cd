import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchSender } from './declared-territory.js';
import { establishment } from './observations.js';

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
const newToken = (): string => randomBytes(16).toString('hex');

const write = (folder: string, callers: object): string => {
  const path = join(folder, 'callers.json');
  writeFileSync(path, JSON.stringify({ senders: [], operators: [], readers: [], ...callers }), { mode: 0o600 });
  return path;
};

/** Senders with a plain MLLP port each; gives the path of the callers file and the first one's token. */
export const writeSenders = (
  folder: string,
  senders: readonly (BenchSender & { readonly mllpPort: number })[],
): { readonly path: string; readonly token: string } => {
  const known = senders.map((sender) => ({ ...sender, token: newToken() }));
  const listed = known.map(({ token, ...sender }) => ({ ...sender, tokenSha256: hashOf(token) }));
  return { path: write(folder, { senders: listed }), token: known[0]?.token ?? '' };
};

/** Two readers of the bench's establishment, `token` and `otherToken`. */
export const writeReaders = (
  folder: string,
): { readonly path: string; readonly token: string; readonly otherToken: string } => {
  const [token, otherToken] = [newToken(), newToken()];
  const readers = [
    { name: 'viewer', tokenSha256: hashOf(token), establishments: [establishment] },
    { name: 'other-viewer', tokenSha256: hashOf(otherToken), establishments: [establishment] },
  ];
  return { path: write(folder, { readers }), token, otherToken };
};
