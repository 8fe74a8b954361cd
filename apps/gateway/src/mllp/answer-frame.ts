import { Failure, Instant } from '#domain';
import { answerBatch, type BatchFile, readBatch } from '#hl7v2';
import type { ProcessLog, SenderCaller } from '#platform';
import {
  type Captured,
  type CaptureMessage,
  type Hl7Captured,
  noTracing,
  type Publisher,
  type Tracing,
} from '#usecases';
import { countCaptured } from '../capture-metrics.js';
import type { Publishers } from '../publishers.js';
import type { SenderShares } from '../sender-shares.js';
import { takeInOrder } from '../take-in-order.js';
import type { LineFaults } from './line-faults.js';
import { isFault, type LineItem } from './line-item.js';

/** Settings for an answer to a sender whose own are not known: only `not-now` is ever said with them. */
const unknownSender = (caller: SenderCaller): Publisher => ({
  sender: {
    name: caller.name,
    finess: caller.finess,
    language: 'fr',
    foreignFiness: 'warn',
    testIdentities: 'warn',
    productionIdentities: 'warn',
    acknowledgement: 'as-asked',
    incarnation: 1,
  },
  establishment: { finess: caller.finess, name: '', sites: [], timeZone: 'Europe/Paris' },
  idOf: () => 'unknown',
});

const overBudget = new Failure('log.unreachable', 'too much is being taken in at this moment', 'send it again shortly');

const untried = new Failure('log.unreachable', 'another part of the batch could not be taken', 'send it again');

const notTried: Captured = { outcome: 'not-now', failure: untried };

const miscountedBatch = {
  fr: (told: number, came: number) => `BTS-1 annonce ${told} messages, ${came} sont arrivés`,
  en: (told: number, came: number) => `BTS-1 tells of ${told} messages, ${came} have come`,
} as const satisfies Record<Publisher['sender']['language'], unknown>;

type Message = Extract<LineItem, { kind: 'frame' | 'too-large' }>;

const tellEveryMs = 10_000;

/** What an MLLP connection answers to what it reads: acknowledgements in ER7, unframed. */
export class AnswerFrame {
  private readonly toldAt = new Map<string, number>();

  constructor(
    private readonly publishers: Pick<Publishers, 'of'>,
    private readonly capture: CaptureMessage,
    private readonly log: Pick<ProcessLog, 'warn' | 'fault'>,
    private readonly shares: SenderShares,
    private readonly faults: LineFaults,
    private readonly tracing: Tracing = noTracing,
  ) {}

  /** Rejects only where not even "not now" can be said. */
  async of(caller: SenderCaller, item: LineItem, now: boolean): Promise<readonly Buffer[]> {
    if (isFault(item)) {
      await this.faults.tell(caller, item);
      return [];
    }
    const batch = item.kind === 'frame' ? readBatch(item.bytes) : undefined;
    return this.shares.of(caller.name, bytesOf(item).byteLength, async () =>
      batch ? [await this.ofBatch(caller, batch, now)] : (await this.ofMessage(caller, item, now)).answers,
    );
  }

  /** One frame with many messages: they are taken in their order, and one frame answers them all. */
  private async ofBatch(caller: SenderCaller, batch: BatchFile, now: boolean): Promise<Buffer> {
    const messages = batch.batches.flatMap((one) => one.messages);
    const publisher = this.publishers.of(caller);
    const known = publisher instanceof Failure ? unknownSender(caller) : publisher;
    const captured = await takeInOrder(
      messages,
      (bytes) => this.ofMessage(caller, { kind: 'frame', bytes }, now),
      (bytes) => this.capture.hl7NotNow(known, bytes, untried),
    );
    const isAway = captured.some(({ outcome }) => outcome === 'not-now');
    const around = isAway && batch.around.length > 0 ? notTried : await this.ofEnvelope(caller, batch, publisher, now);
    const isKept = around?.outcome !== 'not-now';
    // The whole batch is sent again for what stands around its messages: those that are there already take effect once.
    const answers = captured.map((one, index) =>
      isKept || one.outcome !== 'durable'
        ? one.answers
        : this.capture.hl7NotNow(known, messages[index] ?? Buffer.alloc(0), untried).answers,
    );
    const miscounted = (told: number, came: number): string => {
      this.log.warn('batch.miscounted', { sender: caller.name, establishment: caller.finess, count: came });
      return miscountedBatch[known.sender.language](told, came);
    };
    return answerBatch(batch, answers, { miscounted, isKept, at: Instant.of(Date.now()) });
  }

  /** What stands around the messages; undefined where nothing does. */
  private async ofEnvelope(
    caller: SenderCaller,
    batch: BatchFile,
    publisher: Publisher | Failure,
    now: boolean,
  ): Promise<Captured | undefined> {
    if (batch.around.length === 0) return undefined;
    if (publisher instanceof Failure) return { outcome: 'not-now', failure: publisher };
    if (!now) return { outcome: 'not-now', failure: overBudget };
    try {
      const captured = await this.capture.hl7Envelope(publisher, batch);
      if (captured?.outcome === 'not-now') this.tellNotNow(caller, captured.failure);
      return captured;
    } catch (error) {
      this.log.fault('capture.failed', error, { sender: caller.name, establishment: caller.finess });
      return { outcome: 'not-now', failure: overBudget };
    }
  }

  private ofMessage(caller: SenderCaller, item: Message, now: boolean): Promise<Hl7Captured> {
    const told = { sender: caller.name, establishment: caller.finess };
    return this.tracing.span('gateway.frame', told, async (span) => {
      const captured = await this.answered(caller, item, now);
      const { outcome } = captured;
      span.note(outcome === 'durable' ? { outcome, position: captured.position } : { outcome });
      return captured;
    });
  }

  private async answered(caller: SenderCaller, item: Message, now: boolean): Promise<Hl7Captured> {
    const since = performance.now();
    try {
      const captured = await this.taken(caller, item, now);
      countCaptured({ door: 'mllp', sender: caller }, captured.outcome, since);
      if (captured.outcome === 'not-now') this.tellNotNow(caller, captured.failure);
      return captured;
    } catch (error) {
      // A bug that this message meets is not to stop the feeds of all others: it stays with its sender, who sends it again.
      countCaptured({ door: 'mllp', sender: caller }, 'fault', since);
      this.log.fault('capture.failed', error, { sender: caller.name, establishment: caller.finess });
      return this.capture.hl7NotNow(unknownSender(caller), bytesOf(item), overBudget);
    }
  }

  private async taken(caller: SenderCaller, item: Message, now: boolean): Promise<Hl7Captured> {
    const publisher = this.publishers.of(caller, now ? bytesOf(item).byteLength : 0);
    if (publisher instanceof Failure) return this.capture.hl7NotNow(unknownSender(caller), bytesOf(item), publisher);
    if (!now) return this.capture.hl7NotNow(publisher, bytesOf(item), overBudget);
    return item.kind === 'too-large'
      ? this.capture.hl7TooLarge(publisher, item.start)
      : this.capture.hl7(publisher, item.bytes);
  }

  /** Once in a while: a log that is away is not to fill the disk with that news. */
  private tellNotNow(caller: SenderCaller, failure: Failure): void {
    const now = performance.now();
    if (now - (this.toldAt.get(caller.name) ?? -tellEveryMs) < tellEveryMs) return;
    this.toldAt.set(caller.name, now);
    this.log.fault('message.not-now', failure, { sender: caller.name, establishment: caller.finess });
  }
}

const bytesOf = (item: Message): Buffer => (item.kind === 'too-large' ? item.start : item.bytes);
