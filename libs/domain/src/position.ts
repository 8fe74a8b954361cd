import type { Brand } from './brand.js';
import { Failure } from './failure.js';

/** Offset in an establishment's log. Written in decimal; a *cut* is the position up to which (inclusive) events count. */
export type Position = Brand<number, 'Position'>;

export const Position = {
  /** The cut before the first event: nothing counts. */
  none: -1 as Position,
  of(value: number): Position {
    if (!Number.isSafeInteger(value) || value < -1) throw new RangeError(`not a log position: ${value}`);
    return value as Position;
  },
  parse(raw: string): Position {
    if (!/^(?:-1|\d{1,15})$/.test(raw))
      throw new Failure(
        'input.invalid',
        `not a log position: "${raw.slice(0, 20)}"`,
        'a decimal number, as shown by `reprise messages`',
      );
    return Number(raw) as Position;
  },
};

/** `timeline-position`: the version of a record, equal on every replica and in every rebuild. */
export type VersionId = Brand<string, 'VersionId'>;

export const VersionId = {
  of: (timeline: number, position: Position): VersionId => `${timeline}-${position}` as VersionId,
  parse(raw: string): { readonly timeline: number; readonly position: Position } | undefined {
    const match = /^(\d{1,9})-(\d{1,15})$/.exec(raw);
    return match ? { timeline: Number(match[1]), position: Number(match[2]) as Position } : undefined;
  },
};
