import type { Establishment, RecordedEvent, Sender } from '#domain';
import { acknowledge, type AcknowledgementCode, readHead } from '#hl7v2';

const codes: readonly string[] = ['AA', 'AE', 'AR', 'CA', 'CE', 'CR'] satisfies AcknowledgementCode[];
const isCode = (word: string): word is AcknowledgementCode => codes.includes(word);

type Charset = NonNullable<NonNullable<Sender['hl7']>['charset']>;
const charsets: readonly string[] = [
  'utf-8',
  'iso-8859-1',
  'iso-8859-15',
  'windows-1252',
  'us-ascii',
] satisfies Charset[];
const isCharset = (word: string): word is Charset => charsets.includes(word);

/** Of its sender, the answer's bytes tell the character set alone; only the head is read here. */
const nobody = ({
  sender,
  charset,
}: RecordedEvent['event']): { readonly sender: Sender; readonly establishment: Establishment } => ({
  sender: {
    name: sender,
    finess: '' as Sender['finess'],
    language: 'en',
    foreignFiness: 'warn',
    testIdentities: 'warn',
    productionIdentities: 'warn',
    acknowledgement: 'as-asked',
    incarnation: 1,
    ...(isCharset(charset) && { hl7: { charset } }),
  },
  establishment: { finess: '' as Sender['finess'], name: '', sites: [], timeZone: 'Europe/Paris' },
});

/**
 * The answer is a function of the bytes and of when they were received, so it is made again from the log; empty where the protocol has
 * no answer of its own. What an earlier version of the gateway answered is shown in the form of this one, with the code of then.
 */
export const acknowledgementOf = ({ event }: RecordedEvent): Uint8Array => {
  const { format, acknowledgement, received, receivedAt, changes } = event;
  // `CA AA`: the two answers of enhanced mode, in the order in which they were sent.
  const told = acknowledgement.split(' ').filter((word) => isCode(word));
  if (format !== 'hl7v2' || told.length === 0) return new Uint8Array(0);
  const { head } = readHead(received, { ...nobody(event), idOf: () => 'unused' });
  const content = { at: receivedAt, isUnmapped: changes.length === 0 };
  return Buffer.concat(told.map((code) => acknowledge(head, code, content)));
};
