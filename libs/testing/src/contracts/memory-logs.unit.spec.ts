import { Finess, Instant } from '#domain';
import { MemoryDirectoryLog } from '../memory-directory-log.js';
import { MemoryEstablishmentLog } from '../memory-establishment-log.js';
import { MemoryRefusalJournal } from '../memory-refusal-journal.js';
import { directoryLogContract } from './directory-log.contract.js';
import { establishmentLogContract } from './establishment-log.contract.js';
import { refusalJournalContract } from './refusal-journal.contract.js';

const now = (): Instant => Instant.of(Date.now());
const establishment = Finess.parse('990000001');

establishmentLogContract('MemoryEstablishmentLog', async () => {
  const log = new MemoryEstablishmentLog(now);
  return {
    log,
    establishment,
    replace: async () => log.replace(establishment),
    trim: async (before) => log.trim(establishment, before),
  };
});
refusalJournalContract('MemoryRefusalJournal', async () => ({ journal: new MemoryRefusalJournal(), establishment }));
directoryLogContract('MemoryDirectoryLog', async () => new MemoryDirectoryLog(now));
