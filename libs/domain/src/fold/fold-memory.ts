import type { Instant } from '../instant.js';
import { type Head, RecordKey, type RecordVersion } from '../record.js';
import { detachedBytes, detachedPark } from './detach.js';
import { type SeenMessage, SeenUnderId } from './seen-under-id.js';
import type { Effects, FoldView, ParkedEvent, Seen } from './state.js';
import type { Subject } from './subject.js';

const headOf = (version: RecordVersion, withContent: boolean): Head => ({
  timeline: version.timeline,
  position: version.position,
  deleted: version.deleted,
  contentHash: version.contentHash,
  ...(version.patient && { patient: version.patient }),
  ...(withContent && { content: detachedBytes(version.content) }),
});

/** The state of one establishment, or the part of it that a batch touches, in memory. */
export class FoldMemory implements FoldView {
  readonly heads = new Map<RecordKey, Head>();
  readonly subjects = new Map<RecordKey, Subject>();
  readonly messages = new Map<string, SeenUnderId>();
  parked: readonly ParkedEvent[] = [];

  /**
   * Whose contents stay in memory for a later merge patch: a batch keeps all, a rebuild those that it is about to patch, in whichever
   * use of their number.
   */
  keepContentsOf: ReadonlySet<RecordKey> | 'all' = 'all';

  constructor(public clock: Instant) {}

  head(record: RecordKey): Head | undefined {
    return this.heads.get(record);
  }

  subject(key: RecordKey): Subject | undefined {
    return this.subjects.get(key);
  }

  seen(messageKey: string, receivedHash: Uint8Array): Seen | undefined {
    return this.messages.get(messageKey)?.seen(receivedHash);
  }

  /** Takes over what an event did. */
  absorb(effects: Effects): void {
    this.clock = effects.recordedAt;
    const keep = this.keepContentsOf;
    for (const version of effects.versions)
      this.heads.set(
        version.key,
        headOf(version, keep === 'all' || keep.has(version.key) || keep.has(RecordKey.inFirstUse(version.key))),
      );
    for (const [key, subject] of effects.subjects) this.subjects.set(key, subject);
    if (effects.messageKey !== '' && effects.outcome !== 'omitted' && effects.outcome !== 'duplicate')
      this.remember(effects.messageKey, {
        receivedHash: effects.recorded.receivedHash,
        recordedAt: effects.recordedAt,
      });
    if (effects.park) this.parked = [...this.parked, detachedPark(effects.park)];
    if (effects.settled.length > 0) {
      const settled = new Set(effects.settled.map(({ position }) => position));
      this.parked = this.parked.filter(({ recorded }) => !settled.has(recorded.position));
    }
  }

  /** Whoever keeps all messages of an establishment keeps them smaller. */
  protected remember(messageKey: string, message: SeenMessage): void {
    const known = this.messages.get(messageKey);
    if (known) known.add(message);
    else this.messages.set(messageKey, new SeenUnderId([message]));
  }
}
