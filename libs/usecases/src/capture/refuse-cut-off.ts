import type { Instant } from '#domain';
import { readHead } from '#hl7v2';
import type { RefusalJournal } from '../ports/refusal-journal.js';
import type { Publisher } from './publisher.js';

const sentences = {
  fr: "la trame n'est pas arrivée jusqu'à sa fin : rien n'a été répondu, l'émetteur doit renvoyer le message",
  en: 'the frame did not come to its end: nothing was answered, the sender has to send the message again',
} as const satisfies Record<Publisher['sender']['language'], string>;

/** A frame that the line, or the next frame, cut off. It was never a message, so it is not answered; what came of it is kept. */
export class RefuseCutOff {
  constructor(
    private readonly journal: RefusalJournal,
    private readonly now: () => Instant,
  ) {}

  /** Rejects with a Failure where the journal cannot keep it. */
  async of(publisher: Publisher, bytes: Uint8Array): Promise<void> {
    const { sender, establishment } = publisher;
    const { head, received } = readHead(bytes, publisher);
    // Of an MSH that was cut itself, the last field is not what it was going to be.
    const isHeadWhole = /MSH[^\r\n]*[\r\n]/.test(Buffer.from(bytes.subarray(0, 4096)).toString('latin1'));
    await this.journal.append(establishment.finess, {
      sender: sender.name,
      controlId: isHeadWhole ? head.controlId : '',
      label: isHeadWhole ? head.label : 'unknown',
      charset: head.charset,
      receivedAt: this.now(),
      acknowledgement: 'none',
      reasons: [{ code: 'frame.cut-off', location: '', text: sentences[sender.language] }],
      received,
      answered: Buffer.alloc(0),
    });
  }
}
