import type { Change, Drain } from '../change.js';
import { Instant } from '../instant.js';
import type { LogEvent, RecordedEvent, Warning } from '../log-event.js';
import type { Position } from '../position.js';
import type { RecordKey, RecordVersion } from '../record.js';
import { counts, type Timeline, timelineAt } from '../timeline.js';
import { Draft, FoldFault, hashOf } from './draft.js';
import { messageKeyOf } from './message-key.js';
import type { Effects, FoldView, ParkedEvent, Seen } from './state.js';

/** Two folds of one version make the same records of the same log, byte for byte. Any change of a result raises it. */
export const FOLD_VERSION = 4;

/** A message sent again within 30 days of log time has one effect. */
/**
 * Of a message older than this its sender may use the id again.
 * @limit Fold | how long a message id is remembered, by the clock of the log | the same again takes effect again
 */
export const duplicateWindowMs = 30 * 24 * 3600 * 1000;

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Who has to wait when this change cannot be applied: its patient, or the record itself where no patient is known. */
const waitingFor = (view: FoldView, change: Change): readonly RecordKey[] => {
  switch (change.kind) {
    case 'put':
    case 'remove':
    case 'merge-patch':
      return [change.patient ?? view.head(change.record)?.patient ?? change.record];
    case 'default':
    case 'withdraw':
    case 'use':
    case 'identify':
    case 'collection':
      return [change.patient];
    case 'movement': {
      // A visit that was given to another patient waits with him.
      const visit = view.subject(change.visit);
      return visit?.kind === 'visit' ? [change.patient, visit.patient] : [change.patient];
    }
    case 'link':
      return [change.patient, change.into];
    case 'unlink':
    case 'relocate':
      return [change.patient, change.from];
    case 'drain':
      return [];
  }
};

const waiters = (view: FoldView, event: LogEvent): readonly RecordKey[] => [
  ...new Set(event.changes.flatMap((change) => waitingFor(view, change))),
];

/** The parked event that holds this one up, if any. */
const standsBehind = (view: FoldView, event: LogEvent): ParkedEvent | undefined => {
  if (view.parked.length === 0) return undefined;
  const waiting = new Set(waiters(view, event));
  return view.parked.find((parked) => parked.waiting.some((key) => waiting.has(key)));
};

interface Moment {
  readonly recorded: RecordedEvent;
  readonly recordedAt: Instant;
  readonly timeline: number;
}

/** A record that is already exactly so, and of that patient, gets no version: one record has at most one version per event. */
const versionsOf = (draft: Draft, moment: Moment): readonly RecordVersion[] => {
  const versions: RecordVersion[] = [];
  for (const [key, { content, deleted, patient }] of draft.records) {
    const contentHash = hashOf(content);
    const head = draft.headOf(key);
    const isSame = head?.deleted === deleted && head.patient === patient && sameBytes(head.contentHash, contentHash);
    if (isSame) continue;
    versions.push({
      key,
      timeline: moment.timeline,
      position: moment.recorded.position,
      recordedAt: moment.recordedAt,
      deleted,
      ...(patient && { patient }),
      content,
      contentHash,
    });
  }
  return versions;
};

const withoutEffect = (moment: Moment, outcome: Effects['outcome']): Effects => ({
  recorded: moment.recorded,
  recordedAt: moment.recordedAt,
  outcome,
  records: [],
  versions: [],
  subjects: [],
  messageKey: '',
  settled: [],
  warnings: [],
});

const drafted = (draft: Draft, moment: Moment): Pick<Effects, 'records' | 'versions' | 'subjects' | 'warnings'> => ({
  records: [...draft.records.keys()],
  versions: versionsOf(draft, moment),
  subjects: [...draft.subjects],
  warnings: draft.warnings,
});

/** Records that a change names itself; what else it touches, the fold finds out. */
const recordsNamed = (change: Change): readonly RecordKey[] => {
  if (change.kind === 'collection') return [...change.members.map(({ record }) => record), ...(change.removed ?? [])];
  return 'record' in change ? [change.record] : [];
};

