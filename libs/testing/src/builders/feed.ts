import fc from 'fast-check';
import {
  type Change,
  decodeEvent,
  encodeEvent,
  Instant,
  type LogEvent,
  type MemberEdit,
  type MovementNature,
  movementNatures,
  Position,
  RecordKey,
  type RecordedEvent,
} from '#domain';

/** An accepted message of a fictitious sender; override what a test is about. */
export const anEvent = (changes: readonly Change[], over: Partial<LogEvent> = {}): LogEvent => ({
  format: 'fhir',
  sender: 'his-demo',
  incarnation: 1,
  messageId: '',
  receivedAt: Instant.of(1_790_000_000_000),
  mapping: { name: 'test', version: 1 },
  label: 'PUT Patient',
  charset: 'utf-8',
  acknowledgement: '200',
  warnings: [],
  changes,
  received: Buffer.from('{}'),
  ...over,
});

/** The events as a log gives them back: through the codec, one position after the other, one second apart. */
export const asRecorded = (events: readonly LogEvent[], from = 0): RecordedEvent[] =>
  events.map((event, index) => ({
    position: Position.of(from + index),
    appendedAt: Instant.of(1_790_000_000_000 + (from + index) * 1000),
    ...decodeEvent(encodeEvent(event)),
  }));

export const patientKey = (name: string | number): RecordKey => RecordKey.of('Patient', `p${name}`);

export const resource = (key: RecordKey, members: Record<string, unknown> = {}): Buffer =>
  Buffer.from(JSON.stringify({ resourceType: RecordKey.type(key), id: RecordKey.id(key), ...members }));

export const put = (key: RecordKey, members: Record<string, unknown> = {}, patient?: RecordKey): Change => ({
  kind: 'put',
  record: key,
  ...(patient && { patient }),
  content: resource(key, { ...(patient && { subject: { reference: patient } }), ...members }),
});

const edits = (n: number): readonly MemberEdit[] => [
  { op: 'set', member: 'name', value: [{ use: 'official', family: `Martin${n}` }] },
  ...(n % 3 === 0 ? [{ op: 'clear', member: 'birthDate' } as const] : []),
  ...(n % 3 === 1 ? [{ op: 'set', member: 'birthDate', value: `19${50 + (n % 40)}-03-24` } as const] : []),
  { op: 'upsert', member: 'identifier', value: { system: 'urn:ipp', value: `ipp-${n}` } },
];

const relation = (patient: number, n: number): Change => {
  const [who, other] = [patientKey(patient), patientKey((patient + 1 + (n % 4)) % 5)];
  switch (n % 7) {
    case 0:
      return { kind: 'unlink', patient: who, from: other };
    case 1:
      return { kind: 'link', patient: who, into: other, as: 'see-also' };
    case 2:
      return {
        kind: 'relocate',
        patient: who,
        from: other,
        what: RecordKey.of('Account', `a${(patient + 1 + (n % 4)) % 5}`),
      };
    case 3:
      return {
        kind: 'relocate',
        patient: who,
        from: other,
        what: RecordKey.of('Encounter', `v${(patient + 1 + (n % 4)) % 5}-${n % 2}`),
      };
    case 4:
      return { kind: 'relocate', patient: who, from: other };
    default:
      return { kind: 'link', patient: who, into: other };
  }
};

/** By the patient whose it is, or by another: then it stays, unless the two were merged. */
const withdrawal = (record: RecordKey, patient: number, n: number): Change => ({
  kind: 'withdraw',
  record,
  patient: patientKey((patient + (n % 5 === 0 ? 1 : 0)) % 5),
  ...(n % 2 === 0 && { content: resource(record, { status: 'entered-in-error' }) }),
});

/** A list that is told whole, or by action codes; of the patient, or of a visit. */
const collection = (patient: RecordKey, visit: RecordKey, n: number): Change => {
  const owner = n % 3 === 0 ? visit : patient;
  const keyOf = (member: number): RecordKey => RecordKey.of('Condition', `c${RecordKey.id(owner)}-${(n + member) % 5}`);
  const members = Array.from({ length: n % 4 }, (_, member) => keyOf(member));
  return {
    kind: 'collection',
    owner,
    patient,
    name: n % 2 === 0 ? 'conditions' : 'allergies',
    members: members.map((record) => ({ record, content: resource(record, { subject: { reference: patient }, n }) })),
    ...(n % 5 === 0 && { removed: [keyOf(n % 4)] }),
  };
};

