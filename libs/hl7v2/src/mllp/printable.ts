/** Without control characters: what is repeated of a message must not end the answer's segment or its frame. */
export const printable = (text: string): string => {
  for (let at = 0; at < text.length; at++)
    if (text.charCodeAt(at) < 0x20)
      return text
        .split('')
        .filter((character) => character >= ' ')
        .join('');
  return text;
};
