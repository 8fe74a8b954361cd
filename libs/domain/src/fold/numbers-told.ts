import type { Change, Use } from '../change.js';
import type { Warning } from '../log-event.js';
import { type Head, RecordKey } from '../record.js';
import { areOnePerson } from './link-patients.js';
import { chosenUse, inItsUse, isResult, usedBefore, withRecords, withUse } from './number-uses.js';
import { namedBy, type NumberSubject, type NumberUse, type PatientSubject, type Subject } from './subject.js';

const fillerNumberReused = ({ place }: Use): Warning => ({
  code: 'filler-number-reused',
  location: place,
  text: 'this number of an order or document was told of another patient, or of another order of this one, before: both stand, the later one with records of its own',
});

/** What is known while an event is folded; `storedSubject`: what was before it, or before the drain that it is tried again in. */
export interface Around {
  readonly subject: (key: RecordKey) => Subject | undefined;
  readonly storedSubject: (key: RecordKey) => Subject | undefined;
  readonly patient: (key: RecordKey) => PatientSubject;
  readonly record: (key: RecordKey) => Pick<Head, 'deleted' | 'patient'> | undefined;
}

/** A use of a number that is not its first, and the records that the event speaks of in it. */
interface LaterUse {
  readonly number: RecordKey;
  readonly nth: number;
  readonly records: readonly RecordKey[];
}

const nothing: ReadonlyMap<RecordKey, RecordKey> = new Map();

const numberIn = (subject: Subject | undefined): NumberSubject | undefined =>
  subject?.kind === 'number' ? subject : undefined;

/** The numbers that one event tells its changes under. */
export class NumbersTold {
  /** What is withdrawn now is not this patient's: another's stands under the number. */
  isAnothers = false;
  /** By patient: records that changes name, and those that they are in the uses that this event speaks of. */
  private readonly renamedOf = new Map<RecordKey, Map<RecordKey, RecordKey>>();
  private renamed = nothing;
  private readonly later: LaterUse[] = [];
  /** Records of later uses of which nothing is stored: there is nothing to look up. */
  private readonly fresh = new Set<RecordKey>();

  constructor(private readonly around: Around) {}

  isNew(record: RecordKey): boolean {
    return this.fresh.has(record);
  }

  /** The change as it is meant: of a later use, it speaks of that use's own records. */
  inItsUse(change: Exclude<Change, Use>): Exclude<Change, Use> {
    return this.renamed.size === 0 ? change : inItsUse(change, this.renamed);
  }

  /** From here on changes are told in this use of the number. Gives what is kept of the number then. */
  tell(
    told: Use,
    changes: readonly Change[],
  ): { readonly subject?: NumberSubject; readonly warnings: readonly Warning[] } {
    const { around } = this;
    this.renamed = this.renamedOf.get(told.patient) ?? nothing;
    const records = [...new Set(changes.flatMap((change) => ('record' in change ? [change.record] : [])))];
    const known = numberIn(around.subject(told.number)) ?? usedBefore(records.map(around.record));
    const isOnePerson = (one: RecordKey, other: RecordKey): boolean => areOnePerson(around.patient, one, other);
    const holds = (use: NumberUse, record: RecordKey): boolean => {
      const own = RecordKey.inUse(record, use.nth);
      return (use.nth === 1 || use.records.includes(own)) && around.record(own)?.deleted === false;
    };
    const chosen = chosenUse(known, told, {
      isOnePerson,
      shares: (use) => records.some((record) => isResult(record) && holds(use, record)),
      count: records.length,
    });
    this.isAnothers = false;
    if (chosen.word === 'untold') return { warnings: [] };
    const { word, use, others } = chosen;
    this.isAnothers =
      told.status === 'withdrawn' &&
      others.some(({ status, patient }) => status !== 'withdrawn' && !isOnePerson(told.patient, patient));
    if (use.nth > 1) this.rename(told, records, use.nth);
    return { subject: withUse(known, chosen), warnings: word === 'reused' ? [fillerNumberReused(told)] : [] };
  }

  /**
   * The numbers of later uses, with the records that were made. Only those are one of a use's records: of anything else nothing is
   * stored, and nobody must look for it.
   */
  *settled(made: ReadonlyMap<RecordKey, unknown>): Generator<readonly [RecordKey, NumberSubject]> {
    for (const { number, nth, records } of this.later) {
      const known = numberIn(this.around.subject(number));
      if (known)
        yield [
          number,
          withRecords(
            known,
            nth,
            records.filter((record) => made.has(record)),
          ),
        ];
    }
  }

  absorb(other: NumbersTold): void {
    for (const record of other.fresh) this.fresh.add(record);
  }

  private rename({ number, patient }: Use, records: readonly RecordKey[], nth: number): void {
    const stored = numberIn(this.around.storedSubject(number));
    const heard = new Set(stored ? namedBy(stored).heads : []);
    const own = records.map((record) => [record, RecordKey.inUse(record, nth)] as const);
    const renamed = this.renamedOf.get(patient) ?? new Map<RecordKey, RecordKey>();
    this.renamedOf.set(patient, renamed);
    this.renamed = renamed;
    for (const [record, other] of own) {
      renamed.set(record, other);
      if (!heard.has(other)) this.fresh.add(other);
    }
    this.later.push({ number, nth, records: own.map(([, other]) => other) });
  }
}
