import { Failure } from '#domain';
import { type HeldBack, SenderQuotas } from '#usecases';

/** @limit Control | how long the numbers of a gateway may take to come | told as not known */
const answerMsMax = 1_500;
/** @limit Control | characters of the numbers of a gateway | told as not known */
const lengthMax = 4_000_000;

const line = /^reprise_sender_held_back_seconds\{sender="((?:[^"\\]|\\.)*)"\} ([0-9.e+]+)$/gm;

/** Prometheus text format. */
export const heldBackIn = (numbers: string): readonly HeldBack[] =>
  [...numbers.matchAll(line)].map(([, name = '', seconds = '']) => ({
    sender: name.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
    roomInSeconds: Math.round(Number(seconds)),
  }));

/** What a gateway tells of its senders at `/metrics`: it keeps no state that others could read. */
export class GatewayQuotas extends SenderQuotas {
  constructor(
    override readonly gateway: string,
    private readonly url: string,
  ) {
    super();
  }

  override async heldBack(): Promise<readonly HeldBack[]> {
    return heldBackIn(await this.numbers());
  }

  private async numbers(): Promise<string> {
    const unanswered = (cause?: unknown): Failure =>
      new Failure('log.unreachable', `gateway ${this.gateway} does not give its numbers`, 'look whether it runs', {
        cause,
      });
    try {
      const answer = await fetch(new URL('metrics', `${this.url.replace(/\/+$/, '')}/`), {
        signal: AbortSignal.timeout(answerMsMax),
        redirect: 'error',
      });
      if (!answer.ok || !answer.body) throw unanswered();
      let text = '';
      for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
        text += piece;
        if (text.length > lengthMax) throw unanswered();
      }
      return text;
    } catch (error) {
      throw Failure.is(error) ? error : unanswered(error);
    }
  }
}
