import type { Collection } from '../change.js';
import type { RecordKey } from '../record.js';
import type { CollectionSubject } from './subject.js';

/**
 * Records that are kept of one sender's list. A message brings fewer; action codes could add without end. Of more than these the eldest are
 * forgotten: their records stand, and only a message that names them removes them.
 * @limit Fold | entries of one sender's list (allergies, diagnoses…) | the eldest are no longer removed by a shorter list
 */
export const collectionMax = 2000;

/** What is known of a collection after a sender's message about it, and the records that nobody tells of any more. */
export const toldNow = (
  known: CollectionSubject | undefined,
  { members, removed }: Pick<Collection, 'members' | 'removed'>,
  sender: string,
): { readonly subject: CollectionSubject; readonly gone: readonly RecordKey[] } => {
  const { [sender]: before = [], ...others } = known?.told ?? {};
  const now = new Set(members.map(({ record }) => record));
  const left = removed === undefined ? [] : before.filter((record) => !now.has(record) && !removed.includes(record));
  const own = [...left, ...now].slice(-collectionMax);
  const elsewhere = new Set(Object.values(others).flat());
  const gone = [...new Set(removed ?? before)].filter((record) => !now.has(record) && !elsewhere.has(record));
  const isSame =
    known !== undefined && own.length === before.length && own.every((record, at) => record === before[at]);
  if (isSame) return { subject: known, gone };
  return { subject: { kind: 'collection', told: { ...others, ...(own.length > 0 && { [sender]: own }) } }, gone };
};
