import { segmentRanges } from './message.js';
import type { Syntax } from './syntax.js';
import { controls } from './text-controls.js';

/** They come as they are, or as hexadecimal escapes of bytes of which one is such. */
const controlIn = ({ escape, hasEscapes }: Syntax): RegExp => {
  const opening = `\\x${escape.charCodeAt(0).toString(16).padStart(2, '0')}X`;
  const written = `${opening}(?:[0-9A-Fa-f]{2})*?(?:0[1-8BCEFbcef]|1[0-9A-Fa-f])`;
  return new RegExp(hasEscapes ? `${controls.source}|${written}` : controls.source, 'u');
};

const name = /^[A-Z][A-Z0-9]{2}$/;

/** The first field behind MSH in which one stands, as `PID-5`; `undefined`: none does. */
export const placeOfControl = (text: string, syntax: Syntax): string | undefined => {
  if (!syntax.hasControls && !(syntax.hasEscapes && text.includes(`${syntax.escape}X`))) return undefined;
  const pattern = controlIn(syntax);
  for (const [start, end] of segmentRanges(text, syntax.field).slice(1)) {
    const line = text.slice(start, end);
    const at = line.search(pattern);
    if (at < 0) continue;
    const fields = line.slice(0, at).split(syntax.field);
    return fields[0] !== undefined && name.test(fields[0]) && fields.length > 1
      ? `${fields[0]}-${fields.length - 1}`
      : 'MSH';
  }
  return undefined;
};
