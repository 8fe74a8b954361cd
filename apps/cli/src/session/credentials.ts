import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Say } from '../words/words.js';
import { CliFailure } from './cli-failure.js';
import { exitCodes } from './exit-codes.js';
import type { Flags } from './flags.js';
import { isObject, type Json, listAt, parseJson, textAt } from './json.js';
import { foldersUp, type LocalSystem } from './local-system.js';

/** Who may speak: an operator on every verb, a sender only of its own messages. */
export type Speakers = 'operators' | 'operators-and-senders';

interface Place {
  readonly flags: Flags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly say: Say;
  /** The system on this machine that is asked. */
  readonly system?: LocalSystem | undefined;
}

const readOrUndefined = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw error;
  }
};

/** `--token-file`, else the data folder that the environment names, else that of what runs, else `.reprise` here or in a folder above. */
const candidates = ({ flags, env, cwd, system }: Place): readonly string[] => {
  const asked = flags.one('token-file');
  if (asked !== undefined) return [asked];
  const folder = env['REPRISE_DATA_DIR'] || system?.folder;
  return folder
    ? [join(folder, 'credentials.json')]
    : foldersUp(cwd).map((one) => join(one, '.reprise', 'credentials.json'));
};

const find = (place: Place): { readonly file: string; readonly text: string } => {
  const { flags, say } = place;
  for (const file of candidates(place)) {
    try {
      const text = readOrUndefined(file);
      if (text !== undefined) return { file, text: text.trim() };
    } catch {
      throw unreadable(file, say);
    }
  }
  const asked = flags.one('token-file');
  if (asked !== undefined) throw unreadable(asked, say);
  const [file = ''] = candidates(place);
  throw place.env['REPRISE_DATA_DIR']
    ? new CliFailure(
        exitCodes.usage,
        say('credentials.none-in-folder', { file }),
        say('credentials.none-in-folder-hint'),
      )
    : new CliFailure(exitCodes.usage, say('credentials.missing'), say('credentials.missing-hint'));
};

const unreadable = (file: string, say: Say): CliFailure =>
  new CliFailure(exitCodes.usage, say('credentials.unreadable', { file }), say('credentials.unreadable-hint'));

const entries = (json: Json, kind: string): readonly { readonly name: string; readonly token: string }[] =>
  listAt(json, kind)
    .map((entry) => ({ name: textAt(entry, 'name'), token: textAt(entry, 'token') }))
    .filter(({ token }) => token !== '');

/** The bearer token of this call. Throws with exit code 2; a token is never repeated. */
export const readToken = (place: Place, speakers: Speakers): string => {
  const { flags, say } = place;
  const { file, text } = find(place);
  const name = flags.one('as');
  if (!text.startsWith('{')) {
    if (!/^[\x21-\x7e]+$/.test(text)) throw unreadable(file, say);
    if (name === undefined) return text;
    throw new CliFailure(exitCodes.usage, say('credentials.one-token', { file }), say('credentials.one-token-hint'));
  }
  const json = parsed(text);
  if (!isObject(json)) throw unreadable(file, say);
  const known = [
    ...entries(json, 'operators'),
    ...(speakers === 'operators-and-senders' ? entries(json, 'senders') : []),
  ];
  const chosen = name === undefined ? known[0] : known.find((entry) => entry.name === name);
  if (chosen) return chosen.token;
  if (name === undefined) throw unreadable(file, say);
  const names = known.map((entry) => entry.name).join(', ');
  throw new CliFailure(
    exitCodes.usage,
    say('credentials.no-such-name', { file, name }),
    say('credentials.names', { names }),
  );
};

/** The file of the authorities that a credentials.json names; none where a token alone is given. */
export const authoritiesIn = (place: Place): string | undefined => textAt(parsed(find(place).text), 'ca') || undefined;

const parsed = (text: string): Json => {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
};
