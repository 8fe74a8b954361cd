import { outputs } from './output/output-form.js';
import type { RunVerb } from './session/session.js';
import type { ArgumentName, FlagName, GroupName, VerbPath } from './words/word-key.js';

export interface Flag {
  readonly name: FlagName;
  /** Name of its value in the help; a flag without one is a switch. */
  readonly value?: string;
  /** May be given several times. */
  readonly many?: true;
  readonly choices?: readonly string[];
}

export interface Verb {
  readonly path: VerbPath;
  readonly argument?: { readonly name: ArgumentName; readonly presence: 'required' | 'optional' | 'many' };
  readonly choices?: readonly string[];
  readonly flags: readonly Flag[];
  /** Command lines, the first one the most usual. */
  readonly examples: readonly string[];
  readonly load: () => Promise<RunVerb>;
}

export const generalFlags: readonly Flag[] = [
  { name: 'output', value: 'FORM', choices: outputs },
  { name: 'api', value: 'URL' },
  { name: 'ca-file', value: 'F' },
  { name: 'insecure' },
  { name: 'token-file', value: 'F' },
  { name: 'as', value: 'NAME' },
  { name: 'lang', value: 'L', choices: ['fr', 'en'] },
  { name: 'no-progress' },
  { name: 'yes' },
  { name: 'show-phi' },
];

/** `restore plan` belongs to the group `restore`; a verb of one word to none. */
export const groups: readonly GroupName[] = [
  'message',
  'sender',
  'sender incarnation',
  'parked',
  'restore',
  'certificate',
  'verify',
  'seal',
  'drill',
];
