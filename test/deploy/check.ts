/** What became of a check: it held, it could not be tried on this machine, or it found faults (a sentence each). */
export type Outcome =
  | { readonly kind: 'held'; readonly what: string }
  | { readonly kind: 'not-checked'; readonly why: string }
  | { readonly kind: 'failed'; readonly faults: readonly string[] };

/** One machine check of what is in `deploy/`. */
export interface DeployCheck {
  readonly name: string;
  readonly run: () => Promise<Outcome>;
}

export const held = (what: string): Outcome => ({ kind: 'held', what });
export const notChecked = (why: string): Outcome => ({ kind: 'not-checked', why });
export const failed = (faults: readonly string[]): Outcome => ({ kind: 'failed', faults });
