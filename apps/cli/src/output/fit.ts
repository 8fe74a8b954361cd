import { displayWidth } from './display-width.js';

/** Narrower no column becomes: a FINESS number stays in one piece. */
const narrowest = 9;

/** Widths of columns, two spaces apart, that take at most `width` together, where that is possible: the widest give way. */
export const fitted = (widths: readonly number[], width: number): readonly number[] => {
  const fit = [...widths];
  const room = width - 2 * (fit.length - 1);
  for (let over = fit.reduce((sum, one) => sum + one, 0) - room; over > 0; over--) {
    const widest = Math.max(...fit);
    if (widest <= narrowest) break;
    fit[fit.indexOf(widest)] = widest - 1;
  }
  return fit;
};

/** Lines of at most this width, broken between words where one ends in time. */
export const wrapped = (text: string, width: number): readonly string[] => {
  if (displayWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const character of text) {
    if (displayWidth(line + character) > width) {
      const space = character === ' ' ? line.length : line.lastIndexOf(' ');
      lines.push(space > 0 ? line.slice(0, space) : line);
      line = space > 0 ? line.slice(space + 1) : '';
      if (character === ' ') continue;
    }
    line += character;
  }
  return [...lines, line];
};
