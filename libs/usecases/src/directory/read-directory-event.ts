import { Failure, type Instant } from '#domain';
import type { DirectoryEvent, UnreadableEvent } from './directory-event.js';
import {
  certificate,
  establishment,
  membership,
  openedIncarnation,
  restoreTarget,
  sender,
} from './directory-shapes.js';
import {
  closed,
  exactly,
  finess,
  instant,
  list,
  mapOf,
  name,
  NotWhole,
  open,
  position,
  type Shape,
  text,
} from './shapes.js';

type Kind = DirectoryEvent['kind'];
type Of<K extends Kind> = Extract<DirectoryEvent, { readonly kind: K }>;

/** What every entry has. Who decided it may be empty: it never was checked. */
const said = { v: exactly(1), at: instant as Shape<Instant>, by: text } as const;
const ofRestore = <K extends Kind>(kind: K) => ({ ...said, kind: exactly(kind), restoreId: name }) as const;
const moved = <K extends 'restore-promoted' | 'restore-rolled-back'>(kind: K) =>
  closed<Of<K>>({ ...ofRestore(kind), resumeAt: mapOf(finess, position) } as never);
const asked = <K extends 'restore-resumed' | 'restore-cancelled'>(kind: K) =>
  closed<{ v: 1; at: Instant; by: string; kind: K; restoreId: string }>(ofRestore(kind) as never);

const kinds: { readonly [K in Kind]: Shape<DirectoryEvent> } = {
  'territory-declared': open<Of<'territory-declared'>>({
    ...said,
    kind: exactly('territory-declared'),
    code: name,
    name: text,
  }),
  'establishment-declared': open<Of<'establishment-declared'>>({
    ...said,
    kind: exactly('establishment-declared'),
    establishment,
  }),
  'sender-declared': open<Of<'sender-declared'>>({ ...said, kind: exactly('sender-declared'), sender }),
  'incarnation-opened': open<Of<'incarnation-opened'>>({
    ...said,
    kind: exactly('incarnation-opened'),
    sender: name,
    opened: openedIncarnation,
  }),
  'membership-declared': open<Of<'membership-declared'>>({
    ...said,
    kind: exactly('membership-declared'),
    membership,
  }),
  'restore-requested': closed<Of<'restore-requested'>>({
    ...ofRestore('restore-requested'),
    planId: name,
    planHash: name,
    target: text,
    targets: list(restoreTarget),
  }),
  'restore-resumed': asked('restore-resumed'),
  'restore-cancelled': asked('restore-cancelled'),
  'restore-built': closed<Of<'restore-built'>>({
    ...ofRestore('restore-built'),
    certificates: list(certificate),
  }),
  'restore-approved': closed<Of<'restore-approved'>>({
    ...ofRestore('restore-approved'),
    planHash: name,
    stateDigests: mapOf(finess, text),
    signature: text,
    keyId: text,
  }),
  'restore-promoted': moved('restore-promoted'),
  'restore-rolled-back': moved('restore-rolled-back'),
};

const isKind = (value: unknown): value is Kind => typeof value === 'string' && Object.hasOwn(kinds, value);

const tooNew = (): Failure =>
  new Failure(
    'log.too-new',
    'the directory log holds an entry of a version or kind that is not known here',
    'run the version of Reprise that wrote it, or a newer one; nothing was skipped',
  );

const unreadable = (as: Kind | 'unknown', reason: string): UnreadableEvent => ({ kind: 'unreadable', as, reason });

/**
 * One entry of the directory log, from the JSON that it is (`undefined`: it is none). What is of a newer version or an unknown kind
 * throws `log.too-new`: an old follower must not skip what it does not know. Everything else that is not whole is `unreadable`.
 */
export const readDirectoryEvent = (value: unknown): DirectoryEvent | UnreadableEvent => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return unreadable('unknown', 'it is no JSON object');
  const { v, kind } = value as { readonly v?: unknown; readonly kind?: unknown };
  if (typeof v !== 'number' || !Number.isSafeInteger(v) || v < 1)
    return unreadable('unknown', 'v: a version from 1 on is expected');
  if (v > 1) throw tooNew();
  if (typeof kind !== 'string') return unreadable('unknown', 'kind: a text is expected');
  if (!isKind(kind)) throw tooNew();
  try {
    return kinds[kind](value, '');
  } catch (error) {
    if (error instanceof NotWhole) return unreadable(kind, error.message);
    throw error;
  }
};
