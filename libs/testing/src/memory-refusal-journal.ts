import { type Finess, Position } from '#domain';
import { type JournalEntry, type ListedEntry, type Refusal, refusalBeginsMax, RefusalJournal } from '#usecases';

export class MemoryRefusalJournal extends RefusalJournal {
  private readonly journals = new Map<Finess, readonly JournalEntry[]>();

  async append(establishment: Finess, refusal: Refusal): Promise<void> {
    const entries = this.entries(establishment);
    this.journals.set(establishment, [
      ...entries,
      { position: Position.of(entries.length), appendedAt: refusal.receivedAt, refusal },
    ]);
  }

  async newest(
    establishment: Finess,
    limit: number,
    { before, after }: { readonly before?: Position; readonly after?: Position } = {},
  ): Promise<readonly ListedEntry[]> {
    const within = this.entries(establishment).slice((after ?? Position.none) + 1, before);
    return within
      .slice(Math.max(0, within.length - limit))
      .reverse()
      .map(({ position, refusal: { received, answered: _answered, ...rest } }) => {
        const begins = received.slice(0, refusalBeginsMax);
        return { position, refusal: { ...rest, begins, receivedBytes: received.byteLength } };
      });
  }

  async at(establishment: Finess, position: Position): Promise<JournalEntry | undefined> {
    return this.entries(establishment)[position];
  }

  private entries(establishment: Finess): readonly JournalEntry[] {
    return this.journals.get(establishment) ?? [];
  }
}
