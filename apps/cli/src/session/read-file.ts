import { readFileSync } from 'node:fs';
import { repeatedMember } from '#usecases';
import type { Say } from '../words/words.js';
import { CliFailure } from './cli-failure.js';
import { exitCodes } from './exit-codes.js';
import { isObject, type JsonObject, parseJson } from './json.js';

/** A file that the operator named. Throws with exit code 2. */
export const readNamedFile = (file: string, say: Say, hint = say('file.unreadable-hint')): Buffer => {
  try {
    return readFileSync(file);
  } catch {
    throw new CliFailure(exitCodes.usage, say('file.unreadable', { file }), hint);
  }
};

/** The JSON object in it, where `holds` what is wanted: else `invalid` and `hint` are said. Throws with exit code 2. */
export const readNamedObject = (
  file: string,
  say: Say,
  wanted: { readonly holds: (object: JsonObject) => boolean; readonly invalid: string; readonly hint: string },
): JsonObject => {
  const text = readNamedFile(file, say, wanted.hint).toString('utf8');
  try {
    const object = parseJson(text);
    const member = repeatedMember(text);
    if (member !== undefined)
      throw new CliFailure(exitCodes.usage, say('file.member-twice', { file, member }), wanted.hint);
    if (isObject(object) && wanted.holds(object)) return object;
  } catch (error) {
    if (error instanceof CliFailure) throw error;
    // Said below: what does not parse is not what is wanted either.
  }
  throw new CliFailure(exitCodes.usage, wanted.invalid, wanted.hint);
};
