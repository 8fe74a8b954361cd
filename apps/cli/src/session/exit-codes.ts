import type { FailureCode } from '#domain';

export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  differs: 3,
  logGap: 4,
  busy: 5,
  refused: 6,
  tryAgain: 75,
  SIGINT: 130,
  SIGTERM: 143,
} as const;

/** How the shell is told of a failure of control (contract, section 6). */
export const exitCodeByFailure = {
  'input.invalid': 2,
  'input.too-large': 2,
  'input.not-supported': 2,
  'caller.unknown': 6,
  'caller.forbidden': 6,
  'caller.too-much': 75,
  'not-found': 2,
  gone: 2,
  'too-old': 75,
  busy: 5,
  'refused-by-policy': 6,
  'verification.differs': 3,
  'log.unreachable': 75,
  'log.settings': 1,
  'log.gap': 4,
  'log.truncated': 4,
  'log.replaced': 1,
  'log.too-new': 1,
  'replica.unreachable': 75,
  'replica.diverged': 3,
  'replica.other-fold': 1,
  'replica.taken-over': 5,
  'disk.full': 1,
} as const satisfies Record<FailureCode, number>;

export const isFailureCode = (code: string): code is FailureCode => Object.hasOwn(exitCodeByFailure, code);

/** Answers that are no failure of control's own: what stands between, or control while it stops. */
export const exitCodeByStatus = (status: number): number => {
  if ([408, 429, 502, 503, 504].includes(status)) return exitCodes.tryAgain;
  if (status === 400 || status === 413 || status === 414) return exitCodes.usage;
  return status === 401 || status === 403 ? exitCodes.refused : exitCodes.failure;
};
