import { Instant, type RecordedEvent } from '#domain';
import type { IncarnationEvidence } from '../../directory/directory-event.js';
import { numberOfMessage } from './number-of-message.js';
import { type Hole, NumberSeries, type Restart } from './number-series.js';

/** Numbers that did not come: decimal, both ends included. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** RFC 3339: when the number behind it was recorded. */
  readonly since: string;
  readonly counter: string;
}

export interface NumberingReport {
  /** `irregular`: it begins anew so often that nothing can be called missing. `not-numbered`: its ids are no numbers. */
  readonly state: 'numbered' | 'irregular' | 'not-numbered' | 'unknown';
  readonly by: 'MSH-13' | 'MSH-10' | null;
  readonly examined: number;
  readonly highest: number | null;
  /** How many numbers did not come; null where that cannot be said. */
  readonly missing: number | null;
  /** The newest twenty. */
  readonly gaps: readonly Gap[];
  readonly restarts: readonly { readonly highest: number; readonly begins: number; readonly at: string }[];
}

export const unknownNumbering: NumberingReport = {
  state: 'unknown',
  by: null,
  examined: 0,
  highest: null,
  missing: null,
  gaps: [],
  restarts: [],
};

/** What arrives out of order is not missing yet. */
const settlesAfterMs = 60_000;
const gapsShown = 20;
/** @limit Control | counters of one sender | further ones are not followed */
const countersMax = 20;
/** A sender that begins anew more often does so by habit, each night or at 9999. */
const restartsBeforeHabit = 2;

interface Counter {
  readonly by: 'MSH-13' | 'MSH-10';
  readonly series: NumberSeries;
}

/** All counters of one sender in one incarnation. */
export class SenderNumbering {
  private readonly counters = new Map<string, Counter>();
  private examined = 0;

  add({ event, appendedAt, receivedHash }: RecordedEvent): void {
    if (event.format !== 'hl7v2') return;
    this.examined += 1;
    const found = numberOfMessage(event.received);
    if (!found) return;
    const key = `${found.by} ${found.counter}`;
    const counter = this.counters.get(key) ?? { by: found.by, series: new NumberSeries() };
    // The one that was heard last stands last.
    this.counters.delete(key);
    this.counters.set(key, counter);
    if (this.counters.size > countersMax)
      for (const oldest of this.counters.keys()) return void this.counters.delete(oldest);
    counter.series.add(found.number, Buffer.from(receivedHash).toString('latin1'), appendedAt);
  }

  /** A message that was refused has a number as well, and did come. */
  account(received: Uint8Array): void {
    const found = numberOfMessage(received);
    if (found) this.counters.get(`${found.by} ${found.counter}`)?.series.account(found.number);
  }

  report(now: Instant): NumberingReport {
    const numbered = [...this.counters].filter(([, { series }]) => series.isNumbered);
    const [, last] = numbered.at(-1) ?? [];
    const seen = { examined: this.examined, by: last?.by ?? null };
    if (!last) return { ...unknownNumbering, ...seen, state: this.examined === 0 ? 'unknown' : 'not-numbered' };
    const restarts = this.restarts();
    const told = {
      ...seen,
      highest: last.series.highest,
      restarts: restarts.map(({ at, ...rest }) => ({ ...rest, at: Instant.iso(at) })),
    };
    if (restarts.length > restartsBeforeHabit) return { ...told, state: 'irregular', missing: null, gaps: [] };
    const gaps = numbered.flatMap(([key, { series }]) =>
      series.holes.filter(({ since }) => now - since >= settlesAfterMs).map((hole) => gapOf(hole, key)),
    );
    return {
      ...told,
      state: 'numbered',
      missing: gaps.reduce((sum, { count }) => sum + count, 0),
      gaps: gaps.toSorted((a, b) => Date.parse(b.since) - Date.parse(a.since) || a.from - b.from).slice(0, gapsShown),
    };
  }

  /** What speaks for a restore of the sender's own. */
  evidence(): readonly IncarnationEvidence[] {
    const restarts = this.restarts();
    if (restarts.length > restartsBeforeHabit) return [];
    return restarts.map(({ highest, begins, at }) => ({
      code: 'numbering-restarted',
      highest,
      begins,
      since: Instant.iso(at),
    }));
  }

  private restarts(): readonly Restart[] {
    return [...this.counters.values()].flatMap(({ series }) => series.restarts).toSorted((a, b) => a.at - b.at);
  }
}

const gapOf = ({ from, to, since }: Hole, key: string): Gap => ({
  from,
  to,
  count: to - from + 1,
  since: Instant.iso(since),
  counter: key.slice(key.indexOf(' ') + 1).trim(),
});
