import {
  decodeEvent,
  duplicateWindowMs,
  type Head,
  Instant,
  type ParkedEvent,
  Position,
  RecordKey,
  type SeenMessage,
  type Subject,
} from '#domain';
import type { Column } from '../rows/column.js';
import { loadContentBytes, loadContents, loadHeads, loadMessages, loadSubjects } from '../sql/load-fold-state.sql.js';

/** A statement that finds rows by keys: its parameters, and what its row (an array) says. */
export interface Lookup<Key, Row, Found> {
  readonly name: string;
  readonly sql: (generation: number) => string;
  readonly columns: readonly Column<Key>[];
  readonly found: (row: Row) => Found;
}

const typeAndId: readonly Column<RecordKey>[] = [
  { name: 'type', type: 'text', of: RecordKey.type },
  { name: 'id', type: 'text', of: RecordKey.id },
];

type HeadRow = [RecordKey, number, number, boolean, Uint8Array, RecordKey | null];

export const headsByKey: Lookup<RecordKey, HeadRow, readonly [RecordKey, Head]> = {
  name: 'load-heads',
  sql: loadHeads,
  columns: typeAndId,
  found: ([key, timeline, position, deleted, contentHash, patient]) => [
    key,
    { timeline, position: Position.of(position), deleted, contentHash, ...(patient !== null && { patient }) },
  ],
};

export const contentsByKey: Lookup<RecordKey, [RecordKey, Uint8Array], readonly [RecordKey, Uint8Array]> = {
  name: 'load-contents',
  sql: loadContents,
  columns: typeAndId,
  found: (row) => row,
};

export const contentBytesByKey: Lookup<RecordKey, [RecordKey, number], readonly [RecordKey, number]> = {
  name: 'load-content-bytes',
  sql: loadContentBytes,
  columns: typeAndId,
  found: (row) => row,
};

export const subjectsByKey: Lookup<RecordKey, [RecordKey, Buffer], readonly [RecordKey, Subject]> = {
  name: 'load-subjects',
  sql: loadSubjects,
  columns: [{ name: 'key', type: 'text', of: (key) => key }],
  found: ([key, state]) => [key, JSON.parse(state.toString('utf8')) as Subject],
};

/** Those of the duplicates window, which ends at this clock or later. */
export const messagesSince = (
  clock: Instant,
): Lookup<string, [string, Uint8Array, number], readonly [string, SeenMessage]> => ({
  name: 'load-messages',
  sql: loadMessages,
  columns: [
    { name: 'key', type: 'bytea', of: (hex) => Buffer.from(hex, 'hex') },
    { name: 'since', type: 'int8', of: () => clock - duplicateWindowMs },
  ],
  found: ([key, receivedHash, recordedAt]) => [key, { receivedHash, recordedAt: Instant.of(recordedAt) }],
});

export type ParkedRow = [number, number, number, string, string, Buffer];

export const parkedOf = ([position, recordedAt, appendedAt, waiting, reason, value]: ParkedRow): ParkedEvent => ({
  recorded: { position: Position.of(position), appendedAt: Instant.of(appendedAt), ...decodeEvent(value) },
  recordedAt: Instant.of(recordedAt),
  waiting: JSON.parse(waiting) as RecordKey[],
  reason,
});
