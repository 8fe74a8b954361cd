import { Session } from 'node:inspector';
import type { Profiler } from 'node:inspector';

/** What of one function has run: a mark for each character of its source. */
interface Reached {
  readonly marks: Uint8Array;
}

/**
 * Which code has run, character by character, by V8's own block counters. Only scripts whose address matches are looked at. The
 * inspector calls back before `post` returns: nothing here waits.
 */
export class Coverage {
  private readonly session = new Session();
  private readonly functions = new Map<string, Reached>();

  constructor(private readonly code: RegExp) {
    this.session.connect();
    this.session.post('Profiler.enable');
    this.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** What has run since the last call; is any of it new? `keep: false`: it is asked only, and stays new. */
  take(keep = true): boolean {
    let isNew = false;
    for (const { scriptId, url, functions } of this.counted()) {
      if (!this.code.test(url)) continue;
      for (const { ranges } of functions) isNew = this.mark(scriptId, ranges, keep) || isNew;
    }
    return isNew;
  }

  /** Functions that have run, and how much of their code, in percent. */
  get reached(): { readonly functions: number; readonly percent: number } {
    let [marked, all] = [0, 0];
    for (const { marks } of this.functions.values()) {
      all += marks.length;
      for (const mark of marks) marked += mark;
    }
    return { functions: this.functions.size, percent: all === 0 ? 0 : (100 * marked) / all };
  }

  close(): void {
    this.session.post('Profiler.stopPreciseCoverage');
    this.session.disconnect();
  }

  private counted(): readonly Profiler.ScriptCoverage[] {
    let result: readonly Profiler.ScriptCoverage[] = [];
    this.session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error) throw error;
      result = taken.result;
    });
    return result;
  }

  /** The first range is the function itself; those within it follow, and count for themselves. */
  private mark(scriptId: string, ranges: readonly Profiler.CoverageRange[], keep: boolean): boolean {
    const [whole] = ranges;
    if (!whole || whole.count === 0) return false;
    const ran = new Uint8Array(whole.endOffset - whole.startOffset);
    for (const { startOffset, endOffset, count } of ranges)
      ran.fill(count > 0 ? 1 : 0, startOffset - whole.startOffset, endOffset - whole.startOffset);
    const key = `${scriptId}:${whole.startOffset}:${whole.endOffset}`;
    const known = this.functions.get(key)?.marks;
    if (known === undefined) {
      if (keep) this.functions.set(key, { marks: ran });
      return true;
    }
    let isNew = false;
    for (let at = 0; at < ran.length; at++)
      if (ran[at] === 1 && known[at] === 0) {
        isNew = true;
        if (keep) known[at] = 1;
      }
    return isNew;
  }
}
