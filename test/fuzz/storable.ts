import assert from 'node:assert/strict';
import {
  decodeEvent,
  type Effects,
  encodeEvent,
  evolve,
  FoldMemory,
  Instant,
  type LogEvent,
  originalTimeline,
  Position,
  RecordKey,
  type RecordVersion,
} from '#domain';
import { scanJson, searchTokens, withMeta } from '#fhir';

/** Postgres has neither NUL nor half of a surrogate pair in its text. */
const isText = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

const everyString = (value: unknown, see: (text: string) => void): void => {
  if (typeof value === 'string') see(value);
  else if (Array.isArray(value)) for (const element of value) everyString(element, see);
  else if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value)) {
      see(name);
      everyString(member, see);
    }
};

const checkTexts = (what: string, value: unknown): void =>
  everyString(value, (text) => assert.ok(isText(text), `${what} holds text that Postgres does not take`));

const checkHeader = ({ changes, received: _received, ...header }: LogEvent): void => {
  checkTexts('the header of an event', header);
  for (const instant of [header.receivedAt, header.sentAt, header.occurredAt])
    if (instant !== undefined) Instant.iso(instant);
  for (const change of changes)
    for (const key of 'record' in change ? [change.record] : 'visit' in change ? [change.visit] : [change.patient])
      assert.ok(RecordKey.matches(key), 'a change speaks of what is no record');
};

/** As the replica stores it, the reader serves it, and a client reads it. */
const checkVersion = ({ key, content, deleted, patient }: RecordVersion): void => {
  assert.ok(RecordKey.matches(key) && (patient === undefined || RecordKey.matches(patient)), 'a key that is none');
  if (deleted) return assert.equal(content.byteLength, 0);
  const type = RecordKey.type(key);
  scanJson(content);
  checkTexts('a record', JSON.parse(Buffer.from(content).toString('utf8')));
  checkTexts('a search token', searchTokens(type, content));
  const served = withMeta(content, { id: RecordKey.id(key), versionId: '1-1', lastUpdated: Instant.of(0) });
  const printed = JSON.parse(served.toString('utf8')) as { resourceType?: unknown; id?: unknown };
  assert.deepEqual([printed.resourceType, printed.id], [type, RecordKey.id(key)]);
  JSON.stringify(printed);
};

/** A log and the one replica that follows it: what is acknowledged must be stored, replayed and printed. */
export class StorableLog {
  private memory = new FoldMemory(Instant.of(0));
  private position = 0;

  /** Appends; throws what a follower of the log could not do with the entry. */
  append(value: Buffer): Position {
    const position = Position.of(this.position++);
    const decoded = decodeEvent(value);
    checkHeader(decoded.event);
    assert.deepEqual(decodeEvent(encodeEvent(decoded.event)), decoded);
    const appendedAt = Instant.of(1_790_000_000_000 + position * 1000);
    const effects: Effects = evolve(this.memory, { position, appendedAt, ...decoded }, originalTimeline);
    checkTexts('the fold', [
      effects.records,
      effects.warnings,
      effects.park?.reason ?? '',
      effects.park?.waiting ?? [],
    ]);
    for (const [key, subject] of effects.subjects) {
      assert.ok(RecordKey.matches(key), 'the subject of a key that is none');
      checkTexts('a subject', JSON.parse(JSON.stringify(subject)));
    }
    for (const version of effects.versions) checkVersion(version);
    this.memory.absorb(effects);
    return position;
  }
}
