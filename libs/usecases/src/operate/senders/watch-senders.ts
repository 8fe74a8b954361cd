import { Failure, type Finess, Instant, Position } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { IncarnationEvidence } from '../../directory/directory-event.js';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type { RefusalJournal } from '../../ports/refusal-journal.js';
import type { ReplicaStatus } from '../../ports/replica-status.js';
import { firstThatAnswers } from '../messages/list-messages.js';
import { MessageId } from '../messages/message-id.js';
import { type ProposedAuthority, SeenAuthorities } from './propose-authorities.js';
import { type NumberingReport, SenderNumbering, unknownNumbering } from './sender-numbering.js';
import { walkLog } from '../verify/walk-log.js';

/**
 * Warnings of the fold that are alarms of a sender, as far as it is given two things under one key:
 * - `message-id-reused`: messages under an id that it had used for other bytes; both took effect, and one of the two is not what it says
 * - `filler-number-reused`: an order under the number of another one; both stand, and a correction may be taken for the other's
 */
export const alarmCodes = ['message-id-reused', 'filler-number-reused'] as const;
export type AlarmCode = (typeof alarmCodes)[number];

export interface AlarmReport {
  readonly count: number;
  /** How many of each kind, since when; those of which there are any. */
  readonly codes: readonly { readonly code: AlarmCode; readonly count: number; readonly since: string }[];
  /** RFC 3339 on the recorded clock; null where there is none. */
  readonly since: string | null;
  readonly last: string | null;
  /** For `message show`; the newest ten. */
  readonly messages: readonly string[];
}

export interface SenderWatch {
  readonly name: string;
  readonly incarnation: number;
  readonly lastReceivedAt: string | null;
  readonly numbering: NumberingReport;
  /** Null where no replica answers. */
  readonly alarms: AlarmReport | null;
  /** Authorities that its messages name whole, and that its profile could declare. */
  readonly authorities: readonly ProposedAuthority[];
  /** A new incarnation is proposed on this evidence; an operator opens it. */
  readonly proposal: { readonly number: number; readonly evidence: readonly IncarnationEvidence[] } | null;
}

/**
 * A process that begins looks back so far, and no further: by events, and by what it has to read for them.
 * @limit Control | events that are looked back for a sender's numbers | older ones are not looked at
 */
const eventsBack = 20_000;
/** @limit Control | bytes that are looked back for them, in the log and among refusals | older ones are not looked at */
const bytesBack = 64 * 1024 * 1024;
const chunk = 1000;
/** @limit Control | refusals that are looked back for a sender's numbers | older ones are not looked at */
const refusalsBack = 2000;
/** Of 20 MB each they are a gigabyte to unpack, one after the other. */
const refusalsAtOnce = 50;
/** The fold's window of duplicates: an older repetition is none. */
const alarmsBackMs = 30 * 24 * 3600 * 1000;
const alarmsBack = 200_000;
/** @limit Control | alarms of one kind and establishment | the newest are kept */
const alarmsMax = 1000;
/** Fewer may be a tool that was tried out. */
const reusedForProposal = 3;

interface Heard {
  logId: string;
  position: Position;
  journal: Position;
  /** By sender and incarnation. */
  readonly numberings: Map<string, SenderNumbering>;
  readonly lastReceivedAt: Map<string, Instant>;
  /** Senders whose last message is older than what was listened to: a replica is asked, once. */
  readonly askedFor: Set<string>;
  /** By sender. */
  readonly authorities: Map<string, SeenAuthorities>;
  since: Instant;
}

interface Alarm {
  readonly code: AlarmCode;
  readonly sender: string;
  readonly position: Position;
  readonly recordedAt: Instant;
}

/** `next` has not begun. */
interface Looks {
  readonly last: Promise<unknown>;
  readonly next: Promise<readonly SenderWatch[]> | undefined;
}

interface Alarms {
  readonly timeline: number;
  readonly upTo: Position;
  readonly items: readonly Alarm[];
}

const keyOf = (sender: string, incarnation: number): string => `${incarnation} ${sender}`;

/**
 * What only the run of a sender's messages tells: numbers that are missing, a numbering that began anew, ids that were used twice.
 * Each look goes on where the one before ended.
 */
export class WatchSenders {
  private readonly heard = new Map<Finess, Heard>();
  private readonly alarms = new Map<Finess, Alarms>();
  private readonly looks = new Map<Finess, Looks>();
  private readonly lastLook = new Map<Finess, readonly SenderWatch[]>();

  constructor(
    private readonly log: EstablishmentLog,
    private readonly journal: RefusalJournal,
    private readonly replicas: readonly ReplicaStatus[],
  ) {}

