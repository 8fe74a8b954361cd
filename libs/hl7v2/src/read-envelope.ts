import { readTime } from './message/hl7-time.js';
import { chooseCharset } from './message/charset.js';
import { Findings } from './findings.js';
import { blankForbidden } from './forbidden-fields.js';
import { Message } from './message/message.js';
import { headLengthMax, readDelimiters, standardDelimiters } from './message/syntax.js';
import { type BatchFile, isMiscounted } from './mllp/batch.js';
import { type MappedEvent, mapping } from './mapped-event.js';
import { type ReadingContext, zoneOf } from './reading-context.js';

/**
 * What stands around the messages of a batch (FHS, BHS, BTS, FTS) as an event of its own that changes nothing; undefined where nothing
 * stands there. Its id is BHS-11 or FHS-11 behind that name: a batch may bear the number of a message.
 */
export const readEnvelope = (
  { head, batches, around }: BatchFile,
  context: ReadingContext,
): MappedEvent | undefined => {
  if (around.length === 0) return undefined;
  const findings = new Findings(context.sender);
  batches.forEach((batch, index) => {
    if (isMiscounted(batch)) findings.warn('batch-miscounted', `BTS[${index + 1}]-1`);
  });
  const first = batches.find((batch) => batch.head)?.head;
  const label = head ? 'FHS' : first ? 'BHS' : 'BTS';
  const fieldOf = (field: number): string => (head?.fields[field - 1] || first?.fields[field - 1]) ?? '';
  const id = fieldOf(11).trim();
  const sentAt = readTime(fieldOf(7), zoneOf(context))?.instant;
  const choice = chooseCharset(around, '');
  // No form of a line brings into the log what the law keeps out of it.
  const lines = Buffer.from(around.buffer, around.byteOffset, around.byteLength).toString('latin1');
  const delimiters = readDelimiters(lines.slice(0, headLengthMax)) ?? standardDelimiters;
  const syntax = { ...delimiters, charset: 'iso-8859-1', hasEscapes: false, hasControls: false } as const;
  const received = blankForbidden(around, new Message(lines, syntax), findings);
  return {
    format: 'hl7v2',
    messageId: id === '' ? '' : `${label} ${id}`,
    ...(sentAt !== undefined && { sentAt }),
    mapping,
    label,
    charset: 'charset' in choice ? choice.charset : 'us-ascii',
    warnings: findings.warnings,
    changes: [],
    received,
  };
};
