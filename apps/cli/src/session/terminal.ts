export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The world around one call; in tests a made one. */
export interface Terminal {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** A person sits before it and can answer a question. */
  readonly answers: boolean;
  /** Puts a question on standard error; the line that was typed. */
  readonly ask: (question: string) => Promise<string>;
  /** Aborts with `SIGINT` or `SIGTERM` as its reason. */
  readonly interrupted: AbortSignal;
  readonly pause: (ms: number) => Promise<void>;
  readonly nowMs: () => number;
}

/** https://no-color.org; a dumb terminal can neither colour nor redraw. */
export const canRedraw = ({ stderr, env }: Terminal): boolean => stderr.isTTY === true && env['TERM'] !== 'dumb';
export const canColour = ({ stdout, env }: Terminal): boolean =>
  stdout.isTTY === true && env['TERM'] !== 'dumb' && !env['NO_COLOR'];
/** POSIX, environment variables: COLUMNS is what the user wants tables to fit into. */
export const givenWidth = ({ env }: Terminal): { readonly width?: number } =>
  /^[1-9]\d{1,3}$/.test(env['COLUMNS'] ?? '') ? { width: Number(env['COLUMNS']) } : {};
export const hasUnicode = ({ env }: Terminal): boolean =>
  /utf-?8/i.test(env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '');
