import type { Instant } from '#domain';

/** The process's clock, as a thing that can be asked for. */
export class Clock {
  constructor(readonly now: () => Instant) {}
}
