import type { Instant, RecordKey } from '#domain';

/** One lookup in the index of search tokens: that token, or every token that begins so. */
export interface TokenMatch {
  readonly from: string;
  readonly prefix: boolean;
}

/** A record meets it when one of its tokens does; when the list is empty none does. */
export interface TokenCondition {
  readonly anyOf: readonly TokenMatch[];
}

/** [from, before) */
export interface InstantRange {
  readonly from?: Instant;
  readonly before?: Instant;
}

/** A search over one type. Every condition that is there must hold. */
export interface SearchRequest {
  readonly type: string;
  /** One of these; an empty list matches nothing. */
  readonly ids?: readonly string[];
  readonly patients?: readonly RecordKey[];
  readonly lastUpdated?: InstantRange;
  /** All of these. */
  readonly all: readonly TokenCondition[];
  readonly count: number;
  /** Only `Bundle.total` is wanted. */
  readonly countOnly: boolean;
  readonly total: 'none' | 'accurate';
  /** Opaque: where the page begins, as the link `next` said. */
  readonly cursor?: string;
  readonly asOf?: Instant;
  /** Parameters that were not understood and left out, because the caller asked for lenient handling. */
  readonly ignored: readonly string[];
}

export interface HistoryRequest {
  readonly since?: Instant;
  readonly count: number;
  readonly cursor?: string;
  readonly asOf?: Instant;
  readonly ignored: readonly string[];
}

export interface ReadRequest {
  readonly asOf?: Instant;
  readonly ignored: readonly string[];
}
