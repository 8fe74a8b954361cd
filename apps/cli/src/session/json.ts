export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [member: string]: Json | undefined;
}

/** Throws SyntaxError. */
export const parseJson = (text: string): Json => JSON.parse(text) as Json;

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at `clocks.recorded.cut`; undefined where a member on the way is missing. */
export const valueAt = (value: Json | undefined, path: string): Json | undefined =>
  path.split('.').reduce<Json | undefined>((at, member) => (isObject(at) ? at[member] : undefined), value);

export const textAt = (value: Json | undefined, path: string): string => {
  const found = valueAt(value, path);
  return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean' ? String(found) : '';
};

export const numberAt = (value: Json | undefined, path: string): number => {
  const found = Number(textAt(value, path) || Number.NaN);
  return Number.isFinite(found) ? found : 0;
};

export const listAt = (value: Json | undefined, path: string): readonly Json[] => {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found : [];
};

export const objectAt = (value: Json | undefined, path: string): JsonObject => {
  const found = valueAt(value, path);
  return isObject(found) ? found : {};
};
