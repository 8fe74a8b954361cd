import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { Finess, Instant } from '#domain';
import { CaptureMessage, type EstablishmentLog, type Publisher, type RefusalJournal, recordIds } from '#usecases';
import { StorableLog } from './storable.js';

const finess = Finess.parse('750712184');

export const publisher: Publisher = {
  sender: {
    name: 'his-fuzz',
    finess,
    language: 'fr',
    foreignFiness: 'warn',
    testIdentities: 'warn',
    productionIdentities: 'accept',
    acknowledgement: 'as-asked',
    incarnation: 1,
  },
  establishment: { finess, name: 'CH (démo)', sites: [], timeZone: 'Europe/Paris' },
  idOf: recordIds(createSecretKey(Buffer.from('a secret of no value'))),
};

export interface PlayedCapture {
  readonly capture: CaptureMessage;
  /** What has been refused into the journal. */
  readonly refusals: () => number;
}

/** Capture into a log that is checked entry by entry, and a journal that prints what it gets. */
export const playedCapture = (): PlayedCapture => {
  const followed = new StorableLog();
  let [ids, refusals] = [0, 0];
  const log: Pick<EstablishmentLog, 'append'> = {
    append: async (_establishment, value, attributes) => {
      for (const attribute of Object.values(attributes)) assert.equal(typeof attribute, 'string');
      return followed.append(value);
    },
  };
  const journal: Pick<RefusalJournal, 'append'> = {
    append: async (_establishment, { received, answered: _answered, ...refusal }) => {
      assert.ok(refusal.reasons.length > 0, 'refused without a reason');
      assert.ok(received instanceof Uint8Array);
      JSON.parse(JSON.stringify(refusal));
      refusals += 1;
    },
  };
  const capture = new CaptureMessage(log as EstablishmentLog, journal as RefusalJournal, {
    now: () => Instant.of(1_790_000_000_000),
    newId: () => `new-${ids++}`,
  });
  return { capture, refusals: () => refusals };
};
