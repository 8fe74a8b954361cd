import { setImmediate as later } from 'node:timers/promises';
import {
  type Effects,
  emptyChain,
  Failure,
  type Finess,
  FOLD_VERSION,
  FoldMemory,
  type Head,
  Instant,
  originalTimeline,
  Position,
  type RecordKey,
  type Timeline,
  type Touched,
} from '#domain';
import { type Generation, type OpenGeneration, type Progress, ReplicaStore, type StoredState } from '#usecases';

interface Tables {
  generation: Generation;
  epoch: number;
  readonly rows: FoldMemory;
  /** Ends when all that was asked to be written is written or refused. */
  writing: Promise<void>;
}

const firstGeneration = {
  timeline: originalTimeline,
  state: 'following',
  live: true,
  foldVersion: FOLD_VERSION,
  progress: { logId: '', position: Position.none, chainHash: emptyChain, clock: Instant.of(0) },
} as const;

const takenOver = (): Failure => new Failure('replica.taken-over', 'another owner has come');

/** A replica in memory whose writes take their time. */
export class MemoryReplicaStore extends ReplicaStore {
  private readonly tables: Tables[] = [];

  /** A write takes so long, and fails with what is thrown. */
  beforeCommit: (generation: number, effects: readonly Effects[]) => Promise<void> = () => later();

  async ensureEstablishment(establishment: Finess): Promise<void> {
    if (this.of(establishment).length > 0) return;
    this.tables.push({
      generation: { generation: this.tables.length + 1, establishment, ...firstGeneration },
      epoch: 0,
      rows: new FoldMemory(Instant.of(0)),
      writing: Promise.resolve(),
    });
  }

  async takeOver(establishment: Finess): Promise<number> {
    const own = this.of(establishment);
    const epoch = Math.max(...own.map((tables) => tables.epoch)) + 1;
    for (const tables of own) tables.epoch = epoch;
    return epoch;
  }

  async generations(establishment: Finess): Promise<readonly Generation[]> {
    return this.of(establishment).map(({ generation }) => generation);
  }

  async open(generation: number, epoch: number): Promise<OpenGeneration> {
    const tables = this.table(generation);
    await tables.writing;
    if (tables.epoch !== epoch) throw takenOver();
    return new MemoryOpenGeneration(this, tables, epoch);
  }

  async level(): Promise<void> {}

  async beat(): Promise<void> {}

  async leave(): Promise<void> {}

  async resume(generation: number, epoch: number, timeline: Timeline): Promise<void> {
    const tables = this.table(generation);
    if (tables.epoch !== epoch) throw takenOver();
    tables.generation = { ...tables.generation, state: 'following', timeline };
  }

  async makeLive(establishment: Finess, generation: number, epoch: number): Promise<void> {
    if (this.table(generation).epoch !== epoch) throw takenOver();
    for (const tables of this.of(establishment))
      tables.generation = { ...tables.generation, live: tables.generation.generation === generation };
  }

  private of(establishment: Finess): readonly Tables[] {
    return this.tables.filter(({ generation }) => generation.establishment === establishment);
  }

  private table(generation: number): Tables {
    const tables = this.tables[generation - 1];
    if (!tables) throw new Failure('not-found', `no generation ${generation}`);
    return tables;
  }
}

const chosen = <Key, Value>(from: ReadonlyMap<Key, Value>, keys: ReadonlySet<Key>): Map<Key, Value> =>
  new Map([...from].filter(([key]) => keys.has(key)));

class MemoryOpenGeneration implements OpenGeneration {
  readonly generation: Generation;
  readonly parked;
  private asked: Position;

  constructor(
    private readonly store: MemoryReplicaStore,
    private readonly tables: Tables,
    private readonly epoch: number,
  ) {
    this.generation = tables.generation;
    this.parked = tables.rows.parked;
    this.asked = tables.generation.progress.position;
  }

  async load(touched: Touched): Promise<StoredState> {
    await later();
    const { rows } = this.tables;
    const contents = new Map<RecordKey, Uint8Array>();
    for (const [key, { content, deleted }] of chosen(rows.heads, touched.contents))
      if (content && !deleted) contents.set(key, content);
    const heads = new Map<RecordKey, Head>();
    for (const [key, { content: _content, ...head }] of chosen(rows.heads, touched.heads)) heads.set(key, head);
    return {
      heads,
      contents,
      subjects: chosen(rows.subjects, touched.subjects),
      messages: new Map(
        Array.from(chosen(rows.messages, touched.messageKeys), ([key, under]) => [key, under.messages()]),
      ),
    };
  }

  async contentBytes(records: ReadonlySet<RecordKey>): Promise<ReadonlyMap<RecordKey, number>> {
    const bytes = new Map<RecordKey, number>();
    for (const [key, { content, deleted }] of chosen(this.tables.rows.heads, records))
      if (content && !deleted) bytes.set(key, content.byteLength);
    return bytes;
  }

  async write(effects: readonly Effects[], progress: Progress): Promise<void> {
    const before = this.asked;
    this.asked = progress.position;
    const write = this.tables.writing.then(() => this.commit(before, effects, progress));
    this.tables.writing = write.catch(() => undefined);
    return write;
  }

  private async commit(before: Position, effects: readonly Effects[], progress: Progress): Promise<void> {
    const { tables } = this;
    await this.store.beforeCommit(tables.generation.generation, effects);
    if (tables.epoch !== this.epoch) throw takenOver();
    if (tables.generation.progress.position !== before)
      throw new Failure('replica.unreachable', `it stands at ${tables.generation.progress.position}`);
    for (const effect of effects) tables.rows.absorb(effect);
    tables.generation = { ...tables.generation, progress };
  }
}
