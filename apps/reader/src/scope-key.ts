import { readFileSync } from 'node:fs';
import { Failure } from '#domain';
import { scopeKeyBytes } from '#postgres';

const hint = `REPRISE_SCOPE_KEY_FILE names a file of ${scopeKeyBytes * 2} hex digits: the key that was given to this replica's database`;

/** The key by which this reader signs what its sessions may see. Throws `not-found` or `input.invalid`, without a word of what the file holds. */
export const readScopeKey = (file: string): Uint8Array => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Failure('not-found', `the scope key ${file} cannot be read`, hint, { cause: error });
  }
  if (!/^[0-9a-f]+$/.test(text) || text.length !== scopeKeyBytes * 2)
    throw new Failure('input.invalid', `${file} holds no scope key`, hint);
  return Buffer.from(text, 'hex');
};
