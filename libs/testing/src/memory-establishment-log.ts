import { Failure, type Finess, type Instant, Position } from '#domain';
import { EstablishmentLog, type EventAttributes, type LogEntry, type LogRange } from '#usecases';

interface MemoryLog {
  readonly incarnation: number;
  readonly entries: readonly LogEntry[];
  readonly first: number;
}

const batchEntries = 300;

/** Logs in memory, under the contract of the real ones. `now` gives the log's own stamps. */
export class MemoryEstablishmentLog extends EstablishmentLog {
  private readonly logs = new Map<Finess, MemoryLog>();
  private incarnations = 0;
  /** While false, nothing is appended and nothing is told. */
  reachable = true;

  constructor(private readonly now: () => Instant) {
    super();
  }

  async append(establishment: Finess, value: Buffer, _attributes: EventAttributes): Promise<Position> {
    const log = this.log(establishment);
    const position = Position.of(log.entries.length);
    const entry = { position, appendedAt: this.now(), value: Buffer.from(value) };
    this.logs.set(establishment, { ...log, entries: [...log.entries, entry] });
    return position;
  }

  async range(establishment: Finess): Promise<LogRange> {
    const { incarnation, entries, first } = this.log(establishment);
    if (first > 0) throw new Failure('log.gap', 'its first entry is gone, by which it is known');
    return {
      logId: entries.length > 0 ? `memory-${incarnation}` : '',
      first: Position.of(first),
      last: Position.of(entries.length - 1),
    };
  }

  async *read(establishment: Finess, from: Position, to: Position): AsyncGenerator<readonly LogEntry[]> {
    if (from > to) return;
    const { entries, first } = this.log(establishment);
    if (from < first) throw new Failure('log.gap', `it starts at ${first}, and ${from} is asked for`);
    if (to >= entries.length) throw new Failure('log.truncated', `it ends at ${entries.length - 1}`);
    for (let at = from as number; at <= to; at += batchEntries)
      yield entries.slice(at, Math.min(at + batchEntries, to + 1));
  }

  async cutAt(establishment: Finess, instant: Instant): Promise<Position> {
    const { entries } = this.log(establishment);
    const later = entries.findIndex(({ appendedAt }) => appendedAt > instant);
    return Position.of((later === -1 ? entries.length : later) - 1);
  }

  /** Another log under the same name, as when a topic is made anew. */
  replace(establishment: Finess): void {
    this.logs.delete(establishment);
  }

  /** What was before this position is gone, as with a retention that is set wrong. */
  trim(establishment: Finess, before: Position): void {
    this.logs.set(establishment, { ...this.log(establishment), first: before });
  }

  private log(establishment: Finess): MemoryLog {
    if (!this.reachable) throw new Failure('log.unreachable', 'switched off', 'switch it on');
    const log = this.logs.get(establishment) ?? { incarnation: ++this.incarnations, entries: [], first: 0 };
    this.logs.set(establishment, log);
    return log;
  }
}
