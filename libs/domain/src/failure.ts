/**
 * What can go wrong in operation. Closed: each edge (HTTP, MLLP, CLI, replicator) answers every code in one total table.
 * A bug is no `Failure`: it is thrown as an ordinary Error and ends the process.
 */
export const failureCodes = [
  'input.invalid',
  'input.too-large',
  'input.not-supported',
  'caller.unknown',
  'caller.forbidden',
  'caller.too-much',
  'not-found',
  'gone',
  'too-old',
  'busy',
  'refused-by-policy',
  'verification.differs',
  'log.unreachable',
  'log.settings',
  'log.gap',
  'log.truncated',
  'log.replaced',
  'log.too-new',
  'replica.unreachable',
  'replica.diverged',
  'replica.other-fold',
  'replica.taken-over',
  'disk.full',
] as const;

export type FailureCode = (typeof failureCodes)[number];

/** An operating failure: `message` says what is wrong and where, `hint` what to do about it. Neither holds patient data. */
export class Failure extends Error {
  override readonly name = 'Failure';
  constructor(
    readonly code: FailureCode,
    message: string,
    readonly hint = '',
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
  }

  static is(error: unknown, code?: FailureCode): error is Failure {
    return error instanceof Failure && (code === undefined || error.code === code);
  }
}
