import { Failure, Position } from '#domain';
import type { CaptureMessage, Captured, Publisher } from '#usecases';
import { describe, expect, it } from 'vitest';
import { admission } from '../../test/messages.spec.js';
import { AnswerFrame } from './answer-frame.js';

const away: Captured = { outcome: 'not-now', failure: new Failure('log.unreachable', 'no broker answers', 'start it') };
const durable: Captured = { outcome: 'durable', position: Position.of(0), warnings: [] };
const msa = (code: string, bytes: Uint8Array): Buffer =>
  Buffer.from(`MSH|^~\\&\rMSA|${code}|${/ADT_A01\|(\w+)/.exec(Buffer.from(bytes).toString())?.[1]}\r`);

/** What is answered where the log takes those messages, and the envelope or not. */
const answered = async (content: Buffer, taken: readonly string[], envelope: Captured): Promise<readonly string[]> => {
  const capture = {
    hl7: async (_publisher: Publisher, bytes: Uint8Array) =>
      taken.some((id) => Buffer.from(bytes).includes(`|${id}|`))
        ? { ...durable, answers: [msa('AA', bytes)] }
        : { ...away, answers: [msa('AR', bytes)] },
    hl7NotNow: (_publisher: Publisher, bytes: Uint8Array) => ({ ...away, answers: [msa('AR', bytes)] }),
    hl7Envelope: async () => envelope,
  } as unknown as CaptureMessage;
  const frames = new AnswerFrame(
    { of: () => ({ sender: { language: 'en' } }) as Publisher },
    capture,
    { warn: () => undefined, fault: () => undefined },
    { of: async (_name: string, _size: number, work: () => Promise<unknown>) => work() } as never,
    {} as never,
  );
  const caller = { name: 'his', finess: '750712184' } as never;
  const [answer] = await frames.of(caller, { kind: 'frame', bytes: content }, true);
  return [...(answer?.toString() ?? '').matchAll(/MSA\|(\w\w\|\w+)/g)].map(([, told]) => told ?? '');
};

describe('the answer to a batch', () => {
  const two = Buffer.concat([admission('one'), admission('two')]);
  const batch = Buffer.concat([Buffer.from('BHS|^~\\&|A\r'), two]);
  it('says of each message what became of it', async () => {
    expect(await answered(two, ['one', 'two'], away)).toEqual(['AA|one', 'AA|two']);
    expect(await answered(two, ['one'], away)).toEqual(['AA|one', 'AR|two']);
    expect(await answered(batch, ['one', 'two'], durable)).toEqual(['AA|one', 'AA|two']);
  });
  it('has the whole sent again where what stands around the messages is not durable', async () => {
    expect(await answered(batch, ['one', 'two'], away)).toEqual(['AR|one', 'AR|two']);
    expect(await answered(batch, ['one'], durable)).toEqual(['AR|one', 'AR|two']);
  });
});
