import { decodeEvent, encodeEvent } from '../event-codec.js';
import type { ParkedEvent } from './state.js';

/** Bytes that hold nothing else in memory. A slice of an event holds all that was unpacked with it from the log. */
export const detachedBytes = (bytes: Uint8Array): Uint8Array =>
  bytes.buffer.byteLength > 2 * bytes.byteLength ? Buffer.from(Uint8Array.from(bytes).buffer) : bytes;

/** By way of the codec, as a table gives it back. */
export const detachedPark = (park: ParkedEvent): ParkedEvent => ({
  ...park,
  recorded: { ...park.recorded, ...decodeEvent(encodeEvent(park.recorded.event)) },
});
