import type { MessageHead } from '../message-head.js';
import { Message } from './message.js';

/** A segment as the mapping reads it. */
export interface ShownSegment {
  /** Empty where the line has none. */
  readonly name: string;
  /** From 1, among those of its name. */
  readonly sequence: number;
  /** As they stood; index 0 is the name. A line without a name is one field, at index 0. */
  readonly fields: readonly string[];
}

/** The segments of a message for people, in its order, and each line that nothing is read from behind the segment it follows. */
export const shownSegments = (text: string, { delimiters, charset }: MessageHead): readonly ShownSegment[] => {
  // A byte-order mark, in UTF-8 or as ISO 8859-1 reads it, is nobody's word.
  const own = text.replace(/^(?:\ufeff|\u00ef\u00bb\u00bf)/, '');
  const message = new Message(own, { ...delimiters, charset, hasEscapes: false, hasControls: false });
  const loose = Map.groupBy(message.loose, ({ behind }) => behind);
  let count = 0;
  return message.segments.flatMap((segment) => [
    segment,
    ...(loose.get(segment) ?? []).map(({ line }) => ({ name: '', sequence: ++count, fields: [line] })),
  ]);
};
