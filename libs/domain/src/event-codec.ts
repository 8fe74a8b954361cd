import { hash } from 'node:crypto';
import type { Change, Collection, Drain, Identify, Link, Movement, Relocate, Unlink, Use } from './change.js';
import { changeKinds } from './change.js';
import { Failure } from './failure.js';
import type { LogEvent } from './log-event.js';
import type { RecordKey } from './record.js';

/**
 * Event format v1; docs/log-format.md describes it byte by byte, golden files pin it for ever.
 *
 *   0  2  "RP"
 *   2  1  format version, 1
 *   3  1  n = length of the encryption key id; 0 = in the clear (the only value that version 1 writes)
 *   4  n  encryption key id, UTF-8
 *   .  4  h = header length, unsigned, big-endian
 *   .  h  header: JSON, UTF-8
 *   .  *  bodies: the received bytes, then the bodies that are no slice of them
 */
const formatVersion = 1;
const magic = Buffer.from([0x52, 0x50]);

interface ChangeEntry {
  readonly kind: Change['kind'];
  readonly subject: string;
  readonly patient?: string;
  readonly body?: BodyAt;
}

/** Where a body lies among the bodies: offset, length. */
type BodyAt = readonly [number, number];

interface CollectionBody extends Pick<Collection, 'name' | 'application' | 'removed'> {
  readonly members: readonly { readonly record: RecordKey; readonly body: BodyAt }[];
}

interface Header extends Omit<LogEvent, 'changes' | 'received'> {
  readonly received: number;
  readonly receivedHash: string;
  readonly changes: readonly ChangeEntry[];
}

export const hashOfReceived = (received: Uint8Array): Buffer =>
  Buffer.from(hash('sha256', received, 'hex').slice(0, 32), 'hex');

