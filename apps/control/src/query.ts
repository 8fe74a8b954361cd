import { Failure } from '#domain';

export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A parameter given once and not empty. */
export const one = (query: Query, name: string): string | undefined => {
  const value = query[name];
  if (typeof value !== 'string' && value !== undefined)
    throw new Failure('input.invalid', `${name} is given more than once`, 'say it once');
  return value === '' ? undefined : value;
};

export const flag = (query: Query, name: string): boolean => ['true', '1'].includes(one(query, name) ?? '');

export const oneOf = <T extends string>(query: Query, name: string, words: readonly T[]): T | undefined => {
  const value = one(query, name);
  if (value === undefined) return undefined;
  const word = words.find((known) => known === value);
  if (word === undefined)
    throw new Failure('input.invalid', `no ${name} "${value.slice(0, 40)}"`, `one of ${words.join(', ')}`);
  return word;
};

export const count = (query: Query, name: string, otherwise: number, max: number): number => {
  const value = one(query, name);
  if (value === undefined) return otherwise;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : 0;
  if (number < 1 || number > max)
    throw new Failure(
      'input.invalid',
      `${name} must be a number from 1 to ${max}`,
      'say a number between them; the cursor gives the next page',
    );
  return number;
};
