import type { Finess } from '#domain';

/** Who is speaking (contract, section 3). Known by token, certificate or listener, never by what a message says. */
export type Caller = SenderCaller | ReaderCaller | OperatorCaller;
export interface SenderCaller {
  readonly kind: 'sender';
  readonly name: string;
  readonly finess: Finess;
}
export interface ReaderCaller {
  readonly kind: 'reader';
  readonly name: string;
  /** What it may see. */
  readonly establishments: readonly Finess[];
}
export interface OperatorCaller {
  readonly kind: 'operator';
  readonly name: string;
}
export type CallerKind = Caller['kind'];

/** May this caller speak of this establishment? An operator runs the service and may speak of all of them. */
export const mayAddress = (caller: Caller, establishment: string): boolean => {
  switch (caller.kind) {
    case 'sender':
      return caller.finess === establishment;
    case 'reader':
      return caller.establishments.some((finess) => finess === establishment);
    case 'operator':
      return true;
  }
};