/** Bodies behind the received bytes, in the order in which the changes name them. */
class Bodies {
  private readonly extra: Uint8Array[] = [];
  private length: number;
  constructor(private readonly received: Uint8Array) {
    this.length = received.byteLength;
  }
  /** A slice of the received bytes is pointed at, never written twice. */
  place(content: Uint8Array): [number, number] {
    const offset = content.byteOffset - this.received.byteOffset;
    if (
      content.buffer === this.received.buffer &&
      offset >= 0 &&
      offset + content.byteLength <= this.received.byteLength
    )
      return [offset, content.byteLength];
    const at = this.length;
    this.extra.push(content);
    this.length += content.byteLength;
    return [at, content.byteLength];
  }
  all(): Uint8Array[] {
    return [this.received, ...this.extra];
  }
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

const entryOf = (change: Change, bodies: Bodies): ChangeEntry => {
  switch (change.kind) {
    case 'put':
    case 'merge-patch':
      return {
        kind: change.kind,
        subject: change.record,
        ...(change.patient && { patient: change.patient }),
        body: bodies.place(change.content),
      };
    case 'remove':
      return { kind: change.kind, subject: change.record, ...(change.patient && { patient: change.patient }) };
    case 'default':
    case 'withdraw':
      return {
        kind: change.kind,
        subject: change.record,
        patient: change.patient,
        ...(change.content && { body: bodies.place(change.content) }),
      };
    case 'use': {
      const { kind, number, patient, ...told } = change;
      return { kind, subject: number, patient, body: bodies.place(json(told)) };
    }
    case 'identify':
      return { kind: change.kind, subject: change.patient, body: bodies.place(json({ edits: change.edits })) };
    case 'movement': {
      const { visitEdits, movement, account } = change;
      const body = json({ ...(account && { account }), visitEdits, ...(movement && { movement }) });
      return { kind: change.kind, subject: change.visit, patient: change.patient, body: bodies.place(body) };
    }
    case 'link': {
      const { into, as } = change;
      return { kind: change.kind, subject: change.patient, body: bodies.place(json({ into, ...(as && { as }) })) };
    }
    case 'unlink':
      return { kind: change.kind, subject: change.patient, body: bodies.place(json({ from: change.from })) };
    case 'relocate': {
      const { from, what } = change;
      return { kind: change.kind, subject: change.patient, body: bodies.place(json({ from, ...(what && { what }) })) };
    }
    case 'collection': {
      const { owner, patient, name, application, removed } = change;
      const members = change.members.map(({ record, content }) => ({ record, body: bodies.place(content) }));
      const told = { name, ...(application !== undefined && { application }) };
      const body = json({ ...told, members, ...(removed && { removed }) } satisfies CollectionBody);
      return { kind: change.kind, subject: owner, patient, body: bodies.place(body) };
    }
    case 'drain':
      return { kind: change.kind, subject: change.patient, body: bodies.place(json({ skip: change.skip })) };
  }
};

export const encodeEvent = (event: LogEvent): Buffer => {
  const bodies = new Bodies(event.received);
  const changes = event.changes.map((change) => entryOf(change, bodies));
  const header = json({
    ...event,
    received: event.received.byteLength,
    receivedHash: hashOfReceived(event.received).toString('hex'),
    changes,
  } satisfies Header);
  const prefix = Buffer.alloc(8);
  magic.copy(prefix);
  prefix[2] = formatVersion;
  prefix[3] = 0;
  prefix.writeUInt32BE(header.byteLength, 4);
  return Buffer.concat([prefix, header, ...bodies.all()]);
};

const tooNew = (what: string): Failure =>
  new Failure(
    'log.too-new',
    `the log holds ${what}`,
    'run the version of Reprise that wrote it, or a newer one; nothing was skipped',
  );

const changeOf = (entry: ChangeEntry, bodies: Buffer): Change => {
  const record = entry.subject as RecordKey;
  const patient = entry.patient === undefined ? {} : { patient: entry.patient as RecordKey };
  const content = ([offset, length]: BodyAt = entry.body ?? [0, -1]): Buffer => {
    if (length < 0 || offset < 0 || offset + length > bodies.byteLength)
      throw new Failure(
        'log.too-new',
        'the log holds a change whose body lies outside its event',
        'the log is damaged: restore it from the archive',
      );
    return bodies.subarray(offset, offset + length);
  };
  const fields = <T>(): T => JSON.parse(content().toString('utf8')) as T;
  switch (entry.kind) {
    case 'put':
    case 'merge-patch':
      return { kind: entry.kind, record, ...patient, content: content() };
    case 'remove':
      return { kind: entry.kind, record, ...patient };
    case 'default':
      return { kind: 'default', record, patient: entry.patient as RecordKey, content: content() };
    case 'withdraw':
      return {
        kind: 'withdraw',
        record,
        patient: entry.patient as RecordKey,
        ...(entry.body && { content: content() }),
      };
    case 'use':
      return {
        kind: 'use',
        number: record,
        patient: entry.patient as RecordKey,
        ...fields<Omit<Use, 'kind' | 'number' | 'patient'>>(),
      };
    case 'identify':
      return { kind: 'identify', patient: record, ...fields<Omit<Identify, 'kind' | 'patient'>>() };
    case 'movement':
      return {
        kind: 'movement',
        visit: record,
        patient: entry.patient as RecordKey,
        ...fields<Omit<Movement, 'kind' | 'visit' | 'patient'>>(),
      };
    case 'link':
      return { kind: 'link', patient: record, ...fields<Omit<Link, 'kind' | 'patient'>>() };
    case 'unlink':
      return { kind: 'unlink', patient: record, ...fields<Omit<Unlink, 'kind' | 'patient'>>() };
    case 'relocate':
      return { kind: 'relocate', patient: record, ...fields<Omit<Relocate, 'kind' | 'patient'>>() };
    case 'collection': {
      const { members, ...rest } = fields<CollectionBody>();
      return {
        kind: 'collection',
        owner: record,
        patient: entry.patient as RecordKey,
        ...rest,
        members: members.map((member) => ({ record: member.record, content: content(member.body) })),
      };
    }
    case 'drain':
      return { kind: 'drain', patient: record, ...fields<Omit<Drain, 'kind' | 'patient'>>() };
  }
  throw tooNew(`an unknown kind of change, "${String(entry.kind).slice(0, 40)}" (known: ${changeKinds.join(', ')})`);
};

export interface DecodedEvent {
  readonly event: LogEvent;
  readonly receivedHash: Uint8Array;
}

/** Throws `log.too-new` on a format version, an encryption or a change kind that this version does not know. */
export const decodeEvent = (value: Buffer): DecodedEvent => {
  if (value.byteLength < 8 || value[0] !== magic[0] || value[1] !== magic[1])
    throw tooNew('an entry that is no Reprise event');
  if (value[2] !== formatVersion) throw tooNew(`an event of format version ${value[2]} (known: ${formatVersion})`);
  if (value[3] !== 0)
    throw tooNew(
      `an encrypted event (key id "${value.toString('utf8', 4, 4 + (value[3] ?? 0))}"), and no keys are configured`,
    );
  const headerEnd = 8 + value.readUInt32BE(4);
  const { received, receivedHash, changes, ...rest } = JSON.parse(value.toString('utf8', 8, headerEnd)) as Header;
  const bodies = value.subarray(headerEnd);
  return {
    event: {
      ...rest,
      changes: changes.map((entry) => changeOf(entry, bodies)),
      received: bodies.subarray(0, received),
    },
    receivedHash: Buffer.from(receivedHash, 'hex'),
  };
};
