import {
  detachedPark,
  type Effects,
  type FoldView,
  type Head,
  type Instant,
  namedBy,
  type ParkedEvent,
  RecordKey,
  type RecordVersion,
  type Seen,
  SeenUnderId,
  type Subject,
  type Touched,
} from '#domain';
import type { StoredState } from '../ports/replica-store.js';
import { Lately } from './lately.js';

/** How many are kept beyond the batches under way, at most twice as many: some hundred bytes a head, some thousand a subject. */
const keptBeyond = { heads: 20_000, subjects: 4_000 };

const nothing: ReadonlySet<never> = new Set();

const headOf = ({ timeline, position, deleted, contentHash, patient }: RecordVersion): Head => ({
  timeline,
  position,
  deleted,
  contentHash,
  ...(patient && { patient }),
});

/** A fold that looks up what was not asked for would take it for nothing. */
const knownIn = <Key, Value>(known: Lately<Key, Value>, key: Key): Value | undefined => {
  if (!known.has(key)) throw new Error(`the fold looks up ${String(key)}, which was not loaded`);
  return known.get(key);
};

const unknown = <Key>(keys: ReadonlySet<Key>, known: Lately<Key, unknown>): ReadonlySet<Key> => {
  const news = new Set<Key>();
  for (const key of keys) if (!known.has(key)) news.add(key);
  return news;
};

/**
 * What the fold of a generation knows, from batch to batch, so that one can be folded while the one before it is being written.
 * `undefined` among heads and subjects stands for "there is none". What the batch before touched is always known: of everything
 * else the tables say the same, whether that batch is written already or not.
 */
export class FoldWindow implements FoldView {
  private readonly heads = new Lately<RecordKey, Head | undefined>();
  private readonly subjects = new Lately<RecordKey, Subject | undefined>();
  /** Of two batches only. */
  private readonly contents = new Lately<RecordKey, Uint8Array>();
  private readonly messages = new Lately<string, SeenUnderId>();
  private patched: ReadonlySet<RecordKey> = nothing;

  constructor(
    public clock: Instant,
    public parked: readonly ParkedEvent[],
    private readonly kept = keptBeyond,
  ) {}

  /** Begins a batch: loads what of its lookups is not known; and what subjects name, until nothing new is named. */
  async know(touched: Touched, load: (asked: Touched, clock: Instant) => Promise<StoredState>): Promise<void> {
    this.turn();
    this.patched = touched.contents;
    const followed = new Set<RecordKey>();
    for (let wanted = touched; ; wanted = this.namedBy(wanted.subjects, followed)) {
      const asked = this.unknownOf(wanted);
      if (asked.heads.size + asked.contents.size + asked.subjects.size + asked.messageKeys.size > 0)
        this.learn(asked, await load(asked, this.clock));
      if (wanted.subjects.size === 0) return;
    }
  }

  head(record: RecordKey): Head | undefined {
    const head = knownIn(this.heads, record);
    const content = head && this.isPatched(record) ? this.contents.get(record) : undefined;
    return head && content ? { ...head, content } : head;
  }

  subject(key: RecordKey): Subject | undefined {
    return knownIn(this.subjects, key);
  }

  seen(messageKey: string, receivedHash: Uint8Array): Seen | undefined {
    return knownIn(this.messages, messageKey)?.seen(receivedHash);
  }

  /** Takes over what an event did. */
  absorb(effects: Effects): void {
    this.clock = effects.recordedAt;
    for (const version of effects.versions) {
      this.heads.set(version.key, headOf(version));
      this.contents.set(version.key, version.content);
    }
    for (const [key, subject] of effects.subjects) this.subjects.set(key, subject);
    if (effects.messageKey !== '' && effects.outcome !== 'omitted' && effects.outcome !== 'duplicate') {
      const { receivedHash } = effects.recorded;
      knownIn(this.messages, effects.messageKey)?.add({ receivedHash, recordedAt: effects.recordedAt });
    }
    if (effects.park) this.parked = [...this.parked, detachedPark(effects.park)];
    if (effects.settled.length > 0) {
      const settled = new Set(effects.settled.map(({ position }) => position));
      this.parked = this.parked.filter(({ recorded }) => !settled.has(recorded.position));
    }
  }

  /** A patch names the record of the first use of its number, whichever use it means. */
  private isPatched(record: RecordKey): boolean {
    return this.patched.has(record) || this.patched.has(RecordKey.inFirstUse(record));
  }

  private turn(): void {
    this.heads.turn(this.kept.heads);
    this.subjects.turn(this.kept.subjects);
    this.contents.turn(1);
    this.messages.turn(1);
  }

  private unknownOf(wanted: Touched): Touched {
    const heads = unknown(wanted.heads, this.heads);
    const isThere = (record: RecordKey): boolean => heads.has(record) || this.heads.get(record)?.deleted === false;
    return {
      heads,
      contents: new Set([...unknown(wanted.contents, this.contents)].filter(isThere)),
      subjects: unknown(wanted.subjects, this.subjects),
      messageKeys: unknown(wanted.messageKeys, this.messages),
    };
  }

  /** What these subjects name, but for subjects that were followed already. */
  private namedBy(subjects: ReadonlySet<RecordKey>, followed: Set<RecordKey>): Touched {
    const heads = new Set<RecordKey>();
    const contents = new Set<RecordKey>();
    const further = new Set<RecordKey>();
    for (const key of subjects) followed.add(key);
    for (const key of subjects) {
      const subject = this.subjects.get(key);
      if (!subject) continue;
      const named = namedBy(subject);
      for (const head of named.heads) {
        heads.add(head);
        if (this.isPatched(head)) contents.add(head);
      }
      for (const one of named.subjects) if (!followed.has(one)) further.add(one);
    }
    return { heads, contents, subjects: further, messageKeys: nothing };
  }

  /** Takes in what was asked for; what the tables do not have is known not to be there. */
  private learn(asked: Touched, stored: StoredState): void {
    for (const key of asked.heads) this.heads.set(key, stored.heads.get(key));
    for (const key of asked.subjects) this.subjects.set(key, stored.subjects.get(key));
    for (const key of asked.messageKeys) this.messages.set(key, new SeenUnderId(stored.messages.get(key) ?? []));
    for (const [key, content] of stored.contents) this.contents.set(key, content);
  }
}
