import { placedLines } from './lines.js';
import type { Syntax } from './syntax.js';
import { controls } from './text-controls.js';

/** They come as they are, or as hexadecimal escapes of bytes of which one is such. */
const controlIn = ({ escape, hasEscapes }: Syntax): RegExp => {
  const opening = `\\x${escape.charCodeAt(0).toString(16).padStart(2, '0')}X`;
  const written = `${opening}(?:[0-9A-Fa-f]{2})*?(?:0[1-8BCEFbcef]|1[0-9A-Fa-f])`;
  return new RegExp(hasEscapes ? `${controls.source}|${written}` : controls.source, 'u');
};

/** The first field behind MSH in which one stands, as `PID-5`; `undefined`: none does. */
export const placeOfControl = (text: string, syntax: Syntax): string | undefined => {
  if (!syntax.hasControls && !(syntax.hasEscapes && text.includes(`${syntax.escape}X`))) return undefined;
  const pattern = controlIn(syntax);
  let isHead = true;
  for (const { start, end, name, firstField } of placedLines(text, syntax.field)) {
    const line = text.slice(start, end);
    const at = isHead ? -1 : line.search(pattern);
    isHead = false;
    if (at < 0) continue;
    const field = firstField + line.slice(0, at).split(syntax.field).length - 1;
    return name !== '' && field > 0 ? `${name}-${field}` : 'MSH';
  }
  return undefined;
};
