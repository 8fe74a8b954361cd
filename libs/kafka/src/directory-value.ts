import { Failure } from '#domain';
import {
  type DirectoryEntry,
  type DirectoryEvent,
  type LogEntry,
  readDirectoryEvent,
  repeatedMember,
  type UnreadableEvent,
} from '#usecases';
import { directoryTopic } from './topics.js';

/**
 * Of one entry. What is larger, or millions of levels deep, would hold up everybody who follows while it is parsed.
 *
 * @limit Directory | bytes of an entry | the entry is refused
 */
export const entryBytesMax = 1024 * 1024;

/** Undefined: no JSON that is looked at. Of a member that stands twice every program takes another one: such an entry says nothing. */
const parse = (value: Buffer): unknown => {
  if (value.byteLength > entryBytesMax) return undefined;
  const text = value.toString('utf8');
  try {
    return repeatedMember(text) === undefined ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
};

export const directoryValue = (event: DirectoryEvent): Buffer => Buffer.from(JSON.stringify(event));

/** Throws `log.too-new`; what is not whole comes back as such. */
export const parseDirectoryValue = (value: Buffer): DirectoryEvent | UnreadableEvent =>
  readDirectoryEvent(parse(value));

/** Throws `log.too-new` with the position: whoever has to find out who wrote it must know where it stands. */
export const directoryEntry = ({ position, appendedAt, value }: LogEntry): DirectoryEntry => {
  try {
    return { position, appendedAt, event: parseDirectoryValue(value) };
  } catch (error) {
    if (!Failure.is(error, 'log.too-new')) throw error;
    throw new Failure(error.code, `entry ${position} of ${directoryTopic}: ${error.message}`, error.hint);
  }
};