  /** One look of an establishment at a time; all who ask while one is under way share the next, so that none queue behind a dead log. */
  look(directory: Directory, establishment: Finess, now: Instant): Promise<readonly SenderWatch[]> {
    const { last, next } = this.looks.get(establishment) ?? { last: Promise.resolve(), next: undefined };
    if (next) return next;
    const look = last.then(() => {
      this.looks.set(establishment, { last: look.catch(() => undefined), next: undefined });
      return this.lookOnce(directory, establishment, now);
    });
    look.then(
      (seen) => this.lastLook.set(establishment, seen),
      () => undefined,
    );
    this.looks.set(establishment, { last, next: look });
    return look;
  }

  /** What the last look saw, for who cannot wait for the next; of a sender that it did not see, nothing. */
  lastSeen(directory: Directory, establishment: Finess): readonly SenderWatch[] {
    const seen = new Map(this.lastLook.get(establishment)?.map((one) => [one.name, one]));
    return unheard(directory, establishment).map((one) => seen.get(one.name) ?? one);
  }

  private async lookOnce(directory: Directory, establishment: Finess, now: Instant): Promise<readonly SenderWatch[]> {
    const heard = await this.listen(establishment).catch(away);
    const alarms = await this.alarmsOf(establishment, now).catch(away);
    const own = [...directory.senders.values()].filter(({ finess }) => finess === establishment);
    if (heard) for (const { name } of own) this.hearOlder(establishment, name, heard);
    return own.map(({ name, incarnation, hl7 }) => {
      const numbering = heard?.numberings.get(keyOf(name, incarnation));
      const opened = directory.senderHistories.get(name)?.incarnations.at(-1)?.at ?? Instant.of(0);
      const reused = alarms?.items.filter(({ sender, recordedAt }) => sender === name && recordedAt >= opened);
      const reusedIds = reused?.filter(({ code }) => code === 'message-id-reused') ?? [];
      const evidence = evidenceOf(numbering?.evidence() ?? [], reusedIds);
      const last = heard?.lastReceivedAt.get(name);
      return {
        name,
        incarnation,
        lastReceivedAt: last === undefined ? null : Instant.iso(last),
        numbering: numbering?.report(now) ?? unknownNumbering,
        authorities: heard?.authorities.get(name)?.proposals(hl7) ?? [],
        alarms: reused ? alarmReport(establishment, reused) : null,
        proposal: evidence.length > 0 ? { number: incarnation + 1, evidence } : null,
      };
    });
  }

  private async listen(establishment: Finess): Promise<Heard> {
    const { logId, first, last } = await this.log.range(establishment);
    let heard = this.heard.get(establishment);
    if (!heard || heard.logId !== logId || heard.position > last) {
      const position = await this.beginning(establishment, first, last);
      const since = Instant.of(0);
      heard = {
        logId,
        position,
        journal: Position.none,
        numberings: new Map(),
        lastReceivedAt: new Map(),
        askedFor: new Set(),
        authorities: new Map(),
        since,
      };
      this.heard.set(establishment, heard);
    }
    for await (const walked of walkLog(this.log, establishment, Position.of(heard.position + 1), last))
      for (const { recorded } of walked) {
        const { sender, incarnation, receivedAt, format } = recorded.event;
        heard.position = recorded.position;
        if (format === 'control') continue;
        if (heard.since === 0) heard.since = receivedAt;
        heard.lastReceivedAt.set(sender, receivedAt);
        const key = keyOf(sender, incarnation);
        const numbering = heard.numberings.get(key) ?? new SenderNumbering();
        heard.numberings.set(key, numbering);
        numbering.add(recorded);
        if (format !== 'hl7v2') continue;
        const authorities = heard.authorities.get(sender) ?? new SeenAuthorities();
        heard.authorities.set(sender, authorities);
        authorities.add(recorded.event.received);
      }
    await this.account(establishment, heard);
    return heard;
  }

  /** Nobody waits for it: the message may be millions of rows back. */
  private hearOlder(establishment: Finess, sender: string, { lastReceivedAt, askedFor }: Heard): void {
    if (lastReceivedAt.has(sender) || askedFor.has(sender)) return;
    askedFor.add(sender);
    firstThatAnswers(this.replicas, async (replica) => {
      const [newest] = await replica.messages(establishment, { sender, limit: 1 });
      if (newest && !lastReceivedAt.has(sender)) lastReceivedAt.set(sender, newest.receivedAt);
    }).catch(() => askedFor.delete(sender));
  }

  /** The position behind which there are at most so many events, and bytes. A piece that holds too many is tried again as a smaller one. */
  private async beginning(establishment: Finess, first: Position, last: Position): Promise<Position> {
    let [left, size, behind] = [bytesBack, chunk, last + 1];
    while (behind > first && last - behind < eventsBack) {
      const from = Math.max(first, behind - size);
      const bytes = await this.bytesIn(establishment, from, { to: behind - 1, bytesMax: left });
      if (bytes <= left) [left, behind] = [left - bytes, from];
      else if (size === 1) break;
      else size = Math.ceil(size / 8);
    }
    return Position.of(behind - 1);
  }

