import { createSecretKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Failure, Finess } from '#domain';

const hint = 'a JSON object { "<finess>": "<64 or more hex digits>" }, one secret per establishment, never rotated';

/** The secrets that record ids are made with. Throws `input.invalid` that names the establishment, never a secret. */
export const readSecrets = (path: string): ReadonlyMap<Finess, KeyObject> => {
  let file: unknown;
  try {
    file = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new Failure('input.invalid', `the secrets file ${path} cannot be read`, hint);
  }
  if (typeof file !== 'object' || file === null) throw new Failure('input.invalid', `${path} holds no object`, hint);
  return new Map(
    Object.entries(file).map(([finess, secret]: [string, unknown]) => {
      if (typeof secret !== 'string' || !/^(?:[0-9a-f]{2}){32,}$/i.test(secret))
        throw new Failure('input.invalid', `${path}: the secret of ${finess} is none`, hint);
      return [Finess.parse(finess), createSecretKey(Buffer.from(secret, 'hex'))];
    }),
  );
};
