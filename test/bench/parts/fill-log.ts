import { setTimeout as sleep } from 'node:timers/promises';
import { encodeEvent, type LogEvent } from '#domain';
import { KafkaClient, KafkaEstablishmentLog } from '#kafka';
import { establishment, observationEvent, patientEvent, patientOfRecord, recordsOf } from '../observations.js';
import { runPart } from './run-part.js';

export interface FillLog {
  readonly brokers: string;
  readonly events: number;
  /** Ids of messages and records begin behind this many. */
  readonly after?: number;
  /** As fast as it goes unless said. */
  readonly perSecond?: number;
  /** A Patient for every twenty records first. */
  readonly patients?: boolean;
}

const inFlight = 2000;

function* eventsOf({ events, after = 0, patients = false }: FillLog): Generator<LogEvent> {
  if (patients)
    for (let patient = 0; patient <= patientOfRecord(recordsOf(events) - 1); patient += 1) yield patientEvent(patient);
  // Behind what is there, every record is a new one: one version each.
  for (let index = 0; index < events; index += 1)
    yield after === 0 ? observationEvent(index, events) : observationEvent(after + index, 1_000_000_000);
}

await runPart(async (argument: FillLog) => {
  const log = new KafkaEstablishmentLog(new KafkaClient({ brokers: [argument.brokers] }));
  const startedAt = performance.now();
  const { perSecond } = argument;
  let sent = 0;
  let waiting: Promise<unknown>[] = [];
  for (const event of eventsOf(argument)) {
    if (perSecond !== undefined) {
      const dueInMs = (sent * 1000) / perSecond - (performance.now() - startedAt);
      if (dueInMs > 1) await sleep(dueInMs);
    } else if (waiting.length === inFlight) {
      await Promise.all(waiting);
      waiting = [];
    }
    waiting.push(log.append(establishment, encodeEvent(event), {}));
    sent += 1;
  }
  await Promise.all(waiting);
  await log.close();
  return { sent };
});
