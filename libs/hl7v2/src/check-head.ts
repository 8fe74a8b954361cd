import type { Mapping } from './mapping/mapping.js';
import { readTime } from './message/hl7-time.js';
import type { Segment } from './message/segment.js';
import { messageTypeOf } from './message-head.js';
import { isForeignOffset } from './reading-context.js';

/** HL7 table 0104. */
const versions = new Set(
  '2.0 2.0D 2.1 2.2 2.3 2.3.1 2.3.2 2.4 2.5 2.5.1 2.6 2.7 2.7.1 2.8 2.8.1 2.8.2 2.9 2.9.1'.split(' '),
);

/** Types that are mapped: what only begins as one of them must not pass for another that nobody reads. */
const mapped = /^(ADT|ORU|MDM)(.?)/i;

const checkType = ({ message, head: { label }, findings }: Mapping, msh: Segment): void => {
  const [, type, behind] = mapped.exec(label) ?? [];
  if (label === 'unknown' || (behind && behind !== '^')) return findings.refuse('message-type-unreadable', 'MSH^1^9');
  // Before v2.3.1, EVN-1 told it as well.
  if (type !== undefined && behind === '') {
    const isTold = type === 'ADT' && (message.first('EVN')?.text(1) ?? '') !== '';
    if (!isTold) return findings.refuse('trigger-missing', 'MSH^1^9');
    findings.warn('field-missing', 'MSH-9');
  }
  if (messageTypeOf(msh).isJoined) findings.warn('message-type-form', 'MSH-9');
  const [read, written] = [label.replace('^', ''), msh.text(9, 1) + msh.text(9, 2)];
  if (read !== written && read === written.toUpperCase()) findings.warn('code-case', 'MSH-9');
};

/** MSH-2 as nearly all write it; from v2.7 on with the truncation character. */
const usualEncodings = new Set(['^~\\&', '^~\\&#']);

/** Fields of MSH that HL7 requires of any message, beside what its delimiters are. */
export const requiredOfMsh: readonly number[] = [7, 9, 10, 11, 12];

/** What any message says of itself in MSH: refused where nobody could tell what it is. */
export const checkHead = (mapping: Mapping): void => {
  const { message, head, findings, context } = mapping;
  const [msh] = message.segments;
  if (msh === undefined) return;
  if (!usualEncodings.has(msh.raw(2))) findings.warn('delimiters-unusual', 'MSH-2');
  if (head.controlId === '') findings.refuse('control-id-missing', 'MSH^1^10');
  checkType(mapping, msh);
  for (const field of [7, 11, 12]) if (msh.raw(field) === '') findings.warn('field-missing', `MSH-${field}`);
  const sent = msh.text(7) === '' ? undefined : readTime(msh.text(7), mapping.zone);
  if (sent === undefined && msh.text(7) !== '') findings.warn('date-invalid', 'MSH-7');
  if (sent?.isOtherForm) findings.warn('date-form', 'MSH-7');
  if (isForeignOffset(head, context)) findings.warn('offset-foreign', 'MSH-7');
  const version = msh.text(12);
  if (version !== '' && !versions.has(version)) findings.warn('version-unknown', 'MSH-12');
};