/** Applies the event, or parks it with the reason. */
const applyOrPark = (view: FoldView, moment: Moment): Effects => {
  const { event } = moment.recorded;
  const park = (reason: string): Effects => ({
    ...withoutEffect(moment, 'parked'),
    records: event.changes.flatMap(recordsNamed),
    park: { recorded: moment.recorded, recordedAt: moment.recordedAt, waiting: waiters(view, event), reason },
  });
  const behind = standsBehind(view, event);
  if (behind) return park(`waits behind position ${behind.recorded.position}`);
  try {
    const draft = new Draft(view);
    draft.make(moment.recorded);
    return { ...withoutEffect(moment, 'applied'), ...drafted(draft, moment) };
  } catch (error) {
    if (error instanceof FoldFault) return park(error.message);
    throw error;
  }
};

/** Tries what waits for a patient again, in order; what still fails goes on waiting, and so does what it holds up. */
const drain = (view: FoldView, moment: Moment, change: Drain): Effects => {
  const whole = new Draft(view);
  const settled: { position: Position; outcome: 'applied' | 'unmapped' }[] = [];
  const blocked = new Set<RecordKey>();
  const block = (parked: ParkedEvent): void => {
    for (const key of parked.waiting) blocked.add(key);
  };
  for (const parked of view.parked) {
    const { position } = parked.recorded;
    if (change.skip.includes(position)) settled.push({ position, outcome: 'unmapped' });
    else if (!parked.waiting.includes(change.patient) || parked.waiting.some((key) => blocked.has(key))) block(parked);
    else {
      try {
        const one = new Draft(view, whole);
        one.make(parked.recorded);
        whole.absorb(one);
        settled.push({ position, outcome: 'applied' });
      } catch (error) {
        if (!(error instanceof FoldFault)) throw error;
        block(parked);
      }
    }
  }
  return { ...withoutEffect(moment, 'applied'), ...drafted(whole, moment), settled };
};

const reused: Warning = {
  code: 'message-id-reused',
  location: '',
  text: 'an earlier message of this sender has the same id and other bytes; both took effect',
};

const repeats = (earlier: Seen | undefined, moment: Moment): 'no' | 'same-bytes' | 'other-bytes' => {
  const counts = (at: Instant | undefined): boolean => at !== undefined && moment.recordedAt - at <= duplicateWindowMs;
  if (counts(earlier?.lastSame)) return 'same-bytes';
  return counts(earlier?.last) ? 'other-bytes' : 'no';
};

/**
 * The one fold: what an event does to the state of its establishment, on a timeline. Pure; live replication, rebuild,
 * verification and as-of reads all call it. Never throws on an event that was acknowledged: what cannot be applied is parked.
 */
export const evolve = (view: FoldView, recorded: RecordedEvent, timeline: Timeline): Effects => {
  const recordedAt = Instant.of(Math.max(view.clock, recorded.appendedAt));
  const moment: Moment = { recorded, recordedAt, timeline: timelineAt(timeline, recorded.position) };
  const { event } = recorded;
  if (!counts(timeline, { position: recorded.position, recordedAt, event })) return withoutEffect(moment, 'omitted');

  const [first] = event.changes;
  if (first?.kind === 'drain') return drain(view, moment, first);

  const messageKey = messageKeyOf(event);
  const repeat = messageKey === '' ? 'no' : repeats(view.seen(messageKey, recorded.receivedHash), moment);
  if (repeat === 'same-bytes') return { ...withoutEffect(moment, 'duplicate'), messageKey };
  const effects = first ? applyOrPark(view, moment) : withoutEffect(moment, 'unmapped');
  return {
    ...effects,
    messageKey,
    warnings: repeat === 'other-bytes' ? [reused, ...effects.warnings] : effects.warnings,
  };
};
