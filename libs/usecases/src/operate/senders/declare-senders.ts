import { type Finess, type Instant, type Sender } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { DirectoryEvent } from '../../directory/directory-event.js';
import { acceptedBy } from '../restores/decide-restore.js';
import { canonicalJson } from '../canonical-json.js';
import { type Profile, type ProfileFault, readProfile } from './read-profile.js';

export interface ProfileFile {
  /** As it is named to people. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

export interface CheckedProfiles {
  readonly profiles: readonly Profile[];
  /** In all files, in the order of their places. */
  readonly faults: readonly ProfileFault[];
}

/** Profiles, each by itself and together: no name twice, and each of an establishment that is declared (where that is known). */
export const checkProfiles = (
  files: readonly ProfileFile[],
  establishments?: { readonly has: (finess: Finess) => boolean },
): CheckedProfiles => {
  const faults: ProfileFault[] = [];
  const profiles = new Map<string, { readonly profile: Profile; readonly file: string }>();
  for (const { file, bytes } of files) {
    const { profile, at, faults: own } = readProfile(file, bytes);
    faults.push(...own);
    if (!profile) continue;
    const former = profiles.get(profile.name);
    if (former)
      faults.push({
        file,
        ...at('name'),
        field: 'name',
        rule: 'once',
        wrong: { fr: `ce nom est déjà dans ${former.file}`, en: `this name is in ${former.file} already` },
        remedy: { fr: 'un émetteur, un fichier, un nom', en: 'one sender, one file, one name' },
      });
    if (establishments && !establishments.has(profile.finess))
      faults.push({
        file,
        ...at('finess'),
        field: 'finess',
        rule: 'declared',
        wrong: { fr: "cet établissement n'est pas déclaré", en: 'this establishment is not declared' },
        remedy: { fr: 'le déclarer dans le fichier du territoire', en: 'declare it in the territory file' },
      });
    if (!former) profiles.set(profile.name, { profile, file });
  }
  return { profiles: [...profiles.values()].map(({ profile }) => profile), faults };
};

const same = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

/**
 * What the directory does not say yet, or says otherwise. The incarnation stays what it is; a sender whose file is gone stays
 * declared: what it sent is in the log under its name. Throws `refused-by-policy` where a name that is known is declared for another establishment.
 */
export const declareSenders = (
  directory: Directory,
  profiles: readonly Profile[],
  { by, at }: { readonly by: string; readonly at: Instant },
): readonly DirectoryEvent[] =>
  profiles.flatMap((profile) => {
    const known = directory.senders.get(profile.name);
    const sender: Sender = { ...profile, incarnation: known?.incarnation ?? 1 };
    if (same(known ?? null, sender)) return [];
    return [acceptedBy(directory, { v: 1, at, by, kind: 'sender-declared', sender })];
  });
