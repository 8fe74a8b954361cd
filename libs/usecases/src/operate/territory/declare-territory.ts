import { Failure, Finess, type Establishment, type Instant, type Membership } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { DirectoryEvent } from '../../directory/directory-event.js';
import { canonicalJson } from '../canonical-json.js';
import { isZone } from '../senders/profile-fields.js';

// The lib's door names files of this folder one by one; these are of the same matter.

/** The declared territory: libs/platform/README.md. Its senders are declared one by one (`read-profile.ts`). */
export interface TerritoryFile {
  readonly territory: { readonly code: string; readonly name: string };
  readonly establishments: readonly Establishment[];
  readonly memberships: readonly Membership[];
}

const wrong = (what: string): Failure =>
  new Failure('input.invalid', `territory file: ${what}`, 'its shape is in libs/platform/README.md');

/** Throws `input.invalid` that names what is wrong. */
export const parseTerritory = (text: string): TerritoryFile => {
  let file: Partial<TerritoryFile>;
  try {
    file = JSON.parse(text) as Partial<TerritoryFile>;
  } catch {
    throw wrong('it is no JSON');
  }
  const { territory, establishments, memberships } = file;
  if (typeof territory?.code !== 'string' || typeof territory.name !== 'string')
    throw wrong('territory has no code and name');
  if (!Array.isArray(establishments) || !Array.isArray(memberships))
    throw wrong('establishments and memberships are lists');
  if ('senders' in file)
    throw new Failure(
      'input.invalid',
      'territory file: senders are declared by files of their own',
      'one YAML file each in the folder of REPRISE_SENDERS_DIR: docs/senders.md',
    );
  const numbers = new Set<string>();
  for (const { finess, timeZone, name, sites } of establishments) {
    if (typeof finess !== 'string' || !Finess.matches(finess)) throw wrong(`"${String(finess)}" is no FINESS number`);
    if (typeof timeZone !== 'string' || !isZone(timeZone)) throw wrong(`${finess} has no time zone that is known`);
    if (!Array.isArray(sites) || !sites.every((site) => typeof site === 'string'))
      throw wrong(`${finess} has no list of sites`);
    if (typeof name !== 'string') throw wrong(`${finess} has no name`);
    numbers.add(finess);
  }
  for (const { territory: code, establishment, from, to } of memberships) {
    if (!numbers.has(establishment) || typeof from !== 'string')
      throw wrong(`a membership of "${establishment}" has no establishment or no beginning`);
    if (code !== territory.code) throw wrong(`a membership of "${establishment}" is of another territory`);
    for (const [member, time] of Object.entries({ from, to }))
      if (time !== undefined && Number.isNaN(Date.parse(time)))
        throw wrong(`a membership of "${establishment}" has no time that can be read: ${member}`);
  }
  return { territory, establishments, memberships };
};

const same = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

/** What the directory does not say yet, or says otherwise. Nothing is taken back: a membership ends by its `to`. */
export const declareTerritory = (
  directory: Directory,
  file: TerritoryFile,
  { by, at }: { readonly by: string; readonly at: Instant },
): readonly DirectoryEvent[] => {
  const word = { v: 1, at, by } as const;
  const { code, name } = file.territory;
  const events: DirectoryEvent[] = [];
  if (directory.territories.get(code) !== name) events.push({ ...word, kind: 'territory-declared', code, name });
  for (const establishment of file.establishments)
    if (!same(directory.establishments.get(establishment.finess) ?? null, establishment))
      events.push({ ...word, kind: 'establishment-declared', establishment });
  for (const membership of file.memberships)
    if (!directory.memberships.some((declared) => same(declared, membership)))
      events.push({ ...word, kind: 'membership-declared', membership });
  return events;
};
