import type { KeyObject } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { Failure, type Finess } from '#domain';
import { type Publisher, readHl7, recordIds } from '#usecases';
import { alone, type Answered, type Asked } from './messages.js';

/** The other side of `ReadingThread`: reads one message after the other, in the order in which they come. */
const secrets = workerData as ReadonlyMap<Finess, KeyObject>;
const ids = new Map<Finess, Publisher['idOf']>();
for (const [finess, secret] of secrets) ids.set(finess, recordIds(secret));

const answer = (told: Answered, memory: readonly ArrayBuffer[] = []): void => parentPort?.postMessage(told, memory);

parentPort?.on('message', ({ id, sender, establishment, message }: Asked) => {
  try {
    const idOf = ids.get(establishment.finess);
    if (!idOf) throw new Error('a message of an establishment without a secret');
    const read = readHl7({ sender, establishment, idOf }, message);
    const received = alone(read.received);
    if (!read.accepted) return answer({ id, read: { ...read, received } }, [received.buffer]);
    const encoded = Buffer.from(alone(read.encoded).buffer);
    answer({ id, read: { ...read, received, encoded } }, [received.buffer, encoded.buffer]);
  } catch (error) {
    if (!Failure.is(error)) return answer({ id, error });
    const { code, message: text, hint } = error;
    answer({ id, failure: { code, message: text, hint } });
  }
});
