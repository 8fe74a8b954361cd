import { type Finess, Instant } from '#domain';
import type { Directory } from '../../directory/directory.js';

/** Which messages of one sender are meant, by when they were recorded. */
export interface SenderSpan {
  readonly establishment: Finess;
  readonly sender: string;
  readonly since: Instant;
  /** Exclusive. */
  readonly until: Instant;
}

/** What a drain released is control's, which is no declared sender; a time to come is no time for a command. */
const flagsOf = (
  { senders }: Pick<Directory, 'senders'>,
  { establishment, sender, since, until }: SenderSpan,
  now: Instant,
): string => {
  const whose = senders.has(sender) ? ` --sender ${sender}` : '';
  const end = until < now ? ` --until ${Instant.iso(until)}` : '';
  return `--establishment ${establishment}${whose} --since ${Instant.iso(since)}${end}`;
};

const aroundMs = 10 * 60_000;

/** The command that counts these messages, with some minutes around them, so that the chart shows what is usual. */
export const summaryAround = (directory: Pick<Directory, 'senders'>, span: SenderSpan, now: Instant): string => {
  const around = { ...span, since: Instant.of(span.since - aroundMs), until: Instant.of(span.until + aroundMs) };
  return `reprise messages --summary ${flagsOf(directory, around, now)}`;
};

/** The command that lists these messages, of one type. */
export const listOfType = (
  directory: Pick<Directory, 'senders'>,
  { type, ...span }: SenderSpan & { readonly type: string },
  now: Instant,
): string => `reprise messages --type "${type}" ${flagsOf(directory, span, now)}`;
