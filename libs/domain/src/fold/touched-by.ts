import type { Change } from '../change.js';
import type { LogEvent } from '../log-event.js';
import type { RecordKey } from '../record.js';
import { messageKeyOf } from './message-key.js';
import { collectionKey } from './subject.js';

/** What must be known before these events are folded. */
export interface Touched {
  readonly heads: ReadonlySet<RecordKey>;
  /** Heads whose content is needed as well. */
  readonly contents: ReadonlySet<RecordKey>;
  readonly subjects: ReadonlySet<RecordKey>;
  readonly messageKeys: ReadonlySet<string>;
}

interface Collected {
  readonly heads: Set<RecordKey>;
  readonly contents: Set<RecordKey>;
  readonly subjects: Set<RecordKey>;
  readonly messageKeys: Set<string>;
}

const collect = (into: Collected, change: Change): void => {
  switch (change.kind) {
    case 'merge-patch':
      into.contents.add(change.record);
      into.heads.add(change.record);
      return;
    case 'put':
    case 'remove':
    case 'default':
      into.heads.add(change.record);
      return;
    case 'withdraw':
      into.heads.add(change.record);
      into.subjects.add(change.patient);
      return;
    case 'use':
      into.subjects.add(change.number);
      into.subjects.add(change.patient);
      return;
    case 'identify':
      into.heads.add(change.patient);
      into.subjects.add(change.patient);
      return;
    case 'movement':
      into.heads.add(change.visit);
      into.subjects.add(change.visit);
      into.subjects.add(change.patient);
      if (change.movement) for (const set of [into.heads, into.subjects]) set.add(change.movement.record);
      if (change.account) into.subjects.add(change.account);
      return;
    case 'link':
    case 'unlink':
    case 'relocate': {
      const other = change.kind === 'link' ? change.into : change.from;
      for (const key of [change.patient, other]) for (const set of [into.heads, into.subjects]) set.add(key);
      if (change.kind === 'relocate' && change.what)
        for (const set of [into.heads, into.subjects]) set.add(change.what);
      return;
    }
    case 'collection':
      for (const { record } of change.members) into.heads.add(record);
      for (const record of change.removed ?? []) into.heads.add(record);
      into.subjects.add(collectionKey(change.owner, change.name));
      return;
    case 'drain':
      return; // Parked events are always known whole; what they touch is added by the follower.
  }
};

/**
 * Names every lookup that folding these events makes, but for what only subjects know: a follower goes on with what the subjects that
 * it loaded name (`namedBy`), until nothing new is named.
 */
export const touchedBy = (events: readonly LogEvent[]): Touched => {
  const touched: Collected = { heads: new Set(), contents: new Set(), subjects: new Set(), messageKeys: new Set() };
  for (const event of events) {
    const key = messageKeyOf(event);
    if (key !== '') touched.messageKeys.add(key);
    for (const change of event.changes) collect(touched, change);
  }
  return touched;
};
