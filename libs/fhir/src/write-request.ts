import type { Change, Failure, Instant, RecordKey, Sender, Warning } from '#domain';

export interface WriteRequest {
  readonly method: 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Relative to the FHIR base, decoded: '' (the base itself), `Patient`, `Patient/123`. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

export interface WriteContext {
  readonly sender: Sender;
  /** A random id, for what has none. */
  readonly newId: () => string;
  /** The id of what its sender calls `urn:uuid:…`: keyed from sender and uuid, so that a Bundle sent twice makes one set. */
  readonly derivedId: (uuid: string) => string;
}

/** What became of one entry of a Bundle, for the answering Bundle. */
export interface WrittenEntry {
  readonly record: RecordKey;
  readonly status: '200' | '201' | '204';
  /** What is worth saying of it; absent where nothing is. */
  readonly warnings?: readonly Warning[];
}

/** An entry of a batch that will never be accepted as it is; it is no part of the event. */
export interface RefusedEntry {
  readonly failure: Failure;
  /** The entry as it was sent. */
  readonly bytes: Uint8Array;
}

/** The parts of the event that a FHIR write is. */
export interface Written {
  readonly changes: readonly Change[];
  /** `PUT Patient`, `POST Patient`, `DELETE Patient`, `PATCH Patient`, `Bundle transaction`… */
  readonly label: string;
  readonly warnings: readonly Warning[];
  /** The resource's own time; of a Bundle the latest. Absent where it has none, or none with a zone. */
  readonly occurredAt?: Instant;
  /** The id given to `POST {Type}`. */
  readonly assigned?: string;
  /** Of a Bundle, in its order. */
  readonly entries?: readonly (WrittenEntry | RefusedEntry)[];
}
