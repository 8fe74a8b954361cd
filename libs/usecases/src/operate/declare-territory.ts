import { Failure, Finess, type Establishment, type Instant, type Membership, type Sender } from '#domain';
import type { Directory } from '../directory/directory.js';
import type { DirectoryEvent } from '../directory/directory-event.js';
import { canonicalJson } from './canonical-json.js';

/** The declared territory: libs/platform/README.md. */
export interface TerritoryFile {
  readonly territory: { readonly code: string; readonly name: string };
  readonly establishments: readonly Establishment[];
  readonly senders: readonly Sender[];
  readonly memberships: readonly Membership[];
}

const wrong = (what: string): Failure =>
  new Failure('input.invalid', `territory file: ${what}`, 'its shape is in libs/platform/README.md');

const isZone = (timeZone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/** Throws `input.invalid` that names what is wrong. */
export const parseTerritory = (text: string): TerritoryFile => {
  let file: Partial<TerritoryFile>;
  try {
    file = JSON.parse(text) as Partial<TerritoryFile>;
  } catch {
    throw wrong('it is no JSON');
  }
  const { territory, establishments, senders, memberships } = file;
  if (typeof territory?.code !== 'string' || typeof territory.name !== 'string')
    throw wrong('territory has no code and name');
  if (!Array.isArray(establishments) || !Array.isArray(senders) || !Array.isArray(memberships))
    throw wrong('establishments, senders and memberships are lists');
  const numbers = new Set<string>();
  for (const { finess, timeZone, name } of establishments) {
    if (typeof finess !== 'string' || !Finess.matches(finess)) throw wrong(`"${String(finess)}" is no FINESS number`);
    if (typeof timeZone !== 'string' || !isZone(timeZone)) throw wrong(`${finess} has no time zone that is known`);
    if (typeof name !== 'string') throw wrong(`${finess} has no name`);
    numbers.add(finess);
  }
  for (const { name, finess } of senders)
    if (typeof name !== 'string' || !numbers.has(finess))
      throw wrong(`sender "${name}" belongs to no establishment of it`);
  for (const { establishment, from } of memberships)
    if (!numbers.has(establishment) || typeof from !== 'string')
      throw wrong(`a membership of "${establishment}" has no establishment or no beginning`);
  return { territory, establishments, senders, memberships };
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
  for (const sender of file.senders)
    if (!same(directory.senders.get(sender.name) ?? null, sender))
      events.push({ ...word, kind: 'sender-declared', sender });
  for (const membership of file.memberships)
    if (!directory.memberships.some((declared) => same(declared, membership)))
      events.push({ ...word, kind: 'membership-declared', membership });
  return events;
};
