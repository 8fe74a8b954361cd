import { type Finess, Position } from '#domain';
import { type JournalEntry, type Refusal, RefusalJournal } from '#usecases';

export class MemoryRefusalJournal extends RefusalJournal {
  private readonly journals = new Map<Finess, readonly JournalEntry[]>();

  async append(establishment: Finess, refusal: Refusal): Promise<void> {
    const entries = this.entries(establishment);
    this.journals.set(establishment, [
      ...entries,
      { position: Position.of(entries.length), appendedAt: refusal.receivedAt, refusal },
    ]);
  }

  async newest(establishment: Finess, limit: number, before?: Position): Promise<readonly JournalEntry[]> {
    const older = this.entries(establishment).slice(0, before);
    return older.slice(Math.max(0, older.length - limit)).reverse();
  }

  async at(establishment: Finess, position: Position): Promise<JournalEntry | undefined> {
    return this.entries(establishment)[position];
  }

  private entries(establishment: Finess): readonly JournalEntry[] {
    return this.journals.get(establishment) ?? [];
  }
}
