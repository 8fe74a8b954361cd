import type { KeyObject } from 'node:crypto';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { Failure, type Finess } from '#domain';
import type { Hl7Message, Publisher, ReadHl7 } from '#usecases';
import type { Answered, Asked } from './messages.js';

/**
 * Reads large messages in a thread of its own, one after the other: a result of 9 000 OBX takes a second, in which nobody else would be
 * answered. The thread is begun with the first of them.
 */
export class ReadingThread {
  private readonly waiting = new Map<number, PromiseWithResolvers<ReadHl7>>();
  private worker: Worker | undefined;
  private asked = 0;

  /** `options`: how Node is to run the thread, where it does not run what was built. */
  constructor(
    private readonly secrets: ReadonlyMap<Finess, KeyObject>,
    private readonly options: WorkerOptions = {},
  ) {}

  /** Throws what `readHl7` throws; an ordinary Error where the thread ended in the midst of it. */
  read({ sender, establishment }: Publisher, { received, ...told }: Hl7Message): Promise<ReadHl7> {
    const worker = (this.worker ??= this.begin());
    const id = this.asked++;
    const copy = new Uint8Array(received);
    const waiting = Promise.withResolvers<ReadHl7>();
    this.waiting.set(id, waiting);
    worker.postMessage({ id, sender, establishment, message: { ...told, received: copy } } satisfies Asked, [
      copy.buffer,
    ]);
    return waiting.promise;
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
  }

  private begin(): Worker {
    const worker = new Worker(new URL('./thread.js', import.meta.url), { ...this.options, workerData: this.secrets });
    worker.on('message', (answered: Answered) => this.settle(answered));
    // Whatever ends it is told by its end.
    let fault: unknown;
    worker.on('error', (error) => (fault = error));
    worker.on('exit', () => {
      this.worker = undefined;
      for (const waiting of this.waiting.values()) waiting.reject(fault ?? new Error('the reading thread has ended'));
      this.waiting.clear();
    });
    return worker;
  }

  private settle(answered: Answered): void {
    const waiting = this.waiting.get(answered.id);
    this.waiting.delete(answered.id);
    if ('read' in answered) waiting?.resolve(withBuffers(answered.read));
    else if ('failure' in answered) {
      const { code, message, hint } = answered.failure;
      waiting?.reject(new Failure(code, message, hint));
    } else waiting?.reject(answered.error);
  }
}

/** A Buffer comes over as the bytes that it is. */
const withBuffers = (read: ReadHl7): ReadHl7 =>
  read.accepted ? { ...read, encoded: Buffer.from(read.encoded.buffer) } : read;
