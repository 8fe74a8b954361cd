import type { Sender } from '#domain';
import type { MessageError } from './findings.js';
import { encode } from './message/charset.js';
import { escape } from './message/syntax.js';
import type { MessageHead } from './message-head.js';
import { table } from './message/table.js';
import { printable } from './mllp/printable.js';

/** HL7 table 0008. */
export type AcknowledgementCode = 'AA' | 'AE' | 'AR' | 'CA' | 'CE' | 'CR';

/** HL7 table 0357. */
const conditions = table<string>({
  '0': 'Message accepted',
  '100': 'Segment sequence error',
  '101': 'Required field missing',
  '102': 'Data type error',
  '103': 'Table value not found',
  '200': 'Unsupported message type',
  '201': 'Unsupported event code',
  '202': 'Unsupported processing id',
  '203': 'Unsupported version id',
  '204': 'Unknown key identifier',
  '205': 'Duplicate key identifier',
  '206': 'Application record locked',
  '207': 'Application internal error',
});

/** `ACK`, with trigger and structure where the request has them (HL7 v2.5, section 2.9.2). */
const acknowledgementType = (head: MessageHead): string => {
  const { component } = head.delimiters;
  const [, trigger, structure] = head.type.split(component);
  if (!trigger) return 'ACK';
  return structure ? ['ACK', trigger, 'ACK'].join(component) : ['ACK', trigger].join(component);
};

/**
 * ER7 bytes in the message's own character set and delimiters. A function of the message and the code: the same message gets
 * the same bytes, so MSH-7 repeats the request's and MSH-10 derives from its own.
 */
export const acknowledge = (
  head: MessageHead,
  code: AcknowledgementCode,
  errors: readonly MessageError[] = [],
): Buffer => {
  const { delimiters } = head;
  const { field, component } = delimiters;
  const encoding = (['component', 'repetition', 'escape', 'subcomponent'] as const)
    .map((name) => delimiters[name])
    .filter((character) => character !== '\0')
    .join('');
  const text = (value: string): string => escape(value, delimiters);
  const msh = [
    'MSH',
    encoding,
    head.receivingApplication,
    head.receivingFacility,
    head.sendingApplication,
    head.sendingFacility,
    head.sent,
    '',
    acknowledgementType(head),
    `${code}${head.controlId}`,
    head.processing || 'P',
    head.version || '2.5',
    '',
    '',
    '',
    '',
    head.country,
    head.declaredCharset,
  ];
  const [first] = errors;
  const msa = ['MSA', code, head.controlId, ...(first ? [text(first.text)] : [])];
  const errs = errors.map((error) => [
    'ERR',
    '',
    error.location.split('^').join(component),
    [error.code, conditions[error.code] ?? '', 'HL70357'].join(component),
    'E',
    '',
    '',
    '',
    text(error.text),
  ]);
  const segments = [msh, msa, ...errs].map((fields) => {
    let end = fields.length;
    while (end > 0 && fields[end - 1] === '') end--;
    return `${printable(fields.slice(0, end).join(field))}\r`;
  });
  return encode(segments.join(''), head.charset);
};

/** What became of a message: in the log; never to be accepted as it is; not now. */
export type Outcome = 'durable' | 'refused' | 'not-now';

const accept = { durable: 'CA', refused: 'CE', 'not-now': 'CR' } as const satisfies Record<
  Outcome,
  AcknowledgementCode
>;
const application = { durable: 'AA', refused: 'AE', 'not-now': 'AR' } as const satisfies Record<
  Outcome,
  AcknowledgementCode
>;

const conditionsOfAsking = new Set(['AL', 'ER', 'SU']);

/** HL7 table 0155; empty in enhanced mode is NE. */
const isAsked = (condition: string, outcome: Outcome): boolean =>
  condition === 'AL' || (outcome === 'durable' ? condition === 'SU' : condition === 'ER');

/**
 * The acknowledgements to send, in order (HL7 v2.5, section 2.9). Nothing in MSH-15 and MSH-16 is the original mode. A sender
 * that asks for no answer at all gets the accept acknowledgement all the same, unless its setting says `standard`: a feed
 * that waits must not stall.
 */
export const answers = (
  head: Pick<MessageHead, 'acceptAck' | 'applicationAck'>,
  sender: Pick<Sender, 'acknowledgement'>,
  outcome: Outcome,
): readonly AcknowledgementCode[] => {
  const { acceptAck, applicationAck } = head;
  if (acceptAck === '' && applicationAck === '') return [application[outcome]];
  const asksNothing = ![acceptAck, applicationAck].some((condition) => conditionsOfAsking.has(condition));
  if (asksNothing) return sender.acknowledgement === 'standard' ? [] : [accept[outcome]];
  const first = isAsked(acceptAck, outcome) ? [accept[outcome]] : [];
  // What was not accepted has no application to answer for it.
  if (first.length > 0 && outcome !== 'durable') return first;
  return isAsked(applicationAck, outcome) ? [...first, application[outcome]] : first;
};
