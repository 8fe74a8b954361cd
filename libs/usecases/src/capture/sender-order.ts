/** By sender: its message that is being read piece by piece. What of it comes behind waits, so that its order stays. */
export class SenderOrder {
  private readonly inPieces = new Map<string, Promise<void>>();

  /** To be waited for, and asked again; without it nothing waits, not even for a turn. */
  before(sender: string): Promise<void> | undefined {
    return this.inPieces.get(sender);
  }

  /** What is returned ends it. */
  begin(sender: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.inPieces.set(sender, promise);
    return () => {
      this.inPieces.delete(sender);
      resolve();
    };
  }
}
