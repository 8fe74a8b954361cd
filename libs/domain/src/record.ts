import type { Brand } from './brand.js';
import { Failure } from './failure.js';
import type { Position } from './position.js';
import type { Instant } from './instant.js';

/** `Type/id` of one FHIR R4 record within its establishment. */
export type RecordKey = Brand<string, 'RecordKey'>;

// FHIR R4, section 2.24.0.1 (id) and 2.1 (resource type names).
const shape = /^[A-Z][A-Za-z]{1,63}\/[A-Za-z0-9\-.]{1,64}$/;

const laterUse = /\.\d{1,15}$/;

export const RecordKey = {
  of: (type: string, id: string): RecordKey => `${type}/${id}` as RecordKey,
  matches: (raw: string): raw is RecordKey => shape.test(raw),
  parse(raw: string): RecordKey {
    if (!RecordKey.matches(raw))
      throw new Failure('input.invalid', 'not a record: expected Type/id', 'id: 1 to 64 letters, digits, "-" and "."');
    return raw;
  },
  type: (key: RecordKey): string => key.slice(0, key.indexOf('/')),
  id: (key: RecordKey): string => key.slice(key.indexOf('/') + 1),
  /** The record in the nth use of its number. The first has the record itself. */
  inUse: (key: RecordKey, nth: number): RecordKey => (nth === 1 ? key : (`${key}.${nth}` as RecordKey)),
  /** The record whose later use this may be; else the record itself. */
  inFirstUse: (key: RecordKey): RecordKey => key.replace(laterUse, '') as RecordKey,
};

/** The newest version of a record, as far as the fold needs it. */
export interface Head {
  readonly timeline: number;
  readonly position: Position;
  readonly deleted: boolean;
  /** SHA-256 of the content; of nothing when deleted. */
  readonly contentHash: Uint8Array;
  /** `Patient/id` that the record is about; absent where it is about none. */
  readonly patient?: RecordKey;
  /** Only there when the follower loaded it: a merge patch needs it. */
  readonly content?: Uint8Array;
}

/** One version of one record, made by one event. */
export interface RecordVersion {
  readonly key: RecordKey;
  readonly timeline: number;
  readonly position: Position;
  readonly recordedAt: Instant;
  readonly deleted: boolean;
  readonly patient?: RecordKey;
  /** FHIR JSON in UTF-8, as it was sent or as the fold made it; empty when deleted. */
  readonly content: Uint8Array;
  readonly contentHash: Uint8Array;
}
