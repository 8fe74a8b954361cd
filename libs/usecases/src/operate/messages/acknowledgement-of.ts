import type { Establishment, RecordedEvent, Sender } from '#domain';
import { acknowledge, type AcknowledgementCode, readMessage } from '#hl7v2';

const codes: readonly string[] = ['AA', 'AE', 'AR', 'CA', 'CE', 'CR'] satisfies AcknowledgementCode[];
const isCode = (word: string): word is AcknowledgementCode => codes.includes(word);

/** Who sent it has no say in the answer's bytes; only the head is read here. */
const nobody = (sender: string): { readonly sender: Sender; readonly establishment: Establishment } => ({
  sender: {
    name: sender,
    finess: '' as Sender['finess'],
    language: 'en',
    foreignFiness: 'warn',
    testIdentities: 'warn',
    productionIdentities: 'warn',
    acknowledgement: 'as-asked',
    incarnation: 1,
  },
  establishment: { finess: '' as Sender['finess'], name: '', sites: [], timeZone: 'Europe/Paris' },
});

/** The answer is a function of the bytes, so it is made again from them; empty where the protocol has no answer of its own. */
export const acknowledgementOf = ({ event }: RecordedEvent): Uint8Array => {
  const { format, acknowledgement, received, sender } = event;
  // `CA AA`: the two answers of enhanced mode, in the order in which they were sent.
  const told = acknowledgement.split(' ').filter((word) => isCode(word));
  if (format !== 'hl7v2' || told.length === 0) return new Uint8Array(0);
  const { head } = readMessage(received, { ...nobody(sender), idOf: () => 'unused' });
  return Buffer.concat(told.map((code) => acknowledge(head, code)));
};
