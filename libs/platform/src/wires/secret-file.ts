import { readFileSync } from 'node:fs';
import { Failure } from '#domain';

/**
 * A password that lies in a file, asked for whenever a connection is opened: a new one counts from then on. Throws `input.invalid` where there
 * is none, at once.
 */
export const secretFile = (path: string): (() => string) => {
  const read = (): string => {
    let text: string;
    try {
      text = readFileSync(path, 'utf8').trimEnd();
    } catch (cause) {
      throw new Failure(
        'input.invalid',
        `the password file ${path} cannot be read`,
        'make it readable to this process',
        { cause },
      );
    }
    if (text === '')
      throw new Failure('input.invalid', `the password file ${path} is empty`, 'write the password into it');
    return text;
  };
  read();
  return read;
};
