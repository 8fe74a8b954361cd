import { isUtf8 } from 'node:buffer';
import { Failure } from '#domain';

/** Decoded name and value, in the order of the query. */
export type Query = readonly (readonly [name: string, value: string])[];

/** A parameter's name as far as it may be repeated: what else a caller wrote there may name a patient. */
export const shownName = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_:.-]{0,63}$/.test(name) ? name : '(unreadable)';

const octet = /%([0-9a-f]{2})/gi;

/** The bytes that are meant, as text; undefined where a `%` is not followed by two digits, or the bytes are no UTF-8. */
const decoded = (part: string): string | undefined => {
  const spaced = part.replaceAll('+', ' ');
  if (spaced.replaceAll(octet, '').includes('%')) return undefined;
  const bytes = Buffer.from(
    spaced.replaceAll(octet, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    'latin1',
  );
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
};

/**
 * The names and values of a query or a form (application/x-www-form-urlencoded), in their order. Throws `input.invalid` on what cannot be
 * decoded and on control characters: replaced or left out, they would ask for something else, and a database holds no NUL.
 */
export const readQuery = (encoded: Uint8Array): Query =>
  Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength)
    .toString('latin1')
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair): readonly [string, string] => {
      const equals = pair.includes('=') ? pair.indexOf('=') : pair.length;
      const name = decoded(pair.slice(0, equals));
      const value = decoded(pair.slice(equals + 1));
      const shown = shownName(name ?? '');
      if (name === undefined || value === undefined)
        throw new Failure(
          'input.invalid',
          `the parameter ${shown} is not percent-encoded UTF-8`,
          'write each byte of its UTF-8 as % and two hexadecimal digits (é is %C3%A9, % itself is %25)',
        );
      if (/\p{Cc}/u.test(name + value))
        throw new Failure('input.invalid', `the parameter ${shown} holds a control character`, 'leave it out');
      return [name, value];
    });
