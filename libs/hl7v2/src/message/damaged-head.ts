import { type Delimiters, isDelimiter, standardDelimiters } from './syntax.js';

/** Type and trigger, whatever stands between them. */
const typeForm = /^[A-Z][A-Z0-9]{2}[^A-Za-z0-9\s][A-Z][0-9]{2}(?![A-Za-z0-9])/;
/** MSH-9 among what the separator divides, the first being `MSH`; a separator too many or lost in MSH-2 moves it. */
const typeAtWhole = 8;
const typeAtMin = 7;
/** @limit Inside | place of the message type in a damaged head | it is not looked for beyond */
const typeAtMax = 12;

const typeAt = (fields: readonly string[]): number => {
  for (let at = typeAtMin; at <= typeAtMax; at++) if (typeForm.test(fields[at] ?? '')) return at;
  return -1;
};

const isNamed = /^MSH/i;
const withoutBlanks = (line: string): string => line.replace(/^(MSH)[ \t]+/i, '$1');

/**
 * In the midst of a content, a head whose MSH-2 is damaged, or whose name has blanks behind it: by its own separator, a type with a trigger is where MSH-9 is. It begins a
 * message, which is refused; as part of the one before it, it would be read as that patient's.
 */
export const isDamagedHead = (line: string): boolean => {
  const head = withoutBlanks(line);
  const field = head.charAt(3);
  return isNamed.test(head) && isDelimiter(field.charCodeAt(0)) && typeAt(head.split(field, typeAtMax + 1)) >= 0;
};

const encodingNames = ['component', 'repetition', 'escape', 'subcomponent'] as const;

/** The standard's, behind that separator: where it is one of them, `|` stands in its place. */
const standardBehind = (field: string): Delimiters => {
  const delimiters = { ...standardDelimiters, field };
  for (const name of encodingNames) if (delimiters[name] === field) delimiters[name] = standardDelimiters.field;
  return delimiters;
};

/**
 * An MSH whose MSH-2 cannot be used, or whose name has blanks behind it, with the standard's in its place: enough to say whose message is refused. Its other fields are
 * found by their separator, and by MSH-9 where MSH-2 has one too many or one less. `undefined`: MSH-1 is no separator either.
 */
export const mendedHead = (line: string): { readonly line: string; readonly delimiters: Delimiters } | undefined => {
  const head = withoutBlanks(line);
  const field = head.charAt(3);
  if (!isDelimiter(field.charCodeAt(0))) return undefined;
  const delimiters = standardBehind(field);
  const encoding = encodingNames.map((name) => delimiters[name]).join('');
  const fields = head.split(field);
  const found = typeAt(fields);
  // A blank in the separator's place, and no blank behind the name.
  if (head !== line && found < 0) return undefined;
  const moved = found < 0 ? 0 : found - typeAtWhole;
  const behind = moved < 0 ? ['', ...fields.slice(2)] : fields.slice(2 + moved);
  return { line: ['MSH', encoding, ...behind].join(field), delimiters };
};
