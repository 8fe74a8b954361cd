import type { Finess, Instant } from '#domain';
import type { Directory } from '../../directory/directory.js';

/** Something that operators have to know of, as `status` and `doctor` tell it. */
export interface Problem {
  /** Stable, `noun.participle`: `scrub.differs`, `directory.refused`. */
  readonly code: string;
  /** `warning`: look at it. `wrong`: something that is relied on does not hold. */
  readonly state: 'warning' | 'wrong';
  /** One plain sentence; no patient data. */
  readonly text: string;
  /** What to run next: `reprise verify replica --establishment 990000010`. */
  readonly command: string;
  /** What to do, for who has run that already: a sentence. */
  readonly remedy?: string;
  readonly establishment?: Finess;
  readonly replica?: string;
  readonly sender?: string;
}

/** One thing that is looked at each time an operator asks how the territory is. What it throws is told as a problem of its own. */
export abstract class ProblemSource {
  /** For a source that does not answer: `search index`. */
  abstract readonly name: string;
  /** Answers within two seconds; later is told as no answer. */
  abstract look(directory: Directory, now: Instant): Promise<readonly Problem[]>;
}
