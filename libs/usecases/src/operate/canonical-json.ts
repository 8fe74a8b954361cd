/**
 * Canonical JSON, RFC 8785: members in the order of their UTF-16 code units, no white space, numbers and strings as ECMAScript
 * writes them. Members that are undefined are left out, as `JSON.stringify` does. The documents signed here hold strings,
 * integers, booleans, arrays and objects; anything else is a bug.
 */
export const canonicalJson = (value: unknown): string => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`canonical JSON has no ${value}`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new Error(`canonical JSON has no ${typeof value}`);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  // The default order of sort is by UTF-16 code unit: RFC 8785, section 3.2.3.
  const sorted = members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
};
