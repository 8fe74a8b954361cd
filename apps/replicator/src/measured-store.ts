import { PostgresReplicaStore } from '#postgres';
import type { OpenGeneration } from '#usecases';

type Store = ConstructorParameters<typeof PostgresReplicaStore>;

/** The store, with the time that each transaction takes. */
export class MeasuredStore extends PostgresReplicaStore {
  constructor(
    private readonly written: (ms: number) => void,
    ...store: Store
  ) {
    super(...store);
  }

  override async open(generation: number, epoch: number): Promise<OpenGeneration> {
    const opened = await super.open(generation, epoch);
    return {
      generation: opened.generation,
      parked: opened.parked,
      load: (touched, clock) => opened.load(touched, clock),
      contentBytes: (records) => opened.contentBytes(records),
      write: async (effects, progress) => {
        const since = performance.now();
        await opened.write(effects, progress);
        this.written(performance.now() - since);
      },
    };
  }
}
