import { ByteBudget } from '#platform';

/** A part of a budget that one of those who draw on it may hold at most. */
export class BudgetShare extends ByteBudget {
  constructor(
    private readonly whole: ByteBudget,
    bytesMax: number,
  ) {
    super(bytesMax);
  }

  override take(bytes: number): boolean {
    if (!super.take(bytes)) return false;
    if (this.whole.take(bytes)) return true;
    super.giveBack(bytes);
    return false;
  }

  override giveBack(bytes: number): void {
    super.giveBack(bytes);
    this.whole.giveBack(bytes);
  }
}
