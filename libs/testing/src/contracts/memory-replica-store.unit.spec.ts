import { setImmediate as later } from 'node:timers/promises';
import { Failure, Finess } from '#domain';
import { MemoryReplicaStore } from '../memory-replica-store.js';
import { replicaStoreContract } from './replica-store.contract.js';

let establishments = 0;

replicaStoreContract('MemoryReplicaStore', async () => {
  const store = new MemoryReplicaStore();
  return {
    store,
    establishment: () => Finess.parse(String(990_000_000 + establishments++)),
    breakAt: async (generation, position) => {
      store.beforeCommit = async (written, effects) => {
        await later();
        if (written === generation && effects.some(({ recorded }) => recorded.position === position))
          throw new Failure('replica.unreachable', 'broken');
      };
      return async () => {
        store.beforeCommit = () => later();
      };
    },
  };
});
