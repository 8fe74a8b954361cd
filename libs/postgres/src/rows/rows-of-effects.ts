import {
  type Effects,
  encodeEvent,
  type ParkedEvent,
  type RecordKey,
  RecordKey as Key,
  type RecordVersion,
  type Subject,
} from '#domain';
import type { Column } from './column.js';

/** Search tokens of a record's content; what they mean is not the database's business. */
export type TokensOf = (key: RecordKey, content: Uint8Array) => readonly string[];

export interface VersionRow {
  readonly version: RecordVersion;
  readonly type: string;
  readonly id: string;
  /** Each once; none when deleted. */
  readonly tokens: readonly string[];
}

const none: readonly string[] = [];

export const versionRow = (version: RecordVersion, tokensOf: TokensOf): VersionRow => ({
  version,
  type: Key.type(version.key),
  id: Key.id(version.key),
  tokens: version.deleted ? none : [...new Set(tokensOf(version.key, version.content))],
});

export const versionRows = (effects: readonly Effects[], tokensOf: TokensOf): VersionRow[] =>
  effects.flatMap(({ versions }) => versions.map((version) => versionRow(version, tokensOf)));

/** Columns of `heads`; with the content, those of `versions`. */
export const headColumns: readonly Column<VersionRow>[] = [
  { name: 'type', type: 'text', of: ({ type }) => type },
  { name: 'id', type: 'text', of: ({ id }) => id },
  { name: 'timeline', type: 'int4', of: ({ version }) => version.timeline },
  { name: 'position', type: 'int8', of: ({ version }) => version.position },
  { name: 'recorded_at', type: 'int8', of: ({ version }) => version.recordedAt },
  { name: 'deleted', type: 'bool', of: ({ version }) => version.deleted },
  { name: 'patient', type: 'text', of: ({ version }) => version.patient },
  { name: 'tokens', type: 'texts', of: ({ tokens }) => tokens },
  { name: 'content_hash', type: 'bytea', of: ({ version }) => version.contentHash },
];
export const versionColumns: readonly Column<VersionRow>[] = [
  ...headColumns,
  { name: 'content', type: 'bytea', of: ({ version }) => version.content },
];

/** An event that does not count on a timeline leaves no message. */
export const leavesMessage = ({ outcome }: Effects): boolean => outcome !== 'omitted';

export const messageRows = (effects: readonly Effects[]): Effects[] => effects.filter(leavesMessage);

const warningsOf = ({ recorded, warnings }: Effects): string =>
  recorded.event.warnings.length + warnings.length === 0
    ? '[]'
    : JSON.stringify([...recorded.event.warnings, ...warnings]);

export const messageColumns: readonly Column<Effects>[] = [
  { name: 'position', type: 'int8', of: ({ recorded }) => recorded.position },
  { name: 'sender', type: 'text', of: ({ recorded }) => recorded.event.sender },
  { name: 'message_id', type: 'text', of: ({ recorded }) => recorded.event.messageId },
  {
    name: 'message_key',
    type: 'bytea',
    of: ({ messageKey }) => (messageKey === '' ? undefined : Buffer.from(messageKey, 'hex')),
  },
  { name: 'received_hash', type: 'bytea', of: ({ recorded }) => recorded.receivedHash },
  { name: 'format', type: 'text', of: ({ recorded }) => recorded.event.format },
  { name: 'label', type: 'text', of: ({ recorded }) => recorded.event.label },
  { name: 'charset', type: 'text', of: ({ recorded }) => recorded.event.charset },
  { name: 'acknowledgement', type: 'text', of: ({ recorded }) => recorded.event.acknowledgement },
  { name: 'received_at', type: 'int8', of: ({ recorded }) => recorded.event.receivedAt },
  { name: 'recorded_at', type: 'int8', of: ({ recordedAt }) => recordedAt },
  { name: 'sent_at', type: 'int8', of: ({ recorded }) => recorded.event.sentAt },
  { name: 'occurred_at', type: 'int8', of: ({ recorded }) => recorded.event.occurredAt },
  { name: 'outcome', type: 'text', of: ({ outcome }) => outcome },
  { name: 'records', type: 'texts', of: ({ records }) => records },
  { name: 'warnings', type: 'json', of: warningsOf },
  { name: 'bytes', type: 'int4', of: ({ recorded }) => recorded.event.received.byteLength },
];

export const subjectColumns: readonly Column<readonly [RecordKey, Subject]>[] = [
  { name: 'key', type: 'text', of: ([key]) => key },
  { name: 'state', type: 'bytea', of: ([, subject]) => Buffer.from(JSON.stringify(subject)) },
];

export const parkedColumns: readonly Column<ParkedEvent>[] = [
  { name: 'position', type: 'int8', of: ({ recorded }) => recorded.position },
  { name: 'recorded_at', type: 'int8', of: ({ recordedAt }) => recordedAt },
  { name: 'appended_at', type: 'int8', of: ({ recorded }) => recorded.appendedAt },
  { name: 'waiting', type: 'texts', of: ({ waiting }) => waiting },
  { name: 'reason', type: 'text', of: ({ reason }) => reason },
  { name: 'value', type: 'bytea', of: ({ recorded }) => encodeEvent(recorded.event) },
];
