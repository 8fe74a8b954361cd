/** Width on a terminal: combining marks take none, East Asian wide characters and emoji two (Unicode UAX #11, near enough). */
export const displayWidth = (text: string): number => {
  let width = 0;
  for (const character of text)
    width += /\p{Mn}|\p{Me}|\p{Cf}/u.test(character)
      ? 0
      : /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uff01-\uff60]/u.test(
            character,
          )
        ? 2
        : 1;
  return width;
};
