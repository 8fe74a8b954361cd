import type { Instant, Sender } from '#domain';
import { answerId } from './answer-id.js';
import type { MessageError } from './findings.js';
import { encode } from './message/charset.js';
import { escape } from './message/syntax.js';
import type { MessageHead } from './message-head.js';
import { table } from './message/table.js';
import { writtenTime } from './message/written-time.js';
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

/** What an acknowledgement says beside its code. */
export interface AcknowledgementContent {
  /** MSH-7: when the gateway took the message. */
  readonly at: Instant;
  readonly errors?: readonly MessageError[];
  /** In the log, and mapped to nothing: MSA-3 of `AA` says so. */
  readonly isUnmapped?: boolean;
}

/** MSA-3, for people. `unmapped` is the state of the message in the journal, in both languages. */
const textOf = (code: AcknowledgementCode, { errors = [], isUnmapped = false }: AcknowledgementContent): string =>
  errors[0]?.text ?? (code === 'AA' && isUnmapped ? 'unmapped' : '');

/** In what character set a sender reads whose message could not be read is not known; ASCII it can. */
const inAscii = (text: string): string => encode(text, 'us-ascii').toString('latin1');

/**
 * ER7 bytes in the message's own character set and delimiters. A function of its arguments: the same message gets the same
 * MSA and the same MSH-10. MSA-2 is MSH-10 to the letter; of a message that could not be read, what is repeated are its bytes.
 */
export const acknowledge = (head: MessageHead, code: AcknowledgementCode, content: AcknowledgementContent): Buffer => {
  const { at, errors = [] } = content;
  const { delimiters } = head;
  const { field, component } = delimiters;
  const encoding = (['component', 'repetition', 'escape', 'subcomponent'] as const)
    .map((name) => delimiters[name])
    .filter((character) => character !== '\0')
    .join('');
  const isAscii = head.charset === 'us-ascii';
  const text = (value: string): string => escape(isAscii ? inAscii(value) : value, delimiters);
  const version = head.version || '2.5';
  const [versionId = ''] = version.split(component);
  const msh = [
    'MSH',
    encoding,
    head.receivingApplication,
    head.receivingFacility,
    head.sendingApplication,
    head.sendingFacility,
    writtenTime(at),
    '',
    acknowledgementType(head),
    answerId(code, head.writtenControlId, versionId),
    head.processing || 'P',
    version,
    '',
    '',
    '',
    '',
    head.country,
    head.declaredCharset,
  ];
  const msa = ['MSA', code, head.writtenControlId, text(textOf(code, content))];
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
  return encode(segments.join(''), isAscii ? 'iso-8859-1' : head.charset);
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

/** HL7 table 0155, in whatever case; what is none of its words asks for nothing. `""` is an empty field. */
const conditionIn = (field: string): string => (field === '""' ? '' : field.toUpperCase());

/** Empty in enhanced mode is NE. */
const isAsked = (condition: string, outcome: Outcome): boolean =>
  condition === 'AL' || condition === (outcome === 'durable' ? 'SU' : 'ER');

/** What MSH-15 and MSH-16 ask for (HL7 v2.5, section 2.9.3); nothing in both is the original mode. */
const asked = (acceptAck: string, applicationAck: string, outcome: Outcome): readonly AcknowledgementCode[] => {
  if (acceptAck === '' && applicationAck === '') return [application[outcome]];
  const first = isAsked(acceptAck, outcome) ? [accept[outcome]] : [];
  // What was not accepted has no application to answer for it.
  if (first.length > 0 && outcome !== 'durable') return first;
  return isAsked(applicationAck, outcome) ? [...first, application[outcome]] : first;
};

/**
 * The acknowledgements to send, in order. A sender that asks for none of what became of its message gets the accept
 * acknowledgement all the same, unless its setting says `standard`: a feed that waits must not stall.
 */
export const answers = (
  head: Pick<MessageHead, 'acceptAck' | 'applicationAck'>,
  sender: Pick<Sender, 'acknowledgement'>,
  outcome: Outcome,
): readonly AcknowledgementCode[] => {
  const codes = asked(conditionIn(head.acceptAck), conditionIn(head.applicationAck), outcome);
  return codes.length > 0 || sender.acknowledgement === 'standard' ? codes : [accept[outcome]];
};
