import type { Establishment, Finess, Instant, Membership, Position, Sender, Timeline } from '#domain';

/** What a restore of one establishment is made of; fixed by the plan. */
export interface RestoreTarget {
  readonly establishment: Finess;
  /** The new timeline. */
  readonly timeline: Timeline;
  /** The generation is built up to here: the cut, or the log's end at planning when what came after is replayed. */
  readonly buildTo: Position;
  readonly events: number;
}

/** What certifies one built establishment (contract, section 6). */
export interface Certificate {
  readonly version: 1;
  readonly restoreId: string;
  readonly planHash: string;
  readonly establishment: Finess;
  readonly timeline: number;
  /** All that is needed to fold again. */
  readonly definition: Timeline;
  /** Decimal. */
  readonly cut: string;
  readonly builtTo: string;
  readonly logId: string;
  readonly logHash: string;
  readonly foldVersion: number;
  readonly stateDigest: string;
  readonly records: number;
  readonly events: number;
  readonly gaps: readonly string[];
  readonly parked: readonly string[];
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Ed25519 over `signedText` of the certificate without `signature`, canonical base64. */
  readonly signature: string;
  /** SHA-256, hex, over the public key (SPKI, DER); 16 digits of it in certificates of before (`signedText`). */
  readonly keyId: string;
}

/** What speaks for a sender that was restored from a backup of its own. Counts and times, never content. */
export type IncarnationEvidence =
  /** After `highest` its numbering went on from `begins`. */
  | { readonly code: 'numbering-restarted'; readonly highest: number; readonly begins: number; readonly since: string }
  /** So many messages came under an id that had been used for other bytes. */
  | { readonly code: 'ids-reused'; readonly messages: number; readonly since: string };

/** A sender's numbering begins anew: ids from here on never mix with those from before. */
export interface OpenedIncarnation {
  /** The new incarnation. */
  readonly number: number;
  /** An operator's words; empty where none were given. */
  readonly reason: string;
  /** What spoke for it at that moment; empty where only the operator did. */
  readonly evidence: readonly IncarnationEvidence[];
}

/** The directory log tells everything that is decided for a territory; who is who, which restore counts. Closed, versioned by `v`. */
export type DirectoryEvent = { readonly v: 1; readonly at: Instant; readonly by: string } & (
  | { readonly kind: 'territory-declared'; readonly code: string; readonly name: string }
  | { readonly kind: 'establishment-declared'; readonly establishment: Establishment }
  /** A declaration never takes an incarnation back, whatever it says. */
  | { readonly kind: 'sender-declared'; readonly sender: Sender }
  | { readonly kind: 'incarnation-opened'; readonly sender: string; readonly opened: OpenedIncarnation }
  | { readonly kind: 'membership-declared'; readonly membership: Membership }
  | {
      readonly kind: 'restore-requested';
      readonly restoreId: string;
      readonly planId: string;
      readonly planHash: string;
      readonly target: string;
      readonly targets: readonly RestoreTarget[];
    }
  | { readonly kind: 'restore-resumed' | 'restore-cancelled'; readonly restoreId: string }
  | { readonly kind: 'restore-built'; readonly restoreId: string; readonly certificates: readonly Certificate[] }
  | {
      readonly kind: 'restore-approved';
      readonly restoreId: string;
      readonly planHash: string;
      readonly stateDigests: Readonly<Record<string, string>>;
      /** Ed25519 over `signedText` of the event without `signature` and `keyId`, canonical base64. */
      readonly signature: string;
      readonly keyId: string;
    }
  /** The restored timelines go live behind these positions. */
  | {
      readonly kind: 'restore-promoted';
      readonly restoreId: string;
      readonly resumeAt: Readonly<Record<string, Position>>;
    }
  /** The former timelines go live again, with what came since. */
  | {
      readonly kind: 'restore-rolled-back';
      readonly restoreId: string;
      readonly resumeAt: Readonly<Record<string, Position>>;
    }
);

/** An entry of a known kind and version that is not whole, or is no JSON at all: it is passed over, and told. */
export interface UnreadableEvent {
  readonly kind: 'unreadable';
  /** The kind that it says it is; `unknown` where it says none. */
  readonly as: DirectoryEvent['kind'] | 'unknown';
  /** The place in it and what is expected there; nothing that it holds. */
  readonly reason: string;
}
