/**
 * A map that forgets what was not touched lately: its entries lie in two halves, and when the younger one is full the older one is
 * dropped. What was touched since the turn before the last one is always there.
 */
export class Lately<Key, Value> {
  private young = new Map<Key, Value>();
  private old = new Map<Key, Value>();

  /** Is there an entry? It counts as touched. */
  has(key: Key): boolean {
    if (this.young.has(key)) return true;
    const value = this.old.get(key);
    if (value === undefined && !this.old.has(key)) return false;
    this.young.set(key, value as Value);
    return true;
  }

  get(key: Key): Value | undefined {
    return this.has(key) ? this.young.get(key) : undefined;
  }

  set(key: Key, value: Value): void {
    this.young.set(key, value);
  }

  /** Drops the older half if the younger one holds this many. */
  turn(full: number): void {
    if (this.young.size < full) return;
    this.old = this.young;
    this.young = new Map();
  }
}
