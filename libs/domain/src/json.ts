/** A JSON value whose numbers keep their written form (see `parseLossless`). */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [member: string]: Json;
}

// ECMAScript "JSON.parse source text access": in V8 since 11.4, not yet in TypeScript's lib.
declare global {
  interface JSON {
    rawJSON(text: string): object;
    isRawJSON(value: unknown): boolean;
  }
}

const keepNumber = function (_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return String(value) === context.source ? value : JSON.rawJSON(context.source);
};

/**
 * Parses JSON so that `JSON.stringify` writes every number to the letter: 1.30 stays 1.30, 64-bit integers stay exact.
 * FHIR R4, section 2.24.0.1: precision of a decimal is significant.
 */
export const parseLossless = (text: string): Json =>
  // The reviver is called per value (slow): it is worth it only where a number could lose its form.
  /(?:^|[:,[\s])(?:-0(?!\d)|-?\d+(?:\.|[eE]|\d{14}))/.test(text)
    ? (JSON.parse(text, keepNumber as (this: unknown, key: string, value: unknown) => unknown) as Json)
    : (JSON.parse(text) as Json);

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);

/** JSON merge patch: RFC 7396, section 2. Returns a new value and never changes `target`. */
export const mergePatch = (target: Json | undefined, patch: Json): Json => {
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [member, value] of Object.entries(patch)) {
    if (value === null) delete merged[member];
    else merged[member] = mergePatch(merged[member], value);
  }
  return merged;
};
