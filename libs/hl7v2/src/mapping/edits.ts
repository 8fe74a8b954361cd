import type { Json, JsonObject, MemberEdit } from '#domain';

/**
 * Edits of one resource's members. `certain`: the sender is the authority on them; otherwise every edit is a `default` that
 * never beats what is known, and nothing is deleted.
 */
export class Edits {
  private readonly edits: MemberEdit[] = [];
  private readonly extensions: JsonObject[] = [];

  constructor(private readonly certain: boolean) {}

  set(member: string, value: Json): void {
    this.edits.push({ op: this.certain ? 'set' : 'default', member, value });
  }

  /** Only where nothing is known yet. */
  suggest(member: string, value: Json): void {
    this.edits.push({ op: 'default', member, value });
  }

  clear(member: string): void {
    if (this.certain) this.edits.push({ op: 'clear', member });
  }

  /** All repetitions of a field that was sent: none left is a deletion. */
  setAll(member: string, values: readonly Json[]): void {
    if (values.length > 0) this.set(member, values);
    else this.clear(member);
  }

  drop(member: string, key: string): void {
    if (this.certain) this.edits.push({ op: 'drop', member, key });
  }

  extend(extension: JsonObject): void {
    this.extensions.push(extension);
  }

  all(): readonly MemberEdit[] {
    if (this.extensions.length === 0) return this.edits;
    if (!this.certain) return [...this.edits, { op: 'default', member: 'extension', value: this.extensions }];
    return [...this.edits, ...this.extensions.map((value) => ({ op: 'upsert', member: 'extension', value }) as const)];
  }
}
