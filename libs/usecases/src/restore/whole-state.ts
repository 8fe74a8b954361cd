import { type Effects, FoldMemory, type RecordKey, type Seen, type SeenMessage } from '#domain';
import { SeenMessages } from './seen-messages.js';

/** A content of up to so many bytes counts as that large. */
const smallBytes = 64 * 1024;

/** The state of an establishment from its first event on: nothing is looked up elsewhere, so everything stays in memory. */
export class WholeState extends FoldMemory {
  private readonly seenMessages = new SeenMessages();
  /** Of the newest versions; of what is smaller none is kept, since most are. */
  private readonly largeBytes = new Map<RecordKey, number>();

  override absorb(effects: Effects): void {
    super.absorb(effects);
    for (const { key, content } of effects.versions)
      if (content.byteLength > smallBytes) this.largeBytes.set(key, content.byteLength);
      else this.largeBytes.delete(key);
  }

  /** How large the content is, at most; a rebuild keeps none in memory. */
  contentBytes(record: RecordKey): number {
    return this.largeBytes.get(record) ?? (this.heads.has(record) ? smallBytes : 0);
  }

  override seen(messageKey: string, receivedHash: Uint8Array): Seen | undefined {
    return this.seenMessages.seen(messageKey, receivedHash);
  }

  protected override remember(messageKey: string, message: SeenMessage): void {
    this.seenMessages.add(messageKey, message);
  }
}