const changeOf = (kind: number, patient: number, n: number): Change => {
  const who = patientKey(patient);
  // An order's results are told by its number, whose patient it is of.
  const observation = RecordKey.of('Observation', n % 2 === 0 ? `o${patient}-${n % 4}` : `r${patient % 2}-${n % 3}`);
  const visit = RecordKey.of('Encounter', `v${patient}-${n % 2}`);
  switch (kind) {
    case 0:
    case 1: {
      const told = { status: 'final', valueQuantity: { value: n } };
      if (n % 3 > 0) return put(observation, told, who);
      return { kind: 'default', record: observation, patient: who, content: resource(observation, told) };
    }
    case 2:
      return n % 3 === 0 ? { kind: 'remove', record: observation } : withdrawal(observation, patient, n);
    case 3:
      return {
        kind: 'merge-patch',
        record: observation,
        content: Buffer.from(JSON.stringify({ note: [{ text: `n${n}` }] })),
      };
    case 4:
      return collection(who, visit, n);
    case 5:
      return { kind: 'identify', patient: who, edits: edits(n) };
    case 6:
      return relation(patient, n);
    default:
      return {
        kind: 'movement',
        visit,
        // Now and then under the number of another patient, with whom he may be merged, or in another's account.
        patient: n % 7 === 0 ? patientKey((patient + 1) % 5) : who,
        ...(n % 2 === 0 && { account: RecordKey.of('Account', `a${n % 6 === 0 ? (patient + 1) % 5 : patient}`) }),
        visitEdits: n % 2 === 0 ? [] : [{ op: 'set', member: 'class', value: { code: 'IMP' } }],
        movement: {
          action: n % 5 === 0 ? 'cancel' : n % 2 === 0 ? 'insert' : 'update',
          record: RecordKey.of('Encounter', `m${n % 9 === 0 ? (patient + 1) % 5 : patient}-${n % 3}`),
          nature: movementNatures[n % movementNatures.length] as MovementNature,
          start: `2026-11-${String(1 + (n % 28)).padStart(2, '0')}T10:00:00+01:00`,
          edits: [{ op: 'set', member: 'location', value: [{ location: { reference: `Location/uf${n % 3}` } }] }],
        },
      };
  }
};

const statuses = ['final', 'preliminary', 'corrected', 'final', 'withdrawn', 'final'] as const;

/** Now and then as an order's, under numbers that come back for other patients, other orders and other days. */
const changesOf = (kind: number, patient: number, n: number): readonly Change[] => {
  const change = changeOf(kind, patient, n);
  if (kind > 3 || n % 2 === 0) return [change];
  const use: Change = {
    kind: 'use',
    number: RecordKey.of('DiagnosticReport', `n${patient % 2}`),
    patient: patientKey(patient),
    ...(n % 3 === 0 && { placer: `placer${n % 5}` }),
    ...(n % 7 > 1 && { collected: `2026-11-${10 + (n % 4)}T0${n % 3}:00:00+01:00` }),
    status: statuses[n % 6] ?? 'final',
    place: 'OBR[1]-3',
  };
  return [use, change];
};

/**
 * Events of a small hospital of five patients: every kind of change, patches of records that are not there (they park), repeated
 * messages, and drains. Shrinks to few and simple events.
 */
export const anyFeed = (maxEvents = 40, minEvents = 0): fc.Arbitrary<readonly LogEvent[]> =>
  fc.array(
    fc.tuple(fc.nat(20), fc.nat(4), fc.nat(60), fc.nat(11)).map(([kind, patient, n, id]): LogEvent => {
      const sender = n % 8 === 0 ? 'lab-demo' : 'his-demo';
      const over = {
        sender,
        messageId: id > 5 ? `m${patient}-${id}-${n % 2}` : '',
        received: Buffer.from(`${kind} ${n % 2}`),
      };
      if (kind === 20)
        return anEvent(
          [{ kind: 'drain', patient: patientKey(patient), skip: n % 2 === 0 ? [Position.of(n % 20)] : [] }],
          {
            format: 'control',
          },
        );
      if (kind === 19) return anEvent([], over);
      const changes = changesOf(kind % 8, patient, n);
      return anEvent(kind > 15 ? [...changes, ...changesOf((kind + 3) % 8, patient, n + 1)] : changes, over);
    }),
    { minLength: minEvents, maxLength: maxEvents, size: 'max' },
  );
