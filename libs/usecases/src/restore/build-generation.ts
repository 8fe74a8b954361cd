import {
  emptyChain,
  Failure,
  type Head,
  Instant,
  namedBy,
  Position,
  RecordKey,
  type Touched,
  touchedBy,
} from '#domain';
import type { RestoreTarget } from '../directory/directory-event.js';
import type { EstablishmentLog, LogEntry } from '../ports/establishment-log.js';
import type { BuildPhase, GenerationBuilder, GenerationTables } from '../ports/generation-builder.js';
import type { Progress } from '../ports/replica-store.js';
import { type Batch, eventsToLookUp, foldBatch, inLookups, readEntries } from '../replicate/fold-batch.js';
import { WholeState } from './whole-state.js';

/** Few enough that what is made of them is garbage before it grows old, and that connections are served between them. */
const eventsAtOnce = 250;
const reportEveryEvents = 4000;

const passing = ['replica.unreachable', 'log.unreachable', 'replica.taken-over'] as const;

const start: Progress = { logId: '', position: Position.none, chainHash: emptyChain, clock: Instant.of(0) };

/**
 * Builds a generation beside the live one: the log up to the target is folded in memory and written, in chunks, each with its
 * position. Killed at any moment it goes on: what had been written is folded again without writing (the same bytes make the
 * same state), the rest is appended.
 */
export class BuildGeneration {
  constructor(
    private readonly log: EstablishmentLog,
    private readonly builder: GenerationBuilder,
  ) {}

  async run(restoreId: string, target: RestoreTarget, signal: AbortSignal): Promise<void> {
    const tables = await this.builder.open(target.establishment, target.timeline, restoreId);
    if (tables.generation.state !== 'building') return;
    const build = new Build(this.log, this.builder, tables, target);
    try {
      if (!tables.finished) await build.replay(signal);
      await build.verify();
    } catch (error) {
      // An interruption is no failure: the next start goes on. Neither is a database that is away for a while, nor another builder.
      if (signal.aborted || passing.some((code) => Failure.is(error, code))) throw error;
      await this.builder.failed(
        tables.generation.generation,
        Failure.is(error)
          ? [error.message, error.hint].filter(Boolean).join('; ')
          : 'an internal error; see the log of the replicator',
      );
      throw error;
    }
  }
}

class Build {
  private readonly state = new WholeState(Instant.of(0));
  private progress: Progress;
  private reportedAt = 0;

  constructor(
    private readonly log: EstablishmentLog,
    private readonly builder: GenerationBuilder,
    private readonly tables: GenerationTables,
    private readonly target: RestoreTarget,
  ) {
    this.progress = tables.finished ? tables.generation.progress : start;
  }

  async replay(signal: AbortSignal): Promise<void> {
    const { establishment, buildTo } = this.target;
    const { logId } = await this.log.range(establishment);
    const before = this.tables.generation.progress.logId;
    if (before !== '' && before !== logId)
      throw new Failure(
        'log.replaced',
        `${establishment}: the build began on the log "${before}", and the log is now "${logId}"`,
        'cancel this restore and plan a new one',
      );
    this.progress = { ...start, logId };
    await this.report('replaying');
    if (buildTo !== Position.none)
      for await (const entries of this.log.read(establishment, Position.of(0), buildTo)) {
        for (let at = 0; at < entries.length; at += eventsAtOnce) {
          signal.throwIfAborted();
          await this.take(entries.slice(at, at + eventsAtOnce));
        }
      }
    await this.report('indexing');
    await this.tables.finish(this.state.subjects, this.state.parked);
  }

  async verify(): Promise<void> {
    const { generation } = this.tables.generation;
    await this.report('verifying');
    const built = await this.builder.digest(generation);
    await this.builder.built(generation, built);
    await this.report('done');
  }

  private async take(entries: readonly LogEntry[]): Promise<void> {
    const contents = {
      neededBy: (touched: Touched) => this.inAllUses(touched.contents, touched.subjects),
      bytesOf: (record: RecordKey) => this.state.contentBytes(record),
    };
    for (const batch of inLookups({ entries, events: readEntries(entries) }, contents)) await this.fold(batch);
    if (this.progress.position - this.reportedAt >= reportEveryEvents) await this.report('replaying');
  }

  private async fold(batch: Batch): Promise<void> {
    // All but contents is in memory: nothing else of what these events touch is looked up.
    const patches = eventsToLookUp(batch.events, this.state.parked).filter(({ changes }) =>
      changes.some(({ kind }) => kind === 'merge-patch'),
    );
    const { contents: patched, subjects } = touchedBy(patches);
    if (patched.size > 0) await this.loadContents(this.inAllUses(patched, subjects));
    this.state.keepContentsOf = patched;
    for (const { effects, progress } of foldBatch(this.state, batch, this.target.timeline, this.progress)) {
      this.progress = progress;
      // What was written before an interruption is not written again.
      const written = this.tables.generation.progress.position;
      const news = effects.filter(({ recorded }) => recorded.position > written);
      if (news.length > 0) await this.tables.write(news, progress);
    }
    if (patched.size > 0) this.forgetContents(this.inAllUses(patched, subjects));
  }

  /** These records, and what they are in later uses of their numbers. */
  private inAllUses(patched: ReadonlySet<RecordKey>, subjects: ReadonlySet<RecordKey>): ReadonlySet<RecordKey> {
    const all = new Set(patched);
    for (const key of subjects) {
      const subject = this.state.subject(key);
      if (subject?.kind !== 'number') continue;
      for (const record of namedBy(subject).heads) if (patched.has(RecordKey.inFirstUse(record))) all.add(record);
    }
    return all;
  }

  /** A rebuild keeps no contents in memory; the few that a merge patch needs are read back. */
  private async loadContents(patched: ReadonlySet<RecordKey>): Promise<void> {
    const heads = new Map<RecordKey, Head>();
    for (const key of patched) {
      const head = this.state.head(key);
      if (head && !head.deleted) heads.set(key, head);
    }
    if (heads.size === 0) return;
    const contents = await this.tables.contents(heads);
    for (const [key, head] of heads) {
      const content = contents.get(key);
      if (!content)
        throw new Error(`no content of ${key} at ${head.position} in generation ${this.tables.generation.generation}`);
      this.state.heads.set(key, { ...head, content });
    }
  }

  private forgetContents(patched: ReadonlySet<RecordKey>): void {
    for (const key of patched) {
      const head = this.state.head(key);
      if (!head?.content) continue;
      const { content: _content, ...rest } = head;
      this.state.heads.set(key, rest);
    }
  }

  private async report(phase: BuildPhase): Promise<void> {
    this.reportedAt = this.progress.position;
    await this.builder.report(this.tables.generation.generation, {
      phase,
      eventsDone: this.progress.position + 1,
      eventsTotal: this.target.buildTo + 1,
      eventTimeReached: this.progress.position === Position.none ? '' : Instant.iso(this.progress.clock),
    });
  }
}
