import type { Restore } from '../restore.js';
import { canRedraw, hasUnicode, type Terminal } from '../session/terminal.js';
import type { Say } from '../words/words.js';
import { writeSeconds } from './durations.js';
import { printable } from './table.js';
import { displayWidth } from './display-width.js';

const phases = ['waiting', 'replaying', 'indexing', 'verifying', 'done'];

/** What is shown; made from what was shown before, so that it never goes back, whatever a poll says. */
export type Shown = Pick<
  Restore,
  'phase' | 'building' | 'eventTimeReached' | 'target' | 'eventsDone' | 'eventsTotal' | 'etaSeconds'
>;

const later = (a: string, b: string): string => (!(Date.parse(b) <= Date.parse(a)) && b !== '' ? b : a);
const further = (a: string, b: string): string => (phases.indexOf(b) >= phases.indexOf(a) ? b : a);

/** Another establishment is replayed from its own beginning: its event time is its own. */
const reached = (shown: Shown | undefined, restore: Shown): Pick<Shown, 'building' | 'eventTimeReached'> => {
  if (shown === undefined || (restore.building !== '' && restore.building !== shown.building)) return restore;
  const { building, eventTimeReached } = shown;
  return { building, eventTimeReached: later(eventTimeReached, restore.eventTimeReached) };
};

export const advance = (shown: Shown | undefined, restore: Shown): Shown => ({
  phase: further(shown?.phase ?? '', restore.phase),
  building: reached(shown, restore).building,
  eventTimeReached: reached(shown, restore).eventTimeReached,
  target: restore.target,
  eventsDone: Math.max(shown?.eventsDone ?? 0, restore.eventsDone),
  eventsTotal: Math.max(shown?.eventsTotal ?? 0, restore.eventsTotal, restore.eventsDone),
  etaSeconds: restore.etaSeconds,
});

const seconds = (instant: string): string => instant.replace(/\.\d+(?=Z|[+-]\d\d:\d\d$)/, '');

const timeLeft = ({ phase, etaSeconds }: Shown, say: Say): string => {
  if (phase === 'done') return '';
  const left =
    etaSeconds === undefined
      ? say('progress.left-unknown')
      : say('progress.left', { time: writeSeconds(etaSeconds, say) });
  return `  ${left}`;
};

/** The day is said once: the line has to fit. */
const targetAfter = ({ eventTimeReached, target }: Shown): string =>
  eventTimeReached.slice(0, 11) === target.slice(0, 11) ? seconds(target).slice(11) : seconds(target);

/** The phase and three facts: events over all, time left, event time reached and wanted, which a narrow terminal cuts off. */
export const progressLine = (shown: Shown, say: Say, unicode: boolean): string =>
  say('progress.line', {
    phase: say.value(shown.phase),
    building: shown.building === '' || shown.phase === 'done' ? '' : `${shown.building} `,
    reached: seconds(shown.eventTimeReached) || say('progress.not-begun'),
    arrow: unicode ? '→' : '->',
    target: targetAfter(shown) || '-',
    done: shown.eventsDone,
    total: shown.eventsTotal,
    left: timeLeft(shown, say),
  });

/** A silence that goes on is the same one. */
const keyOf = (sentence: string): string => sentence.replace(/\d+ s$/, '');

const plainEveryMs = 10_000;

/** On a terminal one line that is drawn again; elsewhere a plain line at least every ten seconds. */
export class ProgressOnTerminal {
  private shown: Shown | undefined;
  private plainAt = Number.NEGATIVE_INFINITY;
  private plainPhase = '';
  private waitedFor: ReadonlySet<string> = new Set();

  constructor(
    private readonly terminal: Terminal,
    private readonly say: Say,
    private readonly silent: boolean,
  ) {}

  update(restore: Shown): void {
    const shown = advance(this.shown, restore);
    this.shown = shown;
    if (this.silent) return;
    const { stderr, nowMs } = this.terminal;
    const line = progressLine(shown, this.say, hasUnicode(this.terminal));
    if (canRedraw(this.terminal)) {
      stderr.write(`\r\u001b[K${this.fitted(line)}`);
      return;
    }
    if (nowMs() - this.plainAt < plainEveryMs && shown.phase === this.plainPhase) return;
    this.plainAt = nowMs();
    this.plainPhase = shown.phase;
    stderr.write(`${line}\n`);
  }

  /** For whom the restore waits: said where it changes, above the line that is drawn again. */
  waits(sentences: readonly string[]): void {
    const { stderr } = this.terminal;
    for (const sentence of sentences) {
      if (this.waitedFor.has(keyOf(sentence))) continue;
      const line = printable(this.say('progress.waits', { what: this.say.sentence(sentence) }));
      stderr.write(canRedraw(this.terminal) && !this.silent ? `\r\u001b[K${line}\n` : `${line}\n`);
    }
    this.waitedFor = new Set(sentences.map(keyOf));
  }

  /** Before other words: the redrawn line ends. */
  end(): void {
    if (!this.silent && this.shown && canRedraw(this.terminal)) this.terminal.stderr.write('\n');
  }

  /** A line that wraps could not be drawn again. */
  private fitted(line: string): string {
    const columns = this.terminal.stderr.columns ?? 80;
    return displayWidth(line) < columns ? line : line.slice(0, columns - 1);
  }
}
