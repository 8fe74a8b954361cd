import { FoldMemory, type Seen, type SeenMessage } from '#domain';
import { SeenMessages } from './seen-messages.js';

/** The state of an establishment from its first event on: nothing is looked up elsewhere, so everything stays in memory. */
export class WholeState extends FoldMemory {
  private readonly seenMessages = new SeenMessages();

  override seen(messageKey: string, receivedHash: Uint8Array): Seen | undefined {
    return this.seenMessages.seen(messageKey, receivedHash);
  }

  protected override remember(messageKey: string, message: SeenMessage): void {
    this.seenMessages.add(messageKey, message);
  }
}
