import { Failure } from '#domain';

/** The same event is always too large: sending it again is of no use. */
export const tooLarge = (bytes: number, bytesMax: number): Failure =>
  new Failure('input.too-large', `what is to be written takes ${bytes} bytes, the log takes ${bytesMax}`, 'split it');
