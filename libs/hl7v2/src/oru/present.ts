import type { JsonObject } from '#domain';

/** Those that there are. */
export const present = (values: readonly (JsonObject | undefined)[]): readonly JsonObject[] =>
  values.filter((value) => value !== undefined);