  /** Stops behind `bytesMax`: a log packs gigabytes into kilobytes. */
  private async bytesIn(
    establishment: Finess,
    from: number,
    { to, bytesMax }: { readonly to: number; readonly bytesMax: number },
  ): Promise<number> {
    let bytes = 0;
    for await (const entries of this.log.read(establishment, Position.of(from), Position.of(to))) {
      for (const { value } of entries) bytes += value.byteLength;
      if (bytes > bytesMax) break;
    }
    return bytes;
  }

  /** Refusals are in the journal, newest first. */
  private async account(establishment: Finess, heard: Heard): Promise<void> {
    const after = heard.journal;
    let [before, bytes]: [Position | undefined, number] = [undefined, 0];
    for (let examined = 0; examined < refusalsBack && bytes < bytesBack; ) {
      const within = { after, ...(before !== undefined && { before }) };
      const entries = await this.journal.newest(establishment, refusalsAtOnce, within);
      for (const { position, refusal } of entries) {
        if (refusal.receivedAt < heard.since) return;
        bytes += refusal.receivedBytes;
        heard.journal = Position.of(Math.max(heard.journal, position));
        for (const [key, numbering] of heard.numberings)
          if (key.slice(key.indexOf(' ') + 1) === refusal.sender) numbering.account(refusal.begins);
      }
      examined += entries.length;
      before = entries.at(-1)?.position;
      if (before === undefined) return;
    }
  }

  /** What the fold has said; of the replica that answers first, up to where it is. */
  private alarmsOf(establishment: Finess, now: Instant): Promise<Alarms> {
    return firstThatAnswers(this.replicas, async (replica) => {
      const live = (await replica.live()).find((report) => report.establishment === establishment);
      const timeline = live?.timeline.number ?? 0;
      const upTo = live?.position ?? Position.none;
      const former = this.alarms.get(establishment);
      const known = former && former.timeline === timeline && former.upTo <= upTo ? former : undefined;
      const after = Position.of(Math.max(known?.upTo ?? Position.none, upTo - alarmsBack, Position.none));
      const since = Instant.of(Math.max(0, now - alarmsBackMs));
      const ofCode = async (code: AlarmCode): Promise<readonly Alarm[]> => {
        const filter = { warning: code, after, since, limit: alarmsMax };
        const found = upTo > after ? await replica.messages(establishment, filter) : [];
        const fresh = found.filter(({ position }) => position <= upTo).toReversed();
        const items = [
          ...(known?.items.filter((alarm) => alarm.code === code) ?? []),
          ...fresh.map(({ sender, position, recordedAt }) => ({ code, sender, position, recordedAt })),
        ];
        return items.filter(({ recordedAt }) => recordedAt >= since).slice(-alarmsMax);
      };
      const items = (await Promise.all(alarmCodes.map(ofCode))).flat().sort((a, b) => a.position - b.position);
      const alarms = { timeline, upTo, items };
      this.alarms.set(establishment, alarms);
      return alarms;
    });
  }
}

/** Senders of an establishment of which nothing can be told now. */
const unheard = (directory: Directory, establishment: Finess): readonly SenderWatch[] =>
  [...directory.senders.values()]
    .filter(({ finess }) => finess === establishment)
    .map(({ name, incarnation }) => ({
      name,
      incarnation,
      lastReceivedAt: null,
      numbering: unknownNumbering,
      alarms: null,
      authorities: [],
      proposal: null,
    }));

/** What cannot be asked now is told as not known. */
const away = (error: unknown): undefined => {
  if (!Failure.is(error)) throw error;
};

const evidenceOf = (
  restarts: readonly IncarnationEvidence[],
  alarms: readonly Alarm[],
): readonly IncarnationEvidence[] => {
  const [first] = alarms;
  // Ids used twice may be a fault of one program; with a numbering that began anew they are the sign of a backup put back.
  if (!first || alarms.length < reusedForProposal) return restarts;
  return restarts.length === 0
    ? []
    : [...restarts, { code: 'ids-reused', messages: alarms.length, since: Instant.iso(first.recordedAt) }];
};

const alarmReport = (establishment: Finess, alarms: readonly Alarm[]): AlarmReport => {
  const at = (alarm: Alarm | undefined): string | null => (alarm ? Instant.iso(alarm.recordedAt) : null);
  // One message may be an alarm of both kinds.
  const positions = [...new Set(alarms.map(({ position }) => position))];
  return {
    count: positions.length,
    since: at(alarms[0]),
    last: at(alarms.at(-1)),
    codes: alarmCodes.flatMap((code) => {
      const own = alarms.filter((alarm) => alarm.code === code);
      const [first] = own;
      return first ? [{ code, count: own.length, since: Instant.iso(first.recordedAt) }] : [];
    }),
    messages: positions
      .slice(-10)
      .toReversed()
      .map((position) => MessageId.text({ establishment, kept: 'log', position })),
  };
};
