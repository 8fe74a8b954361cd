import { displayWidth } from './display-width.js';
import { fitted, wrapped } from './fit.js';

// oxlint-disable-next-line no-control-regex
const steering = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Control characters and direction marks as U+FFFD; with `lines-stay` all but tabs and line ends. */
export const visible = (text: string, lines?: 'lines-stay'): string =>
  text.replaceAll(steering, (one) => (lines && /[\t\r\n]/.test(one) ? one : '\ufffd'));

/** What came from outside must not steer the terminal. */
export const printable = (text: string): string => visible(text);

const pad = (text: string, width: number, side: 'left' | 'right'): string => {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return side === 'left' ? space + text : text + space;
};

export interface Cell {
  readonly text: string;
  readonly align: 'left' | 'right';
  /** A sentence, and no id: cut, it says something else. */
  readonly isWhole?: boolean;
  /** Puts colour around the padded text. */
  readonly paint?: (text: string) => string;
}

/**
 * An id of thousands of characters is not to widen its column for all other rows; `--output json` tells it whole.
 * @limit Command line | characters of a cell of a table | cut, with an ellipsis; `--output json` tells it whole
 */
const widthMax = 64;

const shortened = (text: string): string => {
  if (displayWidth(text) <= widthMax) return text;
  let short = '';
  for (const character of text) {
    if (displayWidth(short + character) >= widthMax) break;
    short += character;
  }
  return `${short}…`;
};

/**
 * Aligned columns, two spaces apart, no line longer than it must be: all but the last and sentences are cut at 64, and a `width` that is given
 * wraps the widest.
 */
export const writeTable = (whole: readonly (readonly Cell[])[], width = Number.POSITIVE_INFINITY): string => {
  const rows = whole.map((row) =>
    row.map((cell, at) => (cell.isWhole || at === row.length - 1 ? cell : { ...cell, text: shortened(cell.text) })),
  );
  const needed: number[] = [];
  for (const row of rows)
    for (const [at, { text }] of row.entries()) needed[at] = Math.max(needed[at] ?? 0, displayWidth(text));
  const widths = fitted(needed, width);
  return rows.map((row) => writeRow(row, widths)).join('');
};

/** As many lines as its longest cell takes. */
const writeRow = (row: readonly Cell[], widths: readonly number[]): string => {
  const cells = row.map(({ text }, at) => wrapped(text, widths[at] ?? 0));
  const height = Math.max(...cells.map(({ length }) => length));
  const lines = Array.from({ length: height }, (_, line) =>
    row.map(({ align, paint }, at) => {
      const text = cells[at]?.[line] ?? '';
      const isLast = at === row.length - 1;
      const padded =
        isLast && align === 'left' ? text : pad(text, widths[at] ?? 0, align === 'left' ? 'right' : 'left');
      return paint ? paint(padded) : padded;
    }),
  );
  return lines.map((line) => `${line.join('  ').trimEnd()}\n`).join('');
};
