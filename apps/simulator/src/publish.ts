import { setTimeout as pause } from 'node:timers/promises';
import type { Hospital, Published } from './hospital.js';
import type { MllpSender } from './mllp-sender.js';

export interface Doors {
  readonly mllp: MllpSender;
  /** FHIR base of the establishment at the gateway. */
  readonly fhirBase: string;
  readonly token: string;
}

export interface Tally {
  acknowledged: number;
  refused: number;
  sentAgain: number;
}

const postFhir = async (
  doors: Doors,
  published: Extract<Published, { by: 'fhir' }>,
): Promise<'acknowledged' | 'refused' | 'again'> => {
  const answer = await fetch(`${doors.fhirBase}/${published.path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${doors.token}`, 'content-type': 'application/fhir+json' },
    body: published.body,
  });
  await answer.arrayBuffer();
  return answer.ok ? 'acknowledged' : answer.status === 503 ? 'again' : 'refused';
};

const sendHl7 = async (doors: Doors, message: string): Promise<'acknowledged' | 'refused' | 'again'> => {
  const code = /(?:^|[\r\n])MSA\|(\w\w)/.exec(await doors.mllp.send(message))?.[1];
  return code === 'AA' || code === 'CA' ? 'acknowledged' : code === 'AR' || code === 'CR' ? 'again' : 'refused';
};

/** What a sender has to do: say the same again until it is told that it is durable, or that it never will be. */
const deliver = async (doors: Doors, published: Published, tally: Tally, signal: AbortSignal): Promise<void> => {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      const outcome = await (published.by === 'mllp' ? sendHl7(doors, published.message) : postFhir(doors, published));
      if (outcome !== 'again') {
        tally[outcome] += 1;
        return;
      }
    } catch {
      // No answer: perhaps taken. Sending again is always safe.
    }
    tally.sentAgain += 1;
    await pause(Math.min(5_000, 200 * 2 ** attempt), undefined, { signal }).catch(() => undefined);
  }
};

/** Publishes at `perSecond` until told to stop; what could not be sent in time is not made up for. */
export const publish = async (
  hospital: Hospital,
  doors: Doors,
  perSecond: number,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> => {
  const interval = 1000 / perSecond;
  let due = Date.now();
  while (!signal.aborted) {
    await deliver(doors, hospital.next(Date.now()), tally, signal);
    due = Math.max(due + interval, Date.now() - 1000);
    const wait = due - Date.now();
    if (wait > 0) await pause(wait, undefined, { signal }).catch(() => undefined);
  }
};
