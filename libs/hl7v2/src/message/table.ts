/**
 * A table of codes that bytes from outside are looked up in: without prototype, so that `constructor` is no code of any table.
 */
export const table = <T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T | undefined>> =>
  Object.assign(Object.create(null) as Record<string, T>, entries);
