import { FoldMemory, type Seen } from '#domain';
import { SeenMessages } from './seen-messages.js';

/** The state of an establishment from its first event on: nothing is looked up elsewhere, so everything stays in memory. */
export class WholeState extends FoldMemory {
  private readonly seenMessages = new SeenMessages();

  override seen(messageKey: string): readonly Seen[] {
    return this.seenMessages.of(messageKey);
  }

  protected override remember(messageKey: string, seen: Seen): void {
    this.seenMessages.add(messageKey, seen);
  }
}
