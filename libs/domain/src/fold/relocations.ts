import type { RecordKey } from '../record.js';
import type { Relocations } from './subject.js';

/** Whose it is now, where a message names this patient. */
export const relocated = (patient: RecordKey, relocations: Relocations): RecordKey => {
  let owner = patient;
  // `withRelocation` makes no ring.
  for (;;) {
    const next = relocations.find(({ from }) => from === owner);
    if (!next) return owner;
    owner = next.to;
  }
};

/** The newest word counts: what was taken from `to` before is given back to it, so that nothing goes in a ring. */
export const withRelocation = (relocations: Relocations, from: RecordKey, to: RecordKey): Relocations => {
  const kept = relocations.filter((known) => known.from !== from && known.from !== to);
  return [...kept, { from, to }];
};
