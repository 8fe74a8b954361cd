import type { Instant } from '#domain';
import { acknowledge, answers, type MessageError, type MessageHead, type Outcome } from '#hl7v2';
import type { Publisher } from './publisher.js';

/** What an answer says of a message: its head, and why it is refused; `isUnmapped`: accepted, and nothing came of it. */
export interface Answered {
  readonly head: MessageHead;
  readonly errors?: readonly MessageError[];
  readonly isUnmapped?: boolean;
}

/** Acknowledgements in ER7. MSH-7 is the moment that the log keeps as `receivedAt`: from there the answer is made again, to the byte. */
export const answersTo = (
  { head, errors = [], isUnmapped = false }: Answered,
  { sender }: Publisher,
  { outcome, receivedAt }: { readonly outcome: Outcome; readonly receivedAt: Instant },
): readonly Buffer[] => {
  const content = { at: receivedAt, errors: outcome === 'not-now' ? [notNow[sender.language]] : errors, isUnmapped };
  return answers(head, sender, outcome).map((code) => acknowledge(head, code, content));
};

/** For people: `AA`, `CA AA`, `none`. */
export const toldAs = (head: MessageHead, { sender }: Publisher, outcome: Outcome): string =>
  answers(head, sender, outcome).join(' ') || 'none';

/** No fault of the message: ERR names no place. */
const notNow = {
  fr: { location: '', code: '207', text: 'le message ne peut pas être pris en ce moment : le renvoyer' },
  en: { location: '', code: '207', text: 'the message cannot be taken at this moment: send it again' },
} as const satisfies Record<string, MessageError>;

export const tooLarge = {
  fr: { location: 'MSH^1', code: '207', text: 'le message dépasse la taille admise : le découper' },
  en: { location: 'MSH^1', code: '207', text: 'the message is larger than is taken: split it' },
} as const satisfies Record<string, MessageError>;

/** Within a frame's size, and yet more than the log takes of one event: what is made of a message may be longer than it is. */
export const tooMuch = {
  fr: {
    location: 'MSH^1',
    code: '207',
    text: 'ce que le message donne à écrire dépasse la taille admise : le découper',
  },
  en: { location: 'MSH^1', code: '207', text: 'what the message comes to is larger than is taken: split it' },
} as const satisfies Record<string, MessageError>;
