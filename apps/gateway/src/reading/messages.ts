import type { Establishment, Failure, Sender } from '#domain';
import type { Hl7Message, ReadHl7 } from '#usecases';

/** To the thread. */
export interface Asked {
  readonly id: number;
  readonly sender: Sender;
  readonly establishment: Establishment;
  readonly message: Hl7Message;
}

/** From the thread: a class does not come over, so that a Failure is told by its parts. */
export type Answered = { readonly id: number } & (
  | { readonly read: ReadHl7 }
  | { readonly failure: Pick<Failure, 'code' | 'message' | 'hint'> }
  | { readonly error: unknown }
);

/** Bytes whose memory is theirs alone: what is sent to another thread takes all memory that it is a part of with it. */
export const alone = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
    ? new Uint8Array(bytes.buffer)
    : new Uint8Array(bytes);
