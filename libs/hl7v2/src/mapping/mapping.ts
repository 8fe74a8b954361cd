import type { Findings, WarningCode } from '../findings.js';
import { type Hl7Time, readDate, readTime, type TimeZone } from '../message/hl7-time.js';
import type { Message } from '../message/message.js';
import type { Composite } from '../message/segment.js';
import type { MessageHead } from '../message-head.js';
import { listedOf } from '../represented/not-taken.js';
import { messageZone, type ReadingContext } from '../reading-context.js';
import { Authorities } from './authorities.js';

/** One message on its way to changes. */
export class Mapping {
  /** Sent under the French extension: XPN-3 lists birth given names, XAD-9 is an INSEE code. */
  readonly isFrench: boolean;
  readonly authorities: Authorities;
  /** Where times without an offset of their own are read. */
  readonly zone: TimeZone;

  constructor(
    readonly message: Message,
    readonly head: MessageHead,
    readonly context: ReadingContext,
    readonly findings: Findings,
  ) {
    this.isFrench = message.isFrench;
    this.zone = messageZone(head, context);
    this.authorities = Authorities.of(context.sender.hl7);
  }

  get finess(): string {
    return this.context.establishment.finess;
  }

  warn(code: WarningCode, location: string): void {
    this.findings.warn(code, location);
  }

  /** A moment; what is none is left out with a warning. */
  time(raw: string, location: string): Hl7Time | undefined {
    if (raw === '') return undefined;
    const time = readTime(raw, this.zone);
    if (time === undefined) this.warn('date-invalid', location);
    else if (time.isOtherForm) this.warn('date-form', location);
    if (time?.doubt !== undefined) this.warn(time.doubt === 'ambiguous' ? 'time-ambiguous' : 'time-skipped', location);
    return time;
  }

  /** The moment of a TS, which a record shows. */
  takeTime(time: Composite | undefined, location: string): Hl7Time | undefined {
    if (time === undefined) return undefined;
    time.accountFor(listedOf.TS);
    return this.time(time.take(1), location);
  }

  /** A date; a time of day behind it is left out with a warning, and so is what is no date. */
  date(raw: string, location: string): string | undefined {
    if (raw === '') return undefined;
    const date = readDate(raw);
    if (date === undefined) this.warn('date-invalid', location);
    if (date?.isOtherForm) this.warn('date-form', location);
    if (date?.isCut) this.warn('precision-lost', location);
    return date?.text;
  }
}
