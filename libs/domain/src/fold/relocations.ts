import type { RecordKey } from '../record.js';
import type { Relocations } from './subject.js';

/** Whose it is now, where a message names this patient. */
export const relocated = (patient: RecordKey, relocations: Relocations): RecordKey => {
  let owner = patient;
  // `withRelocations` makes no ring.
  for (;;) {
    const next = relocations.find(({ from }) => from === owner);
    if (!next) return owner;
    owner = next.to;
  }
};

/** The newest word counts: what was taken from `to` before is given back to it, so that nothing goes in a ring. */
export const withRelocations = (relocations: Relocations, former: readonly RecordKey[], to: RecordKey): Relocations => [
  ...relocations.filter(({ from }) => !former.includes(from) && from !== to),
  ...former.map((from) => ({ from, to })),
];
