/** NUL, line ends, and what begins and ends a frame. */
const breaking = new Set(['\0', '\n', '\v', '\r', '\x1c']);

/**
 * Without the characters that would end the answer's segment or its frame. All others are repeated to the letter: by them the sender
 * knows its message again.
 */
export const printable = (text: string): string => {
  for (let at = 0; at < text.length; at++)
    if (text.charCodeAt(at) < 0x20)
      return text
        .split('')
        .filter((character) => !breaking.has(character))
        .join('');
  return text;
};
