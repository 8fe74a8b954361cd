import { MemoryKeys } from '../memory-keys.js';
import { keyStoreContract } from './key-store.contract.js';

keyStoreContract('MemoryKeys', () => new MemoryKeys());
