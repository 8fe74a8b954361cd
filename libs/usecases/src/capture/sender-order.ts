/** By sender: its large message that is being read. What of it comes behind waits, so that its order stays. */
export class SenderOrder {
  private readonly large = new Map<string, Promise<void>>();

  /** To be waited for, and asked again; without it nothing waits, not even for a turn. */
  before(sender: string): Promise<void> | undefined {
    return this.large.get(sender);
  }

  /** What is returned ends it. */
  begin(sender: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.large.set(sender, promise);
    return () => {
      this.large.delete(sender);
      resolve();
    };
  }
}
