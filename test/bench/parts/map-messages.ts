import { createSecretKey, randomBytes } from 'node:crypto';
import { readMessage } from '#hl7v2';
import { recordIds } from '#usecases';
import { adtMessage } from '../adt-messages.js';
import { mainSender, settingsOf } from '../declared-territory.js';
import { percentile } from '../report.js';
import type { Loaded } from './mllp-load.js';
import { runPart } from './run-part.js';

export interface MapMessages {
  readonly messages: number;
}

/** What the gateway does with a message before it has anything to write: bytes to changes, by one thread, without I/O. */
await runPart(async ({ messages }: MapMessages, mark): Promise<Loaded> => {
  const publisher = {
    sender: settingsOf(mainSender),
    establishment: { finess: mainSender.finess, name: 'CH du banc (démo)', sites: [], timeZone: 'Europe/Paris' },
    idOf: recordIds(createSecretKey(randomBytes(32))),
  };
  const made = Array.from({ length: 8_000 }, (_, n) => adtMessage(n, mainSender.finess));
  const run = (count: number) => {
    const times = new Float64Array(count);
    let refused = 0;
    const startedAt = performance.now();
    let before = startedAt;
    for (let n = 0; n < count; n++) {
      if (!readMessage(made[n % made.length]!, publisher).accepted) refused += 1;
      const now = performance.now();
      times[n] = now - before;
      before = now;
    }
    return { times: times.sort(), refused, seconds: (before - startedAt) / 1000 };
  };
  run(messages);
  await mark('begin');
  const { times, refused, seconds } = run(messages);
  await mark('end');
  return { done: messages - refused, refused, seconds, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };
});
