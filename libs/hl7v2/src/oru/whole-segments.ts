import type { Mapping } from '../mapping/mapping.js';
import { Segment } from '../message/segment.js';

const nameForm = /^[A-Z][A-Z0-9]{2}$/;

/** A line that begins with no segment's name. */
const isRest = ({ fields: [name = ''] }: Segment): boolean => !nameForm.test(name);

/** A segment that ends within its free text: OBX-5, NTE-3. */
const mayGoOn = ({ name, fields }: Segment): boolean =>
  (name === 'OBX' && fields.length <= 6) || (name === 'NTE' && fields.length <= 4);

/**
 * The segments of the message. Senders put bare line ends into texts and into base64, where they end a segment (HL7 v2.5, section
 * 2.5.2): what follows a segment that ends within such a value, and is no segment, is the rest of it.
 */
export const wholeSegments = ({ message: { segments, syntax } }: Mapping): readonly Segment[] => {
  if (!segments.some(isRest)) return segments;
  const whole: Segment[] = [];
  let lines: string[] = [];
  const close = (): void => {
    const last = whole.at(-1);
    if (lines.length > 1 && last) whole[whole.length - 1] = new Segment(lines.join('\n'), syntax, last.sequence);
    lines = [];
  };
  for (const segment of segments) {
    const line = segment.fields.join(syntax.field);
    if (!isRest(segment)) {
      close();
      whole.push(segment);
      if (mayGoOn(segment)) lines = [line];
    } else if (lines.length > 0) {
      lines.push(line);
      if (segment.fields.length > 1) close();
    }
  }
  close();
  return whole;
};
