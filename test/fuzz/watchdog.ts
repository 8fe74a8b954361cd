import { Worker } from 'node:worker_threads';

const inputBytesMax = 64 * 1024;
/** Milliseconds after which an input that is still being run is a hang. */
const hangMs = 20_000;

/** Reads what is being run from shared memory, because the thread that hangs cannot say it any more. */
const watch = `
const { workerData } = require('node:worker_threads');
const { writeFileSync, writeSync } = require('node:fs');
const state = new Int32Array(workerData.state);
const bytes = new Uint8Array(workerData.bytes);
let [last, since] = [0, Date.now()];
setInterval(() => {
  const [count, length] = [Atomics.load(state, 0), Atomics.load(state, 1)];
  if (count !== last) [last, since] = [count, Date.now()];
  if (length < 0 || Date.now() - since < workerData.hangMs) return;
  writeFileSync(workerData.path, bytes.slice(0, length));
  writeSync(2, 'FINDING a hang: not done after ' + workerData.hangMs + ' ms; the input is in ' + workerData.path + '\\n');
  process.kill(process.pid, 'SIGKILL');
}, 1000);
`;

/** Ends the process, with the input in a file, when one input never ends. */
export class Watchdog {
  private readonly state = new Int32Array(new SharedArrayBuffer(8));
  private readonly bytes = new Uint8Array(new SharedArrayBuffer(inputBytesMax));
  private readonly worker: Worker;

  constructor(path: string) {
    this.rest();
    this.worker = new Worker(watch, {
      eval: true,
      workerData: { state: this.state.buffer, bytes: this.bytes.buffer, path, hangMs },
    });
    this.worker.unref();
  }

  begin(input: Uint8Array): void {
    this.bytes.set(input.subarray(0, inputBytesMax));
    Atomics.store(this.state, 1, Math.min(input.length, inputBytesMax));
    Atomics.add(this.state, 0, 1);
  }

  rest(): void {
    Atomics.store(this.state, 1, -1);
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }
}
